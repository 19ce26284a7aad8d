"""Making a database forget what was deleted from it, as far as it can.

SQLite: deleted content is overwritten (secure_delete), the search index is built anew, and the write-ahead log is
written back and emptied. PostgreSQL: VACUUM frees the space, which later rows overwrite; what it cannot promise is that
nothing of it is left in the free space of a page, in the write-ahead log, on replicas or in backups (docs/keys.md).
"""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store
from concierge.domain import limits
from concierge.services.ports import StoreUnavailable

_TABLES = ("wrapped_keys", "session_events", "thread_entries", "search_lines", "sessions", "recordings")
_RETRY_S = 0.05


async def scrub(store: Store) -> None:
    """Scrub, within SCRUB_WAIT_MS. Raises StoreUnavailable when somebody reads the old content all that time."""
    if store.is_sqlite:
        await store.write(_search_index_anew)
        await _empty_the_log(store)
    else:
        await store.outside(tuple(f"VACUUM {table}" for table in _TABLES), limits.SCRUB_WAIT_MS)


async def _search_index_anew(connection: AsyncConnection) -> None:
    await connection.execute(text("INSERT INTO search_index(search_index) VALUES ('rebuild')"))


async def _empty_the_log(store: Store) -> None:
    """A reader of an older state keeps the log busy: wait for it, then empty the log."""
    deadline = time.monotonic() + limits.SCRUB_WAIT_MS / 1000
    while True:
        (row,) = await store.outside(("PRAGMA wal_checkpoint(TRUNCATE)",), limits.SCRUB_WAIT_MS)
        if row is not None and row[0] == 0:
            return
        if time.monotonic() > deadline:
            raise StoreUnavailable("the database's log is in use and cannot be emptied now")
        await asyncio.sleep(_RETRY_S)
