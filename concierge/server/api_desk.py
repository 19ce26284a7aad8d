"""The API of the desk: tickets, notes, search, people. Every route's act is declared in app.py."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.ids import TicketId
from concierge.domain.portrait import owner_of_person
from concierge.domain.ticket import ThreadEntry, Ticket
from concierge.server import api_words as words
from concierge.server.errors import Shut
from concierge.server.rows import HIT_BEGIN, HIT_END
from concierge.server.tickets import NewTicket, add_note, add_ticket
from concierge.services import searching

Limit = Annotated[int, Query(ge=1, le=500)]
Words = Annotated[str, Query(min_length=1, max_length=limits.TITLE_MAX_CHARS)]


def ticket_out(ticket: Ticket) -> words.TicketOut:
    """Return a ticket as the API gives it."""
    return words.TicketOut(
        id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        description=ticket.description,
        customer_name=ticket.customer.name,
        site=ticket.customer.site,
        priority=ticket.priority,
        state=ticket.state,
        assignee=ticket.assignee,
        opened_ms=ticket.opened_ms,
        updated_ms=ticket.updated_ms,
    )


def _entry(entry: ThreadEntry) -> words.EntryOut:
    return words.EntryOut(
        id=entry.id,
        channel=entry.channel,
        author=entry.author,
        text=entry.text,
        at_ms=entry.at_ms,
        session=entry.session,
    )


async def me(asked: words.Caller) -> words.KeyOut:
    """Say who asks, and what the key may do."""
    scopes = asked.principal.attributes.get("scopes")
    return words.KeyOut(
        person=asked.person.id,
        name=asked.person.name,
        role=asked.person.role.value,
        scopes=[Act(scope) for scope in scopes] if isinstance(scopes, tuple) else None,
    )


async def tickets(asked: words.Caller, limit: Limit = 100) -> list[words.TicketOut]:
    """Return the queue: urgent first, then oldest first."""
    return [ticket_out(one) for one in await asked.house.tools.tickets.queue(limit)]


async def create_ticket(asked: words.Caller, given: words.TicketGiven) -> words.TicketOut:
    """Create a ticket; it belongs to the key's person."""
    return ticket_out(await add_ticket(asked.house.tools, asked.person, NewTicket(**given.model_dump())))


async def ticket(asked: words.Caller) -> words.TicketWithThread:
    """Return a ticket with its thread, sessions and recordings."""
    tools, wanted = asked.house.tools, TicketId(asked.part_id("ticket", "ticket_id"))
    found = await tools.tickets.get(wanted)
    if found is None:
        raise Shut(404)
    return words.TicketWithThread(
        **ticket_out(found).model_dump(),
        thread=[_entry(entry) for entry in await tools.tickets.thread(wanted)],
        sessions=[row.id for row in await tools.sessions.of_ticket(wanted)],
        recordings=[row.id for row in await tools.recordings.of_ticket(wanted)],
    )


async def note(asked: words.Caller, given: words.NoteGiven) -> words.EntryOut:
    """Add a note to a ticket's thread."""
    wanted = TicketId(asked.part_id("ticket", "ticket_id"))
    return _entry(await add_note(asked.house.tools, asked.person, wanted, given.text))


async def search(asked: words.Caller, q: Words, limit: Limit = 50) -> list[words.HitOut]:
    """Find words in tickets, chat and notes; best first."""
    return [
        words.HitOut(
            ticket=hit.ticket,
            number=hit.number,
            title=hit.title,
            where=hit.where,
            snippet=hit.snippet.replace(HIT_BEGIN, "").replace(HIT_END, ""),
            at_ms=hit.at_ms,
        )
        for hit in await searching.search(asked.house.tools, asked.principal, q, limit)
    ]


async def hosts(asked: words.Caller) -> list[words.PersonOut]:
    """Return who may host, to hand a session over to."""
    here = {
        seat.who.person
        for live in asked.house.registry.all()
        for seat in live.decided.present()
        if seat.who.person is not None
        and live.hub.silent_for(seat.who.id, asked.house.tools.clock.now()) < 3000
    }
    people = await asked.house.tools.people.hosts()
    album = asked.house.tools.album
    return [
        words.PersonOut(
            id=one.id,
            name=one.name,
            role=one.role.value,
            here=one.id in here,
            portrait=album.of(owner_of_person(one.id)),
        )
        for one in people
    ]


async def companies(asked: words.Caller) -> list[words.CompanyOut]:
    """Return vendor companies by name."""
    return [words.CompanyOut(id=one.id, name=one.name) for one in await asked.house.tools.people.companies()]
