"""Grants: a capability given to a participant until a time, with the consent it rests on.

Rule: at most one grant of a capability per participant is in force; a new one replaces the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.capability import Capability
from concierge.domain.ids import ConsentId, ParticipantId


class RevokeReason(StrEnum):
    """Why a grant ended before or at its time. Closed list."""

    TAKEN_BACK = "taken_back"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LEFT = "left"
    STALE = "stale"
    RECORDING_WITHDRAWN = "recording_withdrawn"
    HANDED_OVER = "handed_over"
    STEPPED_AWAY = "stepped_away"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Grant:
    """`until_ms` is exclusive, on the broker's steady clock. `consent` is None where NEEDS asks for none."""

    capability: Capability
    participant: ParticipantId
    given_by: ParticipantId | None
    until_ms: int
    consent: ConsentId | None = None

    @property
    def key(self) -> tuple[ParticipantId, Capability]:
        """What makes a grant unique within its session."""
        return (self.participant, self.capability)

    def in_force(self, now_ms: int) -> bool:
        """Whether the grant still counts at `now_ms`."""
        return now_ms < self.until_ms
