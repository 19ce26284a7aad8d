"""Surfaces: something shown (a screen, window, tab or the phone's camera), and how its picture stands.

Rule: what somebody needs to see a surface follows from its kind alone; a camera is never covered by a yes to the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId, SurfaceId


class SurfaceKind(StrEnum):
    """What the customer chose to show, in the words of the Screen Capture specification's displaySurface; or the phone."""

    MONITOR = "monitor"
    WINDOW = "window"
    TAB = "browser"
    CAMERA = "camera"


class SurfaceState(StrEnum):
    """Whether a surface may be seen; hidden is the customer's own "hide my screen"."""

    SHOWN = "shown"
    HIDDEN = "hidden"


class Condition(StrEnum):
    """How the picture is doing at its source.

    `still`: nothing in it changes. `muted`: the customer's system withholds it (a locked screen, a security prompt).
    """

    MOVING = "moving"
    STILL = "still"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Surface:
    """One shared surface; `owner` is the participant who shares it. Pixels; 0 while the size is not known."""

    id: SurfaceId
    owner: ParticipantId
    kind: SurfaceKind
    state: SurfaceState = SurfaceState.SHOWN
    condition: Condition = Condition.MOVING
    width: int = 0
    height: int = 0

    @property
    def seen_with(self) -> Capability:
        """What a viewer has to hold."""
        return seen_with(self.kind)


def seen_with(kind: SurfaceKind) -> Capability:
    """Return what a viewer of such a surface has to hold."""
    return Capability.VIEW_CAMERA if kind is SurfaceKind.CAMERA else Capability.VIEW_SCREEN
