from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store, normal_url
from concierge.adapters.db.repositories import Database
from concierge.adapters.db.tables import companies
from concierge.domain.errors import BadInput
from concierge.services.ports import StoreUnavailable
from tests.peers.postgres import PostgresServer


async def add(connection: AsyncConnection, name: str) -> None:
    await connection.execute(insert(companies).values(id=name, name=name, contact=""))


async def count(store: Store) -> int:
    async def work(connection: AsyncConnection) -> int:
        return await connection.scalar(select(func.count()).select_from(companies)) or 0

    return await store.read(work)


def test_only_the_two_databases_are_taken() -> None:
    assert str(normal_url("sqlite:///x.db")) == "sqlite+aiosqlite:///x.db"
    assert normal_url("postgresql://h/d").drivername == "postgresql+psycopg"
    with pytest.raises(BadInput):
        normal_url("mysql://h/d")


async def test_a_failed_write_keeps_nothing(database: Database) -> None:
    async def work(connection: AsyncConnection) -> None:
        await add(connection, "one")
        raise KeyError("changed my mind")

    with pytest.raises(KeyError):
        await database.store.write(work)
    assert await count(database.store) == 0


async def test_a_contradiction_is_bad_input(database: Database) -> None:
    await database.store.write(lambda connection: add(connection, "one"))
    with pytest.raises(BadInput):
        await database.store.write(lambda connection: add(connection, "one"))
    assert await count(database.store) == 1


async def test_a_write_is_finished_when_its_caller_has_gone(database: Database) -> None:
    begun = asyncio.Event()

    async def work(connection: AsyncConnection) -> None:
        begun.set()
        await asyncio.sleep(0)
        await add(connection, "one")

    caller = asyncio.create_task(database.store.write(work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await database.store.stop()
    assert await count(database.store) == 1


async def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")

    async def work(connection: AsyncConnection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        return [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]

    assert await store.read(work) == ["wal", 2, 1, 2_500, 1]
    await store.stop()


@contextlib.contextmanager
def locked(file: Path, until: threading.Event) -> Iterator[None]:
    """Hold the write lock of a SQLite file in another connection until told, or to the end."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")

    def release() -> None:
        until.wait(timeout=30)
        connection.rollback()

    thread = threading.Thread(target=release)
    thread.start()
    try:
        yield
    finally:
        until.set()
        thread.join()
        connection.close()


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "locked.db"))


async def test_a_locked_database_is_told_after_bounded_tries(file: Path) -> None:
    store = Store(f"sqlite:///{file}", wait_ms=50, tries=2)
    with locked(file, threading.Event()):
        with pytest.raises(StoreUnavailable):
            await store.write(lambda connection: add(connection, "one"))
        assert await count(store) == 0, "reading goes on"
    await store.write(lambda connection: add(connection, "one"))
    assert await count(store) == 1
    await store.stop()


async def test_a_lock_that_goes_away_in_time_is_waited_for(file: Path) -> None:
    store = Store(f"sqlite:///{file}", wait_ms=200, tries=20)
    until = threading.Event()
    with locked(file, until):
        write = asyncio.create_task(store.write(lambda connection: add(connection, "one")))
        await asyncio.wait({write}, timeout=0.3)
        assert not write.done()
        until.set()
        await write
    assert await count(store) == 1
    await store.stop()


async def test_a_mistake_of_ours_is_not_taken_for_a_lost_database(database: Database) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("SELEKT 1")

    with pytest.raises(DBAPIError):
        await database.store.write(work)


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(b"not a database at all" * 500)
    store = Store(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailable):
        await count(store)
    await store.stop()


async def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder/a.db", f"postgresql://h@/d?host={tmp_path}"):
        store = Store(url, wait_ms=200, tries=2)
        with pytest.raises(StoreUnavailable):
            await count(store)
        await store.stop()
    # aiosqlite's thread says good-bye to this loop after a failed connect: the loop has to be there still.
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 10)


@pytest.fixture
async def postgres(migrated_server: PostgresServer, postgres_url: str) -> AsyncIterator[Store]:
    store = Store(postgres_url)
    yield store
    await store.stop()


@pytest.mark.peer
async def test_a_lost_connection_is_made_anew(postgres: Store) -> None:
    tried: list[int] = []

    async def work(connection: AsyncConnection) -> object:
        tried.append(1)
        if len(tried) == 1:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return await connection.scalar(text("SELECT 7"))

    assert await postgres.write(work) == 7
    assert len(tried) == 2


@pytest.mark.peer
async def test_a_serialization_failure_is_tried_again(postgres: Store) -> None:
    tried: list[int] = []

    async def work(connection: AsyncConnection) -> None:
        tried.append(1)
        if len(tried) < 3:
            await connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    await postgres.write(work)
    assert len(tried) == 3


@pytest.mark.peer
async def test_a_statement_that_never_ends_is_ended(postgres_url: str) -> None:
    store = Store(postgres_url, wait_ms=200, tries=1)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(StoreUnavailable):
        await store.write(work)
    await store.stop()


class LosesTheAnswer:
    """Stands between the store and PostgreSQL, and hangs up when the answer to the first COMMIT comes by."""

    def __init__(self, server: Path, folder: Path) -> None:
        self._server = server / ".s.PGSQL.5432"
        self._own = folder / ".s.PGSQL.5432"
        self.lost = 0
        self.ended: list[asyncio.Event] = []

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._pass_on, self._own)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ended.append(ended := asyncio.Event())
        back_reader, back_writer = await asyncio.open_unix_connection(self._server)
        up = asyncio.create_task(self._copy(reader, back_writer, loses=False))
        down = asyncio.create_task(self._copy(back_reader, writer, loses=True))
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
        for end in (writer, back_writer):
            end.close()
            with contextlib.suppress(ConnectionError):
                await end.wait_closed()
        ended.set()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, loses: bool) -> None:
        while chunk := await reader.read(65_536):
            if loses and b"COMMIT\0" in chunk and not self.lost:
                self.lost += 1
                return
            writer.write(chunk)
            await writer.drain()


@pytest.mark.peer
async def test_a_commit_whose_answer_got_lost_is_not_done_twice(
    migrated_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    between = LosesTheAnswer(migrated_server.folder, tmp_path)
    server = await between.serve()
    name = make_url(postgres_url).database
    store = Store(f"postgresql://postgres@/{name}?host={tmp_path}")
    tried: list[int] = []

    async def work(connection: AsyncConnection) -> None:
        tried.append(1)
        await connection.execute(text("CREATE TABLE IF NOT EXISTS marks (n int)"))
        await connection.execute(text("INSERT INTO marks VALUES (1)"))

    async def marks(connection: AsyncConnection) -> object:
        return await connection.scalar(text("SELECT count(*) FROM marks"))

    await store.write(work)
    assert between.lost == 1
    assert len(tried) == 1
    assert await store.read(marks) == 1
    await store.stop()
    async with asyncio.timeout(10):
        for ended in between.ended:
            await ended.wait()
    server.close()
    await server.wait_closed()
