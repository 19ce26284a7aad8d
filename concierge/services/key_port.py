"""The port to the key store: recordings' data keys, wrapped, one for each class of a recording.

Rule: a data key is here only sealed, together with the name of the key-encryption key (KEK) that opens it; nothing here
can open one. Destroying a row destroys what it opens: that is what erasure rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from concierge.domain.wrapped_key import StoredKey, WrappedKey
from concierge.services.ports import AuditLeaf


class KeyStore(Protocol):
    """Wrapped keys, and nothing else that opens anything. Every method may raise StoreUnavailable."""

    async def counts(self) -> dict[str, int]:
        """Return how many keys each KEK has wrapped, by the KEK's name."""

    async def wrapped_by_others(self, kek: str, limit: int, after: str = "") -> list[StoredKey]:
        """Return keys that `kek` did not wrap, of recordings behind `after`, at most `limit`, in order."""

    async def of_kek(self, kek: str, limit: int) -> list[StoredKey]:
        """Return keys that `kek` wrapped, at most `limit`."""

    async def rewrap(
        self, changed: Sequence[tuple[StoredKey, WrappedKey]], leaves: Sequence[AuditLeaf]
    ) -> int:
        """Put new wrappings in the place of old ones, with their leaves, in one transaction; return how many.

        A key that was destroyed or wrapped anew meanwhile is left alone.
        """


class Rewrapping(Protocol):
    """The keyring as a rotation sees it. Blocking, with deadlines; raises ConciergeError kinds that name no key."""

    def current(self) -> str:
        """Return the name of the KEK that wraps now."""

    def rewrap(self, recording: str, key: WrappedKey) -> WrappedKey | None:
        """Return the same data key under the KEK that is current; None when its own KEK is lost."""
