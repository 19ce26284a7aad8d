"""Throttles counted in the database: one atomic statement for each try, so that they hold across processes and restarts."""

from __future__ import annotations

from sqlalchemy import case, delete, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import throttles


class DatabaseThrottle:
    """The Throttle port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def hit(self, bucket: str, key_hash: bytes, limit: int, window_ms: int, now_ms: int) -> bool:
        """Count a try; True while there were at most `limit` in the window. A refused try is not counted."""
        row = {"bucket": bucket, "key_hash": key_hash, "hits": 1, "until_ms": now_ms + window_ms}
        # A window that ends further off than it is long was begun on a clock that was set back since.
        over = or_(throttles.c.until_ms <= now_ms, throttles.c.until_ms > now_ms + window_ms)

        async def work(connection: AsyncConnection) -> bool:
            if limit < 1:
                return False
            hits = await connection.scalar(
                insert_once(connection, throttles)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["bucket", "key_hash"],
                    set_={
                        "hits": case((over, 1), else_=throttles.c.hits + 1),
                        "until_ms": case((over, now_ms + window_ms), else_=throttles.c.until_ms),
                    },
                    where=or_(over, throttles.c.hits < limit),
                )
                .returning(throttles.c.hits)
            )
            if hits == 1:
                # A new window is the moment to forget old ones; the table stays as small as the traffic.
                old = (throttles.c.bucket == bucket) & (throttles.c.until_ms <= now_ms)
                await connection.execute(delete(throttles).where(old))
            return hits is not None

        return await self._store.write(work)
