"""Opening a session on a ticket, and the codes and links by which its customer finds it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.capability import IN_A_BROWSER, Capability
from concierge.domain.commands import OpenSession
from concierge.domain.decide import decide
from concierge.domain.errors import ConciergeError, EvidenceUnavailable, Refused
from concierge.domain.evolve import evolve
from concierge.domain.ids import ParticipantId, RecordingId, SessionId, TicketId
from concierge.domain.participant import Participant, Role
from concierge.domain.person import Person
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.retention import RetentionRule
from concierge.domain.session import Session
from concierge.domain.ticket import Ticket, TicketState
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.closing import NOT_OPENED
from concierge.services.disk_watch import DiskLevel
from concierge.services.leaves import leaves_of, opening_of, recording_leaf
from concierge.services.live import LiveSession
from concierge.services.permission import check
from concierge.services.ports import RecordingOpening
from concierge.services.registry import Registry
from concierge.services.retaining import promised
from concierge.services.showing import Backdrop
from concierge.services.tools import Tools
from concierge.wire.view import CodeView

_log = structlog.get_logger(__name__)

DAY_MS = 24 * 60 * 60_000
HOST_CEILING = IN_A_BROWSER - {Capability.RECORD}


async def open_session(
    tools: Tools, registry: Registry, principal: Principal, host: Person, ticket: TicketId
) -> LiveSession:
    """Open a session; one live session a ticket. Raises Refused, EvidenceUnavailable, StoreUnavailable."""
    record = await tools.tickets.get(ticket)
    if record is None:
        raise Refused("no_such_ticket", f"{ticket} does not exist")
    check(tools.policy, AccessRequest(principal, Act.OPEN_SESSION, Resource("Ticket", ticket)))
    if registry.disk.level >= DiskLevel.NEARLY_FULL:
        raise Refused("disk_full", "there is no room for another recording")
    with registry.opening(ticket):
        return await _open(tools, registry, host, record)


async def _open(tools: Tools, registry: Registry, host: Person, record: Ticket) -> LiveSession:
    seat = Participant(
        id=ParticipantId(tools.mint.id("participant")),
        role=Role.HOST,
        name=host.name,
        organisation=tools.installation.organisation,
        may_hold=HOST_CEILING,
        person=host.id,
    )
    command = OpenSession(
        by=seat.id,
        session=SessionId(tools.mint.id("session")),
        ticket=record.id,
        recording=RecordingId(tools.mint.id("recording")),
        host=seat,
    )
    (event,) = decide(None, command, tools.clock.now())
    session = evolve(None, event)
    rules = tools.retention.rules(tools.installation.kept_days)
    rule = await promised(rules, tools.invites, record, tools.clock.wall())
    await _evidence_first(tools, session, event, record.customer.name, rule)
    if record.state is TicketState.OPEN:
        await tools.tickets.set_state(record.id, TicketState.WAITING, tools.clock.wall())
    live = registry.add(session, Backdrop(record.number, record.title, kept_days=rule.days))
    await new_code(tools, live)
    return live


async def _evidence_first(
    tools: Tools, session: Session, event: ev.Event, customer_name: str, rule: RetentionRule
) -> None:
    """The recording exists and holds the first event before anything else does; without its row it is closed again."""
    if not isinstance(event, ev.SessionOpened):
        raise Refused("not_now", "a session begins with SessionOpened")
    recording = session.recording
    opening = RecordingOpening(recording, event.session, event.ticket, event.at_ms)
    wrapped = await tools.evidence.open(opening)
    try:
        await _first_words(tools, session, event, _row(event, customer_name, rule), wrapped)
    except ConciergeError:
        await _close_again(tools, recording)
        raise


async def _first_words(
    tools: Tools, session: Session, event: ev.SessionOpened, row: Recording, wrapped: tuple[WrappedKey, ...]
) -> None:
    try:
        async with asyncio.timeout(limits.EVIDENCE_COMMIT_MS / 1000):
            await tools.evidence.commit(session.recording, [event])
    except TimeoutError:
        raise EvidenceUnavailable("the recording does not keep up") from None
    await tools.recordings.add(row, wrapped)
    head = tools.evidence.head(session.recording)
    opened = (
        [recording_leaf(opening_of(session), "RecordingOpened", head, event.at_ms)]
        if head is not None
        else []
    )
    await tools.sessions.save(session, [event], [*opened, *leaves_of(session, [event])])


def _row(event: ev.SessionOpened, customer_name: str, rule: RetentionRule) -> Recording:
    return Recording(
        id=event.recording,
        session=event.session,
        ticket=event.ticket,
        state=RecordingState.OPEN,
        opened_ms=event.at_ms,
        closed_ms=None,
        keep_until_ms=event.at_ms + rule.days * DAY_MS,
        host_name=event.host.name,
        customer_name=customer_name,
        people=(event.host.name,),
        kept_by=rule.name,
    )


async def _close_again(tools: Tools, recording: RecordingId) -> None:
    """A session that could not be kept leaves a closed recording behind, not one that stays open for ever."""
    try:
        async with asyncio.timeout(limits.EVIDENCE_COMMIT_MS / 1000):
            await tools.evidence.close(recording, NOT_OPENED)
    except (EvidenceUnavailable, TimeoutError) as error:
        _log.error("recording_not_closed", recording=recording, reason=str(error))


async def new_code(tools: Tools, live: LiveSession) -> CodeView:
    """Make a fresh pairing code and link for a session; the old ones die."""
    if live.decided.customer is not None:
        raise Refused("customer_already_here", "the customer has joined; a code is not needed")
    digits, link = tools.mint.digits(limits.CODE_DIGITS), tools.mint.secret()
    until_ms = tools.clock.now() + limits.CODE_LIFE_MS
    await tools.pairings.drop(live.decided.id)
    await tools.pairings.add("code", tools.secrets.digest("code", digits), live.decided.id, until_ms)
    await tools.pairings.add("link", tools.secrets.digest("link", link), live.decided.id, until_ms)
    code = CodeView(digits, f"{tools.installation.public_url}/join/{link}", until_ms)
    live.backdrop = replace(live.backdrop, code=code)
    live.send_views()
    return code
