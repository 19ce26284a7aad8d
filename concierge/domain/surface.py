"""Surfaces: something shown (a screen, window or tab), and voices: somebody heard."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.ids import ParticipantId, SurfaceId


class SurfaceKind(StrEnum):
    """What the customer chose to show, in the words of the Screen Capture specification's displaySurface."""

    MONITOR = "monitor"
    WINDOW = "window"
    TAB = "browser"


class SurfaceState(StrEnum):
    """Whether a surface may be seen; hidden is the customer's own "hide my screen"."""

    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Surface:
    """One shared surface; `owner` is the participant who shares it."""

    id: SurfaceId
    owner: ParticipantId
    kind: SurfaceKind
    state: SurfaceState = SurfaceState.SHOWN
