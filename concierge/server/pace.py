"""How fast one socket may speak: a bucket that holds two seconds' worth and fills steadily. Time is an argument."""

from __future__ import annotations


class Pace:
    """Allows `per_second` messages in the long run, and twice that at once."""

    def __init__(self, per_second: int) -> None:
        self._rate = per_second
        self._full = 2.0 * per_second
        self._level = self._full
        self._last: float | None = None

    def allow(self, now_s: float) -> bool:
        """Whether one more message is within the pace."""
        if self._last is not None:
            self._level = min(self._full, self._level + (now_s - self._last) * self._rate)
        self._last = now_s
        if self._level < 1:
            return False
        self._level -= 1
        return True
