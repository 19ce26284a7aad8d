"""Impressions: one question, one click, on both sides of a session that is over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.ids import PersonId, SessionId, TicketId


class Side(StrEnum):
    """Who is asked."""

    CUSTOMER = "customer"
    HOST = "host"


class Felt(StrEnum):
    """The three answers."""

    GOOD = "good"
    MIXED = "mixed"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Impression:
    """One answer; `at_ms` in wall-clock milliseconds. `host` is the person who hosted, `name` who answered."""

    session: SessionId
    side: Side
    ticket: TicketId
    host: PersonId | None
    name: str
    answer: Felt
    at_ms: int
