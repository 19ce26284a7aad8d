"""Auditor links: one recording, one named viewer, until a time; to look at and nothing more.

Rule: a link is good until its end or until it is revoked, whichever comes first, and it never becomes good again.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.refusals import N_


@dataclass(frozen=True, slots=True)
class AuditorLink:
    """Times are wall-clock milliseconds, the end exclusive. `viewer` is who it is for, as the watermark shows it."""

    id: str
    recording: RecordingId
    viewer: str
    reason: str
    made_by: PersonId
    made_by_name: str
    made_ms: int
    until_ms: int
    revoked_ms: int | None = None

    def good(self, now_ms: int) -> bool:
        """Whether it opens anything."""
        return self.revoked_ms is None and now_ms < self.until_ms


def check_viewer(text: str) -> str:
    """Return a viewer's name as it is kept: one line. Raises BadInput."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= limits.NAME_MAX_CHARS:
        raise BadInput(N_("Please say who the link is for, in 2 to 80 characters."))
    return name


def check_end(until_ms: int, now_ms: int) -> int:
    """Return when a link ends. Raises BadInput for a time that is over or too far away."""
    if not now_ms < until_ms <= now_ms + limits.AUDITOR_LINK_LIFE_MAX_MS:
        raise BadInput(N_("A link ends in the future, within 30 days."))
    return until_ms
