"""The desk: the queue, one ticket with its thread, and search over everything said and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.server.views.frame import Face, Moment, Piece, View
from concierge.server.views.leaving import ThanksRow
from concierge.server.views.trust import AlarmRow

Priority = Literal["urgent", "high", "normal", "low"]
Channel = Literal["phone", "mail", "chat", "portal", "walk_in", "api"]
TicketState = Literal["new", "open", "waiting", "resolved", "closed"]
SessionState = Literal["waiting", "active", "paused", "ended"]
Verdict = Literal["ok", "open", "recovered", "torn", "bad", "unchecked", "erased"]


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket in the queue. `promise` is the next update owed to the customer."""

    ticket_id: str
    number: str
    title: str
    customer: Face
    priority: Priority
    channel: Channel
    state: TicketState
    opened: Moment
    owner: str | None = None
    promise: Moment | None = None
    promise_late: bool = False


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One session that has not ended. `may` is what the reader can do with it from here."""

    session_id: str
    title: str
    ticket_number: str
    state: SessionState
    host: str
    customer: str
    since: Moment
    people: int
    may: Literal["host", "take_over", "pick_up", "opinion", "observe", "none"]
    watch: str = ""
    """The recording that the reader may watch while it is made; "" for none."""


@dataclass(frozen=True, slots=True)
class DeskView(View):
    """`/desk`. `everyone` is the supervisor's variant: all live sessions, not only one's own.

    `help_title`, `help_customer` and `help_fault` bring back a form that was refused.
    """

    template: ClassVar[str] = "desk.html"
    tickets: tuple[TicketRow, ...]
    live: tuple[LiveRow, ...]
    everyone: bool = False
    offered: int = 0
    shown: Literal["mine", "unowned", "all"] = "all"
    count_mine: int = 0
    count_unowned: int = 0
    count_all: int = 0
    may_help_now: bool = True
    help_title: str = ""
    help_customer: str = ""
    help_fault: str | None = None
    alarms: tuple[AlarmRow, ...] = ()
    thanks: tuple[ThanksRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One thing in a ticket's thread: a contact in some channel, a note, or a session and its outcome."""

    kind: Literal["contact", "note", "session", "change"]
    who: str
    who_is: Literal["customer", "desk", "vendor", "system"]
    at: Moment
    text: str
    channel: Channel | None = None
    session_id: str | None = None
    recording_id: str | None = None
    outcome: Literal["resolved", "workaround", "escalated", "not_resolved"] | None = None
    duration: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingLink:
    """An earlier recording of the same ticket, or the same person."""

    recording_id: str
    title: str
    when: Moment
    duration: str
    host: str
    verdict: Verdict
    may_replay: bool


@dataclass(frozen=True, slots=True)
class TicketView(View):
    """`/tickets/{ticket_id}`. `local_time` is the customer's clock now, `quiet_hours` true when it is late for them."""

    template: ClassVar[str] = "ticket.html"
    ticket_id: str
    number: str
    title: str
    state: TicketState
    priority: Priority
    customer: Face
    opened: Moment
    thread: tuple[ThreadEntry, ...]
    recordings: tuple[RecordingLink, ...] = ()
    live: tuple[LiveRow, ...] = ()
    owner: str | None = None
    device: str | None = None
    contact: str | None = None
    language: str | None = None
    local_time: str | None = None
    quiet_hours: bool = False
    promise: Moment | None = None
    promise_late: bool = False
    may_note: bool = True
    may_start: bool = True
    may_invite: bool = True
    note: str = ""
    note_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `at_ms` is the place in the recording, when the words were said in a session."""

    kind: Literal["ticket", "chat", "note"]
    title: str
    ticket_id: str
    ticket_number: str
    snippet: tuple[Piece, ...]
    when: Moment
    who: str | None = None
    recording_id: str | None = None
    at_ms: int | None = None
    at_text: str | None = None


@dataclass(frozen=True, slots=True)
class SearchView(View):
    """`/search?q=…&in=…`. `more_path` is the next page of results, already within the base path."""

    template: ClassVar[str] = "search.html"
    q: str
    within: Literal["all", "ticket", "chat", "note"]
    hits: tuple[Hit, ...]
    count_all: int = 0
    count_ticket: int = 0
    count_chat: int = 0
    count_note: int = 0
    more_path: str | None = None
    fault: str | None = None
