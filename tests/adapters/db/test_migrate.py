from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.migrate import WrongSchema, head, migrate, migrate_down
from concierge.adapters.db.repositories import Database
from concierge.services.ports import StoreUnavailable
from tests.adapters.db.samples import TICKET, leaf

pytestmark = pytest.mark.peer


def test_migrating_twice_and_side_by_side_is_no_harm(database_url: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        for done in [threads.submit(migrate, database_url) for _ in range(3)]:
            done.result()
    asyncio.run(starts(database_url))


async def starts(url: str) -> None:
    database = Database(url)
    await database.start()
    await database.stop()


async def test_an_empty_database_does_not_start(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(WrongSchema, match="migrate it"):
        await database.start()
    await database.stop()


async def test_the_index_can_be_taken_down_and_made_again(migrated_url: str) -> None:
    database = Database(migrated_url)
    await database.tickets.add(TICKET, leaf())
    await database.stop()
    await asyncio.to_thread(migrate_down, migrated_url, "0001")
    with pytest.raises(WrongSchema):
        await database.start()
    await asyncio.to_thread(migrate, migrated_url)
    await database.start()
    assert [hit.ticket for hit in await database.tickets.search("printer", 10)] == [TICKET.id]
    await database.stop()


async def test_a_down_migration_that_loses_records_is_refused(migrated_url: str) -> None:
    database = Database(migrated_url)
    await database.tickets.add(TICKET, leaf())
    with pytest.raises(WrongSchema, match="would lose"):
        await asyncio.to_thread(migrate_down, migrated_url, "base")
    await database.start()
    assert await database.tickets.get(TICKET.id) == TICKET
    await database.stop()


async def test_a_database_from_a_newer_version_is_refused(migrated_url: str) -> None:
    database = Database(migrated_url)

    async def newer(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    await database.store.write(newer)
    with pytest.raises(WrongSchema, match="9999"):
        await asyncio.to_thread(migrate, migrated_url)
    with pytest.raises(WrongSchema, match=head()):
        await database.start()
    await database.stop()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    with pytest.raises(StoreUnavailable):
        migrate(f"sqlite:///{tmp_path}/a.db")
