from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import scrubbing
from concierge.adapters.db.repositories import Database
from concierge.domain import limits
from concierge.services.ports import StoreUnavailable
from tests.adapters.db.samples import TICKET, leaf

pytestmark = pytest.mark.peer


async def test_scrubbing_leaves_everything_that_was_not_deleted(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    for _ in range(2):
        await scrubbing.scrub(database.store)
    assert [hit.ticket for hit in await database.tickets.search("printer", 5)] == [TICKET.id]


async def test_whoever_reads_an_older_state_keeps_a_sqlite_log_from_being_emptied(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(migrated_url, wait_ms=100)
    monkeypatch.setattr(limits, "SCRUB_WAIT_MS", 400)
    reading, done = asyncio.Event(), asyncio.Event()

    async def hold(connection: AsyncConnection) -> None:
        await connection.execute(text("SELECT count(*) FROM tickets"))
        reading.set()
        await done.wait()

    reader = asyncio.create_task(database.store.read(hold)) if database.store.is_sqlite else None
    if reader is not None:
        await reading.wait()
        await database.tickets.add(TICKET, leaf())
        with pytest.raises(StoreUnavailable, match="log is in use"):
            await scrubbing.scrub(database.store)
        done.set()
        await reader
    await scrubbing.scrub(database.store)
    assert database.store.is_sqlite == (reader is not None)
    await database.stop()
