"""A clock that stands where it is put: time as an argument for what is told to have happened earlier."""

from __future__ import annotations


class PastClock:
    """The Clock port. Both hands show the same; it is only ever moved on."""

    def __init__(self, began_ms: int) -> None:
        self._now_ms = began_ms

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self._now_ms

    def wall(self) -> int:
        """As now: nobody set this clock."""
        return self._now_ms

    def move_to(self, at_ms: int) -> None:
        """Move on. Raises ValueError rather than go back."""
        if at_ms < self._now_ms:
            raise ValueError("this clock never goes back")
        self._now_ms = at_ms
