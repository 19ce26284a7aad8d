"""Migrated databases, SQLite and PostgreSQL in turn: one is migrated for the whole run, each test gets a copy."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from psycopg import sql

from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from tests.peers.postgres import PostgresServer

_TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file that nobody has open."""
    file = tmp_path_factory.mktemp("migrated") / "concierge.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_server(postgres_server: PostgresServer) -> PostgresServer:
    """Return the PostgreSQL server with a migrated database to copy; it forgets to sync, since nobody pulls its plug."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        postgres_server.run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
    postgres_server.run(sql.SQL("SELECT pg_reload_conf()").format())
    postgres_server.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
    migrate(postgres_server.url(_TEMPLATE))
    return postgres_server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer)])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a migrated database without records; of this test alone."""
    if request.param == "sqlite":
        file = tmp_path / "concierge.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    server: PostgresServer = request.getfixturevalue("migrated_server")
    name = f"test_{uuid4().hex}"
    server.run(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE))
    )
    # Not dropped: the whole server goes at the end of the run.
    yield server.url(name)


@pytest_asyncio.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """Return a started Database: a test that asks runs on SQLite and again on PostgreSQL."""
    database = Database(migrated_url)
    await database.start()
    yield database
    await database.stop()
