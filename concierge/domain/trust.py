"""Closed lists of trust: what a claimed name rests on, where an alarm was raised, and the alarm itself.

Rule: an alarm is never refused for what it might cost; it only takes away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.ids import PersonId, SessionId, TicketId


class Established(StrEnum):
    """What a customer's claimed name rests on."""

    SIGN_IN = "sign_in"
    LINK = "link"
    SPOKEN_CODE = "spoken_code"


class Claim(StrEnum):
    """What a customer said about who they are."""

    UNSAID = "unsaid"
    EXPECTED = "expected"
    OTHER = "other"


class AlarmPlace(StrEnum):
    """Where somebody said "I am not sure" or "something is wrong"."""

    CODE = "code"
    LINK = "link"
    SESSION = "session"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a supervisor has to look at; `at_ms` and `seen_ms` are wall-clock milliseconds.

    `session` is None when somebody was unsure before any session could be told.
    """

    id: str
    place: AlarmPlace
    at_ms: int
    session: SessionId | None = None
    ticket: TicketId | None = None
    host_name: str = ""
    seen_ms: int | None = None
    seen_by: PersonId | None = None
    seen_by_name: str = ""
