"""Pages of trust: what somebody reads who said "I am not sure", and what a supervisor has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.server.views.frame import Moment, View


@dataclass(frozen=True, slots=True)
class AlarmView(View):
    """What somebody reads who was not sure. `stopped`: a session was stopped by it."""

    template: ClassVar[str] = "alarm.html"
    stopped: bool
    place: Literal["code", "link", "session", "receipt"]


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm that nobody has looked at yet."""

    alarm_id: str
    place: Literal["code", "link", "session", "receipt"]
    at: Moment
    host: str = ""
    ticket_id: str | None = None
    ticket_number: str = ""
    ticket_title: str = ""
