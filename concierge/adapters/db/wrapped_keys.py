"""The key store: wrapped data keys, a row for each class of a recording and each KEK (port KeyStore).

Rule: a rotation replaces only the very wrapping it read; a key that was destroyed meanwhile never comes back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import wrapped_keys
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import StoredKey, WrappedKey
from concierge.services.ports import AuditLeaf


def key_row(recording: RecordingId, key: WrappedKey) -> dict[str, object]:
    """Return the row of a wrapped key."""
    return {
        "recording": recording,
        "cls": key.cls,
        "kek": key.kek,
        "kind": key.kind,
        "sealed": key.sealed,
    }


def key_of(row: RowMapping) -> WrappedKey:
    """Return the wrapped key of a row."""
    return WrappedKey(row["cls"], row["kek"], row["kind"], bytes(row["sealed"]))


class DatabaseKeyStore:
    """The KeyStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def counts(self) -> dict[str, int]:
        """Return how many keys each KEK has wrapped."""

        async def work(connection: AsyncConnection) -> dict[str, int]:
            rows = await connection.execute(
                select(wrapped_keys.c.kek, func.count()).group_by(wrapped_keys.c.kek)
            )
            return {row[0]: row[1] for row in rows}

        return await self._store.read(work)

    async def wrapped_by_others(self, kek: str, limit: int, after: str = "") -> list[StoredKey]:
        """Return keys that `kek` did not wrap, of recordings behind `after`, in order."""
        return await self._keys(
            select(wrapped_keys).where(wrapped_keys.c.kek != kek, wrapped_keys.c.recording > after), limit
        )

    async def of_kek(self, kek: str, limit: int) -> list[StoredKey]:
        """Return keys that `kek` wrapped."""
        return await self._keys(select(wrapped_keys).where(wrapped_keys.c.kek == kek), limit)

    async def rewrap(
        self, changed: Sequence[tuple[StoredKey, WrappedKey]], leaves: Sequence[AuditLeaf]
    ) -> int:
        """Put new wrappings in the place of old ones, with their leaves, in one transaction; return how many."""

        async def work(connection: AsyncConnection) -> int:
            count = 0
            for stored, new in changed:
                old = stored.key
                done = await connection.execute(
                    update(wrapped_keys)
                    .where(
                        wrapped_keys.c.recording == stored.recording,
                        wrapped_keys.c.cls == old.cls,
                        wrapped_keys.c.kek == old.kek,
                        wrapped_keys.c.sealed == old.sealed,
                    )
                    .values(kek=new.kek, kind=new.kind, sealed=new.sealed)
                )
                count += done.rowcount
            if leaves:
                await audit.append(connection, leaves)
            return count

        return await self._store.write(work)

    async def _keys(self, query: Select[*tuple[object, ...]], limit: int) -> list[StoredKey]:
        ordered = query.order_by(wrapped_keys.c.recording, wrapped_keys.c.cls, wrapped_keys.c.kek).limit(
            limit
        )

        async def work(connection: AsyncConnection) -> list[StoredKey]:
            rows = (await connection.execute(ordered)).mappings()
            return [StoredKey(RecordingId(row["recording"]), key_of(row)) for row in rows]

        return await self._store.read(work)
