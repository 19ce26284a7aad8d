from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.errors import BadInput
from concierge.domain.ids import PersonId, SessionId, TicketId
from concierge.domain.ticket import Channel, Priority, TicketState
from tests.adapters.db.samples import NASTY, NOW, TICKET, entry, leaf, ticket


async def test_a_ticket_is_read_back_as_it_was(database: Database) -> None:
    await database.tickets.add(TICKET, leaf("TicketCreated"))
    assert await database.tickets.get(TICKET.id) == TICKET
    assert await database.tickets.get(TicketId("tic_\x00")) is None
    assert await database.audit.tail(5) == [(1, leaf("TicketCreated"))]


async def test_a_second_ticket_with_a_number_is_refused_with_its_leaf(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    with pytest.raises(BadInput):
        await database.tickets.add(replace(TICKET, id=TicketId("tic_other")), leaf())
    assert len(await database.audit.tail(5)) == 1


async def test_the_queue_is_urgent_first_then_oldest_first_without_the_solved(database: Database) -> None:
    for number, (priority, age) in enumerate(
        [(Priority.LOW, 9), (Priority.NORMAL, 1), (Priority.URGENT, 1), (Priority.NORMAL, 5)]
    ):
        await database.tickets.add(ticket(number, priority=priority, opened_ms=NOW - age), leaf())
    assert [one.number for one in await database.tickets.queue(9)] == ["INC-2", "INC-3", "INC-1", "INC-0"]
    await database.tickets.set_state(TicketId("tic_2"), TicketState.SOLVED, NOW + 5)
    assert [one.number for one in await database.tickets.queue(2)] == ["INC-3", "INC-1"]
    solved = await database.tickets.get(TicketId("tic_2"))
    assert solved is not None
    assert (solved.state, solved.updated_ms) == (TicketState.SOLVED, NOW + 5)


async def test_numbers_are_never_given_twice(database: Database) -> None:
    await database.tickets.add(ticket(1003), leaf())
    numbers = await asyncio.gather(*(database.tickets.next_number() for _ in range(20)))
    assert len(set(numbers)) == 20
    assert "INC-1003" not in numbers
    assert min(numbers) == "INC-1001"


async def test_the_thread_is_oldest_first_and_an_entry_is_added_once(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    later = entry(2, "later", person=PersonId("per_alex"), session=SessionId("ses_one"))
    earlier = entry(1, "earlier", Channel.EMAIL)
    await database.tickets.add_entry(later, leaf("NoteAdded"))
    await database.tickets.add_entry(earlier, None)
    await database.tickets.add_entry(later, leaf("NoteAdded"))
    assert await database.tickets.thread(TICKET.id) == [earlier, later]
    assert [one.kind for _, one in await database.audit.tail(9)] == ["NoteAdded", "Tested"]


async def test_any_text_can_be_a_ticket_a_note_and_a_search(database: Database) -> None:
    for number, text in enumerate(NASTY):
        customer = replace(TICKET.customer, name=text, email=text, device=text)
        one = ticket(number, title=text, description=text, customer=customer)
        await database.tickets.add(one, leaf())
        await database.tickets.add_entry(entry(number, text, author=text, ticket=one.id), leaf())
        kept = await database.tickets.get(one.id)
        assert kept is not None
        assert len(kept.title) == len(text)
        (line,) = await database.tickets.thread(one.id)
        assert line.text == kept.title
        found = await database.tickets.search(text, 99)
        assert all(hit.number.startswith("INC-") for hit in found)
