"""The broker's steady clock: anchored once to the wall clock, then driven by CLOCK_BOOTTIME, which nobody sets.

Rule: `now` never goes back, not even across a restart (`floor_ms` is the last instant that was kept). The wall clock is
a label for people; that it jumped is told, never followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from concierge.domain import limits

_NS_PER_MS = 1_000_000


def wall_ms() -> int:
    """Return milliseconds since the epoch as the machine shows them."""
    return time.time_ns() // _NS_PER_MS


def boot_ms() -> int:
    """Return milliseconds since the machine started, time asleep included (clock_gettime(2), CLOCK_BOOTTIME)."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // _NS_PER_MS


class SteadyClock:
    """The Clock port. `floor_ms` is where `now` begins at the least; `wall` and `boot` are for tests."""

    def __init__(
        self, floor_ms: int = 0, wall: Callable[[], int] = wall_ms, boot: Callable[[], int] = boot_ms
    ) -> None:
        self._wall = wall
        self._boot = boot
        began, shown = boot(), wall()
        self._anchor = max(shown, floor_ms) - began
        # What the wall clock shows beyond CLOCK_BOOTTIME; it changes only when somebody sets the clock.
        self._offset = shown - began

    def now(self) -> int:
        """Milliseconds since the epoch on the broker's steady clock: for deadlines and order."""
        return self._anchor + self._boot()

    def wall(self) -> int:
        """Milliseconds since the epoch on the machine's wall clock: a label for people."""
        return self._wall()

    def stepped_ms(self) -> int:
        """Return by how much the wall clock jumped since the last jump told; 0 below CLOCK_STEP_MS."""
        offset = self._wall() - self._boot()
        jump = offset - self._offset
        if abs(jump) < limits.CLOCK_STEP_MS:
            return 0
        self._offset = offset
        return jump
