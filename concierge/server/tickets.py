"""Making tickets and notes from what a person typed or a program sent.

Rule: text is checked against named limits and kept as it was typed; it is escaped where it is shown, never here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import TicketId
from concierge.domain.person import Person
from concierge.domain.refusals import N_
from concierge.domain.ticket import Channel, Customer, Priority, ThreadEntry, Ticket, TicketState
from concierge.services.ports import AuditLeaf
from concierge.services.tools import Tools


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What is known of a new ticket."""

    title: str
    customer_name: str
    description: str = ""
    priority: Priority = Priority.NORMAL
    email: str = ""
    phone: str = ""
    site: str = ""
    device: str = ""
    time_zone: str = ""
    language: str = ""


async def add_ticket(tools: Tools, person: Person, wish: NewTicket) -> Ticket:
    """Keep a new ticket, owned by whoever makes it. Raises BadInput."""
    title, name = " ".join(wish.title.split()), " ".join(wish.customer_name.split())
    if not title or len(title) > limits.TITLE_MAX_CHARS:
        raise BadInput(N_("Please say in a few words what it is about."))
    if not name or len(name) > limits.NAME_MAX_CHARS:
        raise BadInput(N_("Please write who is on the line."))
    rest = (wish.email, wish.phone, wish.site, wish.device, wish.time_zone, wish.language)
    if len(wish.description) > limits.NOTE_MAX_CHARS or any(
        len(text) > limits.TITLE_MAX_CHARS for text in rest
    ):
        raise BadInput(N_("One of the texts is too long."))
    now = tools.clock.wall()
    ticket = Ticket(
        id=TicketId(tools.mint.id("ticket")),
        number=await tools.tickets.next_number(),
        title=title,
        description=wish.description.strip(),
        customer=Customer(name, *rest),
        priority=wish.priority,
        state=TicketState.OPEN,
        assignee=person.id,
        opened_ms=now,
        updated_ms=now,
    )
    detail = json.dumps({"number": ticket.number, "priority": ticket.priority}, sort_keys=True)
    await tools.tickets.add(ticket, AuditLeaf(now, "TicketCreated", person.id, ticket.id, detail))
    return ticket


async def add_note(tools: Tools, person: Person, ticket: TicketId, text: str) -> ThreadEntry:
    """Add a note to a ticket's thread. Raises BadInput."""
    text = text.strip()
    if not text or len(text) > limits.NOTE_MAX_CHARS:
        raise BadInput(N_("A note has at least one and at most 8,000 characters."))
    now = tools.clock.wall()
    entry = ThreadEntry(
        id=tools.mint.id("entry"),
        ticket=ticket,
        channel=Channel.NOTE,
        author=person.name,
        text=text,
        at_ms=now,
        person=person.id,
    )
    detail = json.dumps({"entry": entry.id, "characters": len(text)}, sort_keys=True)
    await tools.tickets.add_entry(entry, AuditLeaf(now, "NoteAdded", person.id, ticket, detail))
    return entry
