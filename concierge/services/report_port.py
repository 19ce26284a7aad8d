"""The port to audit reports: what one is to cover, and the files it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from concierge.domain.errors import ConciergeError

Format = Literal["html", "csv", "json"]


@dataclass(frozen=True, slots=True)
class ReportWish:
    """Times are wall-clock milliseconds, until exclusive. Ticket is a number and company a name; "" is every one.

    With a sample, so many sessions chosen by the seed have their recordings verified; without, all of them.
    """

    from_ms: int
    until_ms: int
    ticket: str = ""
    company: str = ""
    sample: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ReportWords:
    """Headings in the reader's language, by name."""

    language: str
    words: Mapping[str, str]


class ReportTooLong(ConciergeError):
    """The period holds more leaves than one report carries."""


class Reports(Protocol):
    """Makes reports."""

    async def make(self, wish: ReportWish, by: str, words: ReportWords, how: Format) -> bytes:
        """Return a report as a file. Raises BadInput, ReportTooLong, StoreUnavailable."""
