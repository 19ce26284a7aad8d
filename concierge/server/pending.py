"""Between password and one-time code: who typed a right password a moment ago, in memory only.

Rule: few, short-lived, and used once; a restart forgets them, and people begin again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PENDING_MAX = 256
PENDING_LIFE_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody half signed in. Never printed."""

    name: str
    password: str = field(repr=False)
    until_ms: int


@dataclass(slots=True)
class PendingSignIns:
    """The half signed in, by the secret of the browser's visit."""

    _known: dict[str, Pending] = field(default_factory=dict, repr=False)

    def put(self, visit: str, name: str, password: str, now_ms: int) -> None:
        """Remember; the oldest is forgotten when there are too many."""
        self._known.pop(visit, None)
        while len(self._known) >= PENDING_MAX:
            del self._known[next(iter(self._known))]
        self._known[visit] = Pending(name, password, now_ms + PENDING_LIFE_MS)

    def look(self, visit: str, now_ms: int) -> Pending | None:
        """Return who is half signed in here, unless that was too long ago."""
        found = self._known.get(visit)
        if found is not None and found.until_ms <= now_ms:
            del self._known[visit]
            return None
        return found

    def drop(self, visit: str) -> None:
        """Forget."""
        self._known.pop(visit, None)
