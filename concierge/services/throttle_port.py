"""The throttle port: how often something may be tried. Counts live in the database, so they hold across restarts."""

from __future__ import annotations

from typing import Protocol


class Throttle(Protocol):
    """Counts tries of a key in a window that begins with its first try."""

    async def hit(self, bucket: str, key_hash: bytes, limit: int, window_ms: int, now_ms: int) -> bool:
        """Count a try; True while there were at most `limit` in the window. A refused try is not counted.

        `bucket` names what is throttled; `key_hash` is a hash of who or what tries (an address, a code, or b"" for
        everybody together). Raises StoreUnavailable.
        """
