"""Portraits in the database: one a person, found by the address that is its address.

Rules: a change and its audit leaf are one transaction; there is no way to list faces but the album's, which holds no pixels.
"""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import portraits
from concierge.domain.portrait import Portrait
from concierge.services.ports import AuditLeaf


class DatabasePortraits:
    """The PortraitStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, portrait: Portrait, leaf: AuditLeaf) -> None:
        """Keep a portrait in the place of its owner's former one."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(portraits).where(portraits.c.owner == portrait.owner))
            await connection.execute(insert(portraits).values(asdict(portrait)))
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def drop(self, owner: str, leaf: AuditLeaf) -> bool:
        """Forget an owner's portrait; True when there was one."""

        async def work(connection: AsyncConnection) -> bool:
            gone = delete(portraits).where(portraits.c.owner == owner).returning(portraits.c.owner)
            if await connection.scalar(gone) is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def find(self, address: str) -> Portrait | None:
        """Return the portrait at this address, or None."""

        async def work(connection: AsyncConnection) -> Portrait | None:
            found = await connection.execute(select(portraits).where(portraits.c.address == address))
            row = found.mappings().first()
            return None if row is None else _portrait(row)

        return await self._store.read(work)

    async def addresses(self) -> dict[str, str]:
        """Return the address of every portrait, by owner."""

        async def work(connection: AsyncConnection) -> dict[str, str]:
            rows = await connection.execute(select(portraits.c.owner, portraits.c.address))
            return {row.owner: row.address for row in rows}

        return await self._store.read(work)


def _portrait(row: RowMapping) -> Portrait:
    return Portrait(row["owner"], row["address"], bytes(row["image"]), row["set_ms"])
