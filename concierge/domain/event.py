"""What every event of a session has: its number, its time, and how it meets evidence (`Effect`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Effect(StrEnum):
    """WIDENS: durable first, effect second. NARROWS: effect at once, recorded right after. STREAMS: queued, then sent."""

    WIDENS = "widens"
    NARROWS = "narrows"
    STREAMS = "streams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. `seq` counts from 1 within a session; `at_ms` is on the broker's steady clock."""

    effect: ClassVar[Effect] = Effect.WIDENS
    conversation: ClassVar[bool] = False

    seq: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing(Event):
    """Base of what takes access away."""

    effect: ClassVar[Effect] = Effect.NARROWS
