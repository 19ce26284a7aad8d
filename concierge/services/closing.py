"""What follows the end of a session: the recording is closed and its row says so."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import form_id
from concierge.domain.recording import RecordingState
from concierge.domain.refusals import N_
from concierge.domain.session import Session
from concierge.domain.ticket import Channel, ThreadEntry
from concierge.services.leaves import opening_of, recording_leaf
from concierge.services.ports import AuditLeaf, StoreUnavailable
from concierge.services.retaining import kept_at_close
from concierge.services.tools import Tools

T = TypeVar("T")

_log = structlog.get_logger(__name__)


NOT_OPENED = json.dumps({"reason": "not_opened", "events": 1})
RECORDING_CLOSED = N_("The recording was closed with this head:")
RETRY_S = 0.5
TRIES = 20


async def close_recording(tools: Tools, session: Session) -> None:
    """Write the final segment and close the row, with patience for a disk or a database that is busy.

    What fails to the last is finished by recovery at the next start.
    """
    leaf = await _patiently(lambda: _close_evidence(tools, session), session)
    if leaf is not None:
        await _patiently(lambda: _close_row(tools, session, leaf), session)


async def _patiently(step: Callable[[], Awaitable[T]], session: Session) -> T | None:
    for left in reversed(range(TRIES)):
        try:
            return await step()
        except (EvidenceUnavailable, StoreUnavailable) as error:
            _log.warning("recording_not_closed", recording=session.recording, reason=str(error), tries=left)
        if left:
            await asyncio.sleep(RETRY_S)
    return None


async def _close_evidence(tools: Tools, session: Session) -> AuditLeaf:
    """A recorder that failed at the very end goes on behind a signed gap, so that the end is on the record too."""
    summary = {"reason": session.end_reason, "events": session.last_seq, "ended_ms": session.ended_ms}
    await tools.evidence.resume(session.recording, "the recorder could not write")
    head = await tools.evidence.close(session.recording, json.dumps(summary, sort_keys=True))
    return recording_leaf(opening_of(session), "RecordingClosed", head, session.ended_ms or tools.clock.now())


def _head_entry(session: Session, leaf: AuditLeaf) -> ThreadEntry:
    """What the ticket keeps of the recording's end; the first line is translated, the second is for comparing."""
    head = json.loads(leaf.detail)
    told = f"{session.id}: {head['segments']} segments, {head['chain']}"
    return ThreadEntry(
        id=form_id("entry", hashlib.sha256(f"{session.recording}:head".encode()).digest()),
        ticket=session.ticket,
        channel=Channel.SESSION,
        author="",
        text=f"{RECORDING_CLOSED}\n{told}",
        at_ms=leaf.at_ms,
        person=None,
        session=session.id,
    )


async def _close_row(tools: Tools, session: Session, leaf: AuditLeaf) -> None:
    row = await tools.recordings.get(session.recording)
    if row is not None:
        rules = tools.retention.rules(tools.installation.kept_days)
        until_ms, kept_by = await kept_at_close(rules, tools.tickets, row)
        closed = dataclasses.replace(
            row,
            state=RecordingState.CLOSED,
            closed_ms=session.ended_ms,
            outcome=session.outcome,
            keep_until_ms=until_ms,
            kept_by=kept_by,
        )
        await tools.recordings.close(closed, leaf)
        await tools.tickets.add_entry(_head_entry(session, leaf), None)
    await tools.pairings.drop(session.id)
