"""One database, its transactions and its patience: SQLite through aiosqlite, PostgreSQL through psycopg 3.

Rules: a write is one transaction, and once begun it is finished even when its caller has gone. A locked database, a lost
connection and a serialization failure are tried again DATABASE_TRIES times; then StoreUnavailable, and nothing was kept.
A commit whose answer got lost is looked up by its number before anything is tried twice.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine as SyncEngine
from sqlalchemy import Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.services.ports import StoreUnavailable

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

_log = logging.getLogger("concierge.database")

# Result codes (sqlite.org/rescode.html). BUSY, LOCKED: somebody else writes; waiting helps.
_SQLITE_WAIT = frozenset({5, 6})
# READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the machine's trouble, not ours; waiting does not help.
_SQLITE_TROUBLE = frozenset({8, 10, 11, 13, 14, 26})
# Serialization failure, deadlock, lock not available, too many connections, shutdown, crash, starting up.
_POSTGRES_WAIT = frozenset({"40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"})
WRITES = "concierge_writes"


def normal_url(url: str) -> URL:
    """Return the URL with the driver this product uses. Raises BadInput for another kind of database."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise BadInput(f"the database must be SQLite or PostgreSQL, not {other}")


def prepare_sqlite(engine: SyncEngine, wait_ms: int, *, foreign_keys: bool = True) -> None:
    """Set every connection of a SQLite engine up, and let transactions that write say so from the start."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {wait_ms}",
            "synchronous = FULL",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            "secure_delete = ON",  # what is deleted is overwritten: erasure rests on it
            "recursive_triggers = ON",  # REPLACE fires the triggers that refuse to delete
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # IMMEDIATE: a transaction that read first and then wants to write cannot wait for the lock.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_once(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT of this database's kind, which knows ON CONFLICT."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


class Store:
    """Runs work in transactions. `wait_ms` bounds one try, `tries` how many there are."""

    def __init__(
        self, url: str, wait_ms: int = limits.DATABASE_WAIT_MS, tries: int = limits.DATABASE_TRIES
    ) -> None:
        self.url = normal_url(url)
        self._wait_s = wait_ms / 1000
        self._tries = tries
        self._engine = _engine(self.url, wait_ms)
        self._one_writer = asyncio.Lock()
        self._underway: set[asyncio.Task[Any]] = set()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    async def stop(self) -> None:
        """Let the transactions under way end, then close every connection."""
        if self._underway:
            await asyncio.wait(self._underway)
        await self._engine.dispose()

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a transaction that reads. Raises StoreUnavailable."""
        return await self._patiently(lambda: self._reading(work))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction that writes; it may run again after a failure. Raises StoreUnavailable, BadInput."""
        task = asyncio.create_task(self._patiently(lambda: self._writing(work)), name="database write")
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)
        return await asyncio.shield(task)

    async def outside(self, statements: Sequence[str], wait_ms: int) -> list[Any]:
        """Run statements that no transaction may hold, one after the other; return the first row of each, or None.

        Raises StoreUnavailable.
        """

        async def run() -> list[Any]:
            rows: list[Any] = []
            async with asyncio.timeout(wait_ms / 1000), self._engine.connect() as connection:
                if not self.is_sqlite:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                for statement in statements:
                    if self.is_sqlite:
                        raw = await connection.get_raw_connection()
                        cursor = await raw.driver_connection.execute(statement)  # type: ignore[union-attr]
                        rows.append(await cursor.fetchone())
                        await cursor.close()
                    else:
                        found = await connection.exec_driver_sql(statement)
                        rows.append(found.first() if found.returns_rows else None)
            return rows

        return await self._patiently(run)

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        failure: BaseException | None = None
        for number in range(self._tries):
            if number:
                await asyncio.sleep(limits.DATABASE_RETRY_MS / 1000 * 2**number)
            try:
                return await attempt()
            except IntegrityError as error:
                if getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
                    raise  # no contradiction in the rows: a trigger of ours refuses
                raise BadInput("this contradicts what is kept already") from error
            except (DBAPIError, NoConnectionFree, TimeoutError, OSError) as error:
                again = _may_pass(error)
                if again is None:
                    raise
                failure = error
                _log.warning("database: try %d failed with %s", number + 1, type(error).__name__)
                if not again:
                    break
        raise StoreUnavailable("the database does not answer") from failure

    async def _reading(self, work: Work[T]) -> T:
        async with (
            asyncio.timeout(None if self.is_sqlite else self._wait_s),
            self._engine.begin() as connection,
        ):
            return await work(connection)

    async def _writing(self, work: Work[T]) -> T:
        if not self.is_sqlite:
            async with asyncio.timeout(self._wait_s):
                return await self._write_postgres(work)
        # One writer at a time anyway: queue fairly here instead of polling for the file's lock.
        async with asyncio.timeout(self._wait_s * self._tries):
            await self._one_writer.acquire()
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(**{WRITES: True})
                async with connection.begin():
                    return await work(connection)
        finally:
            self._one_writer.release()

    async def _write_postgres(self, work: Work[T]) -> T:
        async with self._engine.connect() as connection:
            transaction = await connection.begin()
            try:
                number = await connection.scalar(text("SELECT pg_current_xact_id()::text"))
                result = await work(connection)
            except BaseException:  # cancelled as well: a transaction is never left open behind its caller
                await transaction.rollback()
                raise
            try:
                await transaction.commit()
            except DBAPIError as error:
                if not error.connection_invalidated or not await self.was_committed(str(number)):
                    raise
            return result

    async def was_committed(self, number: str) -> bool:
        """Whether the PostgreSQL transaction of this number was committed, asked on another connection."""
        async with self._engine.connect() as connection:
            status = await connection.scalar(
                text("SELECT pg_xact_status(CAST(:number AS xid8))"), {"number": number}
            )
        return bool(status == "committed")


def _engine(url: URL, wait_ms: int) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, pool_size=limits.DATABASE_CONNECTIONS_MAX, max_overflow=0, pool_timeout=wait_ms / 1000
        )
        prepare_sqlite(engine.sync_engine, wait_ms)
        return engine
    patience = f"-c statement_timeout={wait_ms} -c lock_timeout={wait_ms} -c idle_in_transaction_session_timeout={wait_ms}"
    return create_async_engine(
        url,
        pool_size=limits.DATABASE_CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=wait_ms / 1000,
        connect_args={"connect_timeout": max(2, wait_ms // 1000), "options": patience},
    )


def _may_pass(error: BaseException) -> bool | None:
    """Whether trying again may help; None for a mistake of ours, which nobody should take for a lost database."""
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = (getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF
        return True if code in _SQLITE_WAIT else False if code in _SQLITE_TROUBLE else None
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate or "08"
        if state.startswith("08") or state in _POSTGRES_WAIT:
            return True
        return False if isinstance(cause, psycopg.OperationalError) else None
    return None
