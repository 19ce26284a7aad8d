from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.server.tickets import NewTicket, add_note, add_ticket
from tests.server.front import Front


async def test_a_ticket_is_kept_with_a_leaf(front: Front) -> None:
    tools, anna = front.desk.tools, front.desk.anna
    ticket = await add_ticket(
        tools, anna, NewTicket(title=" Label \n printer ", customer_name=" Carl  Kunde ")
    )
    assert (ticket.title, ticket.customer.name, ticket.assignee) == ("Label printer", "Carl Kunde", anna.id)
    assert await tools.tickets.get(ticket.id) == ticket
    (_, leaf), *_ = await tools.audit.tail(1)
    assert (leaf.kind, leaf.subject) == ("TicketCreated", ticket.id)
    assert "Label" not in leaf.detail


@pytest.mark.parametrize(
    "wish",
    [
        NewTicket(title=" ", customer_name="x"),
        NewTicket(title="x", customer_name=""),
        NewTicket(title="x", customer_name="x", description="x" * (limits.NOTE_MAX_CHARS + 1)),
        NewTicket(title="x", customer_name="x", email="x" * (limits.TITLE_MAX_CHARS + 1)),
    ],
)
async def test_what_is_missing_or_too_long_is_refused(front: Front, wish: NewTicket) -> None:
    with pytest.raises(BadInput):
        await add_ticket(front.desk.tools, front.desk.anna, wish)


async def test_a_note_is_kept_as_it_was_typed(front: Front) -> None:
    tools, ticket = front.desk.tools, front.desk.ticket
    entry = await add_note(tools, front.desk.anna, ticket.id, " <b>line one\nline two ")
    assert entry.text == "<b>line one\nline two"
    assert (await tools.tickets.thread(ticket.id))[-1].id == entry.id
    with pytest.raises(BadInput):
        await add_note(tools, front.desk.anna, ticket.id, "  ")
