"""The customer is not at the screen, or not alone: why, and what had been allowed until then, to be asked again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId


class AwayReason(StrEnum):
    """What the customer said. Closed list."""

    STEPPED_AWAY = "stepped_away"
    SOMEONE_HERE = "someone_here"


@dataclass(frozen=True, slots=True)
class Absence:
    """`held` is what was in force with consent when the customer stepped away; none of it is any more."""

    why: AwayReason
    held: tuple[tuple[ParticipantId, Capability], ...]
