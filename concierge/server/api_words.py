"""What the API takes and gives, as OpenAPI describes it. Times are milliseconds since the Unix epoch."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.capability import Capability
from concierge.domain.invite import InviteState
from concierge.domain.ticket import Channel, Priority, TicketState
from concierge.server.asked import Asked


def current(request: Request) -> Asked:
    """Return the request that the door let in."""
    asked: Asked = request.state.asked
    return asked


Caller = Annotated[Asked, Depends(current)]


class Given(BaseModel):
    """Base of what is sent to us: no field that we do not know."""

    model_config = ConfigDict(extra="forbid")


class Fault(BaseModel):
    """Every no: `code` is stable, `text` is a sentence in the language of Accept-Language."""

    code: str
    text: str
    reference: str | None = None


class TicketGiven(Given):
    """A new ticket."""

    title: str = Field(max_length=limits.TITLE_MAX_CHARS)
    customer_name: str = Field(max_length=limits.NAME_MAX_CHARS)
    description: str = Field("", max_length=limits.NOTE_MAX_CHARS)
    priority: Priority = Priority.NORMAL
    email: str = Field("", max_length=limits.TITLE_MAX_CHARS)
    phone: str = Field("", max_length=limits.TITLE_MAX_CHARS)
    site: str = Field("", max_length=limits.TITLE_MAX_CHARS)
    device: str = Field("", max_length=limits.TITLE_MAX_CHARS)
    time_zone: str = Field("", max_length=64)
    language: str = Field("", max_length=35)


class TicketOut(BaseModel):
    """A ticket."""

    id: str
    number: str
    title: str
    description: str
    customer_name: str
    site: str
    priority: Priority
    state: TicketState
    assignee: str | None
    opened_ms: int
    updated_ms: int


class EntryOut(BaseModel):
    """One thing of a ticket's thread."""

    id: str
    channel: Channel
    author: str
    text: str
    at_ms: int
    session: str | None


class TicketWithThread(TicketOut):
    """A ticket, what was said about it, and its sessions."""

    thread: list[EntryOut]
    sessions: list[str]
    recordings: list[str]


class NoteGiven(Given):
    """A note for a ticket."""

    text: str = Field(min_length=1, max_length=limits.NOTE_MAX_CHARS)


class HitOut(BaseModel):
    """One thing found. `snippet` is plain text."""

    ticket: str
    number: str
    title: str
    where: str
    snippet: str
    at_ms: int


class SessionGiven(Given):
    """Open a session on a ticket."""

    ticket: str = Field(max_length=64)


class CodeOut(BaseModel):
    """How the customer finds the session."""

    digits: str
    link: str
    until_ms: int


class SessionOut(BaseModel):
    """A session's row; `code` while nobody has used it, for its host."""

    id: str
    ticket: str
    recording: str
    state: str
    host: str | None
    host_name: str
    customer_name: str
    opened_ms: int
    ended_ms: int | None
    end_reason: str | None
    outcome: str
    code: CodeOut | None = None


class SessionWithView(SessionOut):
    """A session with what the key's person may know of it now: `SessionView` of the socket's messages."""

    view: dict[str, Any] | None = None


class InviteGiven(Given):
    """A new invite. Name the company, or give its id; `from_ms` is now when it is not given."""

    ticket: str = Field(max_length=64)
    person: str = Field(min_length=1, max_length=limits.NAME_MAX_CHARS)
    company: str = Field(min_length=1, max_length=limits.NAME_MAX_CHARS)
    email: str = Field("", max_length=limits.TITLE_MAX_CHARS)
    capabilities: list[Capability] = Field(min_length=1, max_length=16)
    from_ms: int | None = None
    until_ms: int | None = None
    minutes: int | None = Field(None, ge=1, le=30 * 24 * 60)
    brief: str = Field("", max_length=limits.NOTE_MAX_CHARS)


class InviteOut(BaseModel):
    """An invite, without its secrets."""

    id: str
    ticket: str
    person: str
    company: str
    capabilities: list[Capability]
    state: InviteState
    from_ms: int
    until_ms: int
    created_by: str
    redeemed_ms: int | None
    revoked_ms: int | None


class InviteMade(InviteOut):
    """A new invite with link and PIN, given this once: send them apart."""

    link: str
    pin: str


class RecordingOut(BaseModel):
    """A recording's row."""

    id: str
    session: str
    ticket: str
    state: str
    host_name: str
    customer_name: str
    companies: list[str]
    opened_ms: int
    closed_ms: int | None
    keep_until_ms: int


class PersonOut(BaseModel):
    """Somebody who may host. `here`: signed in to a console right now; `portrait`: their picture, below /portraits/."""

    id: str
    name: str
    role: str
    here: bool
    portrait: str


class CompanyOut(BaseModel):
    """A vendor company."""

    id: str
    name: str


class LeafOut(BaseModel):
    """One line of the audit log. `detail` is JSON text without secrets."""

    number: int
    at_ms: int
    kind: str
    actor: str
    subject: str
    detail: str


class KeyOut(BaseModel):
    """The key (or sign-in) that asks."""

    person: str
    name: str
    role: str
    scopes: list[Act] | None
