"""One ticket: its thread, its earlier recordings, and what can be done now."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from concierge.domain.access import Act, Resource
from concierge.domain.errors import BadInput
from concierge.domain.ids import TicketId
from concierge.domain.ticket import Channel, ThreadEntry, Ticket
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.rows import PRIORITIES, STATES, live_row, recording_link, thread_entry
from concierge.server.tickets import add_note
from concierge.server.views.desk import TicketView
from concierge.services.opening import open_session

QUIET_FROM, QUIET_UNTIL = 21, 7


async def ticket(asked: Asked) -> Response:
    """The ticket."""
    return await _ticket(asked)


def ticket_id(asked: Asked) -> TicketId:
    """Return the ticket in the path, which the door has found already."""
    return TicketId(asked.part_id("ticket", "ticket_id"))


async def _ticket(asked: Asked, status: int = 200, note: str = "", fault: str | None = None) -> Response:
    tools, wanted = asked.house.tools, ticket_id(asked)
    found, thread, recordings, sessions, owners = await asyncio.gather(
        tools.tickets.get(wanted),
        tools.tickets.thread(wanted),
        tools.recordings.of_ticket(wanted),
        tools.sessions.of_ticket(wanted),
        tools.people.hosts(),
    )
    if found is None:
        raise Shut(404)
    resource = Resource("Ticket", wanted)
    by_session = {str(one.session): one for one in recordings}
    outcomes = {str(one.id): one.outcome for one in sessions}
    lives = [live for live in asked.house.registry.all() if live.decided.ticket == wanted]
    local_time, hour = (
        asked.reader.clock(found.customer.time_zone) if found.customer.time_zone else (None, 12)
    )
    view = TicketView(
        frame=asked.frame("desk"),
        ticket_id=found.id,
        number=found.number,
        title=found.title,
        state=STATES[found.state],
        priority=PRIORITIES[found.priority],
        customer=asked.face(found.customer.name, found.customer.site),
        opened=asked.reader.moment(found.opened_ms),
        thread=tuple(
            thread_entry(asked.reader, entry, by_session, outcomes.get(entry.session or "", ""))
            for entry in (*_described(found), *thread)
        ),
        recordings=tuple(
            recording_link(
                asked,
                one,
                asked.may(Act.REPLAY_RECORDING, Resource("Recording", one.id, {"ticket": one.ticket})),
            )
            for one in recordings
            if all(one.session != live.decided.id for live in lives)
        ),
        live=tuple(live_row(asked, live) for live in lives),
        owner=next((one.name for one in owners if one.id == found.assignee), None),
        device=found.customer.device or None,
        contact=", ".join(filter(None, (found.customer.phone, found.customer.email))) or None,
        language=asked.reader.tongue(found.customer.language) or None,
        local_time=local_time,
        quiet_hours=hour >= QUIET_FROM or hour < QUIET_UNTIL,
        may_note=asked.may(Act.NOTE_TICKET, resource),
        may_start=not lives and asked.may(Act.OPEN_SESSION, resource),
        may_invite=asked.may(Act.CREATE_INVITE, resource),
        note=note,
        note_fault=fault,
    )
    return asked.show(view, status)


def _described(found: Ticket) -> tuple[ThreadEntry, ...]:
    """A ticket's own words begin its thread."""
    if not found.description:
        return ()
    first = ThreadEntry(
        found.id, found.id, Channel.PORTAL, found.customer.name, found.description, found.opened_ms
    )
    return (first,)


async def note(asked: Asked) -> Response:
    """Add a note."""
    try:
        await add_note(asked.house.tools, asked.person, ticket_id(asked), asked.typed("note"))
    except BadInput as error:
        return await _ticket(asked, 422, asked.typed("note"), asked.reader.gettext(str(error)))
    return asked.go("ticket", ticket_id=ticket_id(asked))


async def start(asked: Asked) -> Response:
    """Open a session on this ticket and show its console."""
    live = await open_session(
        asked.house.tools, asked.house.registry, asked.principal, asked.person, ticket_id(asked)
    )
    return asked.go("console", session_id=live.decided.id)
