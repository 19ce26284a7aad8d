"""The page of a recording's custody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.frame import Moment, View


@dataclass(frozen=True, slots=True)
class HoldShown:
    """A legal hold in force."""

    by: str
    at: Moment
    reason: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was erased: `what` is empty for the whole recording. `retention`: its time was over, nobody asked."""

    what: tuple[str, ...]
    at: Moment
    by: str
    reason: str
    retention: bool
    finished: bool


@dataclass(frozen=True, slots=True)
class CustodyView(View):
    """`/recordings/{recording_id}/custody`. `classes` are code and words of what can still be erased apart."""

    template: ClassVar[str] = "custody.html"
    recording_id: str
    title: str
    ticket_number: str
    kept_until: Moment
    open: bool
    hold: HoldShown | None
    tombstones: tuple[Tombstone, ...]
    erased: bool
    classes: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    backups: str
    may_hold: bool
    may_erase: bool
    hold_fault: str | None = None
    erase_fault: str | None = None
