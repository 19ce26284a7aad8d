"""The StampStore port: heads of the audit log whose time an authority stamped, and whether another is due."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.audit_tables import audit_stamps
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import audit_leaves
from concierge.services.export_port import StampedHead


class DatabaseStamps:
    """The StampStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def wanted(self) -> bool:
        """Return whether a recording was closed behind the newest stamped head."""

        async def work(connection: AsyncConnection) -> bool:
            size = await connection.scalar(select(func.max(audit_stamps.c.size))) or 0
            closed = select(audit_leaves.c.number).where(
                audit_leaves.c.number > size, audit_leaves.c.kind == "RecordingClosed"
            )
            return await connection.scalar(closed.limit(1)) is not None

        return await self._store.read(work)

    async def keep(self, head: StampedHead, at_ms: int) -> None:
        """Keep a stamped head; a second stamp of the same head changes nothing."""

        async def work(connection: AsyncConnection) -> None:
            row = {"size": head.size, "at_ms": at_ms, "note": head.note, "stamp": head.stamp}
            once = insert_once(connection, audit_stamps).values(row)
            await connection.execute(once.on_conflict_do_nothing(index_elements=["size"]))

        await self._store.write(work)

    async def covering(self, number: int) -> StampedHead | None:
        """Return the first stamped head that holds this leaf, or None."""

        async def work(connection: AsyncConnection) -> StampedHead | None:
            query = select(audit_stamps).where(audit_stamps.c.size >= number)
            row = (await connection.execute(query.order_by(audit_stamps.c.size).limit(1))).mappings().first()
            return None if row is None else StampedHead(row["size"], bytes(row["note"]), bytes(row["stamp"]))

        return await self._store.read(work)
