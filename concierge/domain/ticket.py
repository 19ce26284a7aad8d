"""Tickets and their thread. Wall-clock times (milliseconds since the Unix epoch, UTC) are labels here, not deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.ids import PersonId, SessionId, TicketId


class TicketState(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"


class Priority(StrEnum):
    """How urgent it is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    """How an entry of the thread came about."""

    PHONE = "phone"
    EMAIL = "email"
    PORTAL = "portal"
    CHAT = "chat"
    NOTE = "note"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Customer:
    """The person being helped, as the ticket knows them. `time_zone` is an IANA name, `language` a BCP 47 tag."""

    name: str
    email: str
    phone: str
    site: str
    device: str
    time_zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """One service-management record. `number` is what people say ("INC-1042")."""

    id: TicketId
    number: str
    title: str
    description: str
    customer: Customer
    priority: Priority
    state: TicketState
    assignee: PersonId | None
    opened_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One contact or note on a ticket's timeline. `author` is a name as shown; `person` is set for desk people."""

    id: str
    ticket: TicketId
    channel: Channel
    author: str
    text: str
    at_ms: int
    person: PersonId | None = None
    session: SessionId | None = None
