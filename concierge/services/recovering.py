"""After a crash: bring recording and database together, say truthfully what became of each session, and go on.

Every session that had not ended is paused with the reason `broker_restarted`; what was shown or heard is closed (the
media are gone), seats and consents are kept. A recording that cannot be reopened ends its session as
`recording_failed`: nobody goes on unrecorded. One whose key cannot be had because its keeper is silent waits, paused,
and is tried again for KEYS_SILENT_MAX_MS.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.decide import decide
from concierge.domain.errors import EvidenceUnavailable, KeysSilent
from concierge.domain.evolve import fold
from concierge.domain.ids import RecordingId, SessionId
from concierge.domain.participant import Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.session import Session, State
from concierge.services.closing import NOT_OPENED, close_recording
from concierge.services.joining import mint_receipt
from concierge.services.leaves import leaves_of, recording_leaf
from concierge.services.ports import RecordingOpening, StoreUnavailable
from concierge.services.registry import Registry
from concierge.services.retaining import days_kept
from concierge.services.showing import Backdrop
from concierge.services.tools import Tools

_log = structlog.get_logger(__name__)


async def recover(tools: Tools, registry: Registry) -> int:
    """Recover every unfinished session; return how many are live again. Raises StoreUnavailable.

    One that cannot be recovered for a reason nobody thought of is left as it is for the next start, and the others go on.
    """
    count = 0
    for session_id, recording_id in await tools.sessions.unfinished():
        try:
            count += await _back(tools, registry, session_id, recording_id)
        except KeysSilent as error:
            _log.error("recording_waits_for_its_key", recording=recording_id, reason=str(error))
            summary = await tools.sessions.summary(session_id)
            if summary is not None:
                registry.waiting[session_id] = summary.ticket
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one session's fault must not keep the whole desk shut
            _log.exception("session_not_recovered", session=session_id)
    for recording in await tools.recordings.orphans():
        await _fold_orphan(tools, recording)
    return count


async def recover_waiting(tools: Tools, registry: Registry) -> None:
    """Try again those whose key could not be had, until there are none or KEYS_SILENT_MAX_MS are over; then end them."""
    until_ms = tools.clock.now() + limits.KEYS_SILENT_MAX_MS
    while registry.waiting:
        for session_id, recording_id in await _unfinished(tools, registry):
            try:
                last = tools.clock.now() >= until_ms
                await _back(tools, registry, session_id, recording_id, patient=not last)
            except KeysSilent:
                continue
            except Exception:  # noqa: BLE001 - as above: it is left as it is for the next start
                _log.exception("session_not_recovered", session=session_id)
            registry.waiting.pop(session_id, None)
        if registry.waiting:
            await asyncio.sleep(limits.KEYS_SILENT_RETRY_MS / 1000)


async def _unfinished(tools: Tools, registry: Registry) -> list[tuple[SessionId, RecordingId]]:
    try:
        found = await tools.sessions.unfinished()
    except StoreUnavailable as error:
        _log.warning("session_not_recovered_yet", reason=str(error))
        return []
    return [(session, recording) for session, recording in found if session in registry.waiting]


async def _back(
    tools: Tools,
    registry: Registry,
    session_id: SessionId,
    recording_id: RecordingId,
    *,
    patient: bool = True,
) -> bool:
    """Recover one; whether it is live again. Raises KeysSilent when `patient`, StoreUnavailable."""
    session = await _recover_one(tools, session_id, recording_id, patient=patient)
    if session is None or session.state is State.ENDED:
        return False
    await _revive(tools, registry, session)
    return True


async def _fold_orphan(tools: Tools, row: Recording) -> None:
    """A session that was never kept has not begun: its recording is closed, as when it could not be opened."""
    opening = RecordingOpening(row.id, row.session, row.ticket, row.opened_ms)
    keys = await tools.recordings.wrapped_keys(row.id)
    try:
        await tools.evidence.reopen(opening, keys)
        head = await tools.evidence.close(row.id, NOT_OPENED)
    except EvidenceUnavailable as error:
        _log.error("orphan_not_closed", recording=row.id, reason=str(error))
        return
    now = tools.clock.now()
    closed = replace(row, state=RecordingState.CLOSED, closed_ms=now)
    await tools.recordings.close(closed, recording_leaf(opening, "RecordingClosed", head, now))
    _log.info("orphan_closed", recording=row.id)


async def _recover_one(
    tools: Tools, session_id: SessionId, recording_id: RecordingId, *, patient: bool
) -> Session | None:
    kept = await tools.sessions.events(session_id)
    if not kept or not isinstance(kept[0], ev.SessionOpened):
        _log.error("session_without_events", session=session_id)
        return None
    opened = kept[0]
    opening = RecordingOpening(recording_id, session_id, opened.ticket, opened.at_ms)
    keys = await tools.recordings.wrapped_keys(recording_id)
    try:
        recorded = await tools.evidence.reopen(opening, keys)
    except EvidenceUnavailable as error:
        if patient and isinstance(error, KeysSilent):
            raise
        _log.error("recording_not_recovered", recording=recording_id, reason=str(error))
        return await _end_unrecorded(tools, fold(kept))
    return await _bring_together(tools, kept, recorded)


async def _bring_together(tools: Tools, kept: list[ev.Event], recorded: list[ev.Event]) -> Session:
    """Fold into the database what only the recording has; record what only the database has."""
    by_number = {event.seq: event for event in kept} | {event.seq: event for event in recorded}
    events = [by_number[number] for number in sorted(by_number)]
    session = fold(events)
    known = {event.seq for event in kept}
    missing = [event for event in events if event.seq not in known]
    if missing:
        await tools.sessions.save(session, missing, leaves_of(session, missing))
    numbers = {event.seq for event in recorded}
    unrecorded = [event for event in kept if event.seq not in numbers]
    if unrecorded:
        await tools.evidence.commit(session.recording, unrecorded)
    if session.state is State.ENDED:
        await close_recording(tools, session)
    return session


async def _end_unrecorded(tools: Tools, session: Session) -> Session:
    """Its row stays open, so that the next start looks again whether the recording has come back."""
    if session.state is State.ENDED:
        return session
    events = decide(session, cmd.End(reason=EndReason.RECORDING_FAILED), tools.clock.now())
    session = fold(events, session)
    await tools.sessions.save(session, events, leaves_of(session, list(events)))
    return session


async def _revive(tools: Tools, registry: Registry, session: Session) -> None:
    ticket = await tools.tickets.get(session.ticket)
    row = await tools.recordings.get(session.recording)
    backdrop = Backdrop(
        ticket.number if ticket else "",
        ticket.title if ticket else "",
        kept_days=days_kept(row) if row else 0,
    )
    for seat in session.present():
        backdrop.receipts[seat.who.id] = await mint_receipt(tools, session.id, seat.who.id)
        if seat.who.role is Role.CUSTOMER and not seat.admitted:
            backdrop.digits[seat.who.id] = tools.mint.digits(limits.MATCH_DIGITS)
        if seat.who.invite is not None:
            invite = await tools.invites.get(seat.who.invite)
            backdrop.briefs[seat.who.id] = invite.brief if invite is not None else ""
    live = registry.add(session, backdrop)
    live.narrow(cmd.Pause(reason=PauseReason.BROKER_RESTARTED))
    for surface in list(session.surfaces):
        live.narrow(cmd.CloseSurface(surface=surface))
    for speaker in session.voices:
        live.narrow(cmd.CloseVoice(by=speaker))
