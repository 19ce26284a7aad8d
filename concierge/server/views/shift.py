"""The page of the end of a shift: what is open, to whom it can be offered, and what is offered to oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.frame import Moment, View


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session one hosts. `offered_to` is who is asked to take it over, "" for nobody."""

    session_id: str
    title: str
    customer: str
    offered_to: str


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invite one answers for. `offered_to` waits for an answer until `until`; `declined_by` said no."""

    invite_id: str
    person: str
    company: str
    starts: Moment
    offered_to: str
    until: Moment | None
    declined_by: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may host."""

    person_id: str
    name: str


@dataclass(frozen=True, slots=True)
class OfferedInvite:
    """An invite that waits for one's own yes."""

    invite_id: str
    person: str
    company: str
    starts: Moment
    by: str
    until: Moment


@dataclass(frozen=True, slots=True)
class ShiftView(View):
    """`/shift`. `back` is what stands in the field for the time of return, `back_ms` the same as a number; `done` after signing off."""

    template: ClassVar[str] = "shift.html"
    back: str
    back_ms: int
    sessions: tuple[OpenSession, ...]
    invites: tuple[OpenInvite, ...]
    colleagues: tuple[Colleague, ...]
    offered: tuple[OfferedInvite, ...]
    fault: str | None = None
    done: bool = False
    done_until: Moment | None = None
