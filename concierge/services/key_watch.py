"""Whether keys can be had: the current KEK wraps and opens, and every KEK that wrapped something is known.

Asked often, it answers from what it found KEY_TRIAL_EVERY_MS ago: whoever watches must not wear a KMS out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.services.key_port import KeyStore
from concierge.services.ports import Clock


class Trying(Protocol):
    """The keyring as a watch sees it; blocking."""

    def try_out(self) -> None:
        """Wrap something of no meaning and open it again. Raises ConciergeError."""

    def lost(self, keks: Iterable[str]) -> list[str]:
        """Return those KEKs that are not to be found."""


class KeyWatch:
    """Asks the keyring and the key store."""

    def __init__(self, store: KeyStore, ring: Trying, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._found: tuple[int, str] | None = None

    async def fault(self) -> str:
        """Return why no session can be opened for want of a key; "" when one can."""
        now = self._clock.now()
        if self._found is None or now - self._found[0] >= limits.KEY_TRIAL_EVERY_MS:
            self._found = (now, await self._try())
        return self._found[1]

    async def _try(self) -> str:
        try:
            async with asyncio.timeout(limits.READY_WAIT_MS / 1000):
                await asyncio.to_thread(self._ring.try_out)
        except TimeoutError:
            return "the key-encryption key cannot be reached in time"
        except ConciergeError as error:
            return str(error)
        return ""

    async def lost(self) -> str:
        """Return what cannot be played because its KEK is lost, as a sentence; "" when nothing is. Raises StoreUnavailable."""
        counts = await self._store.counts()
        lost = await asyncio.to_thread(self._ring.lost, counts)
        if not lost:
            return ""
        keys = sum(counts[kek] for kek in lost)
        return f"{keys} recording keys cannot be opened: {', '.join(lost)} is lost. They verify and cannot be played"
