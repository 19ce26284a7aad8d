"""Bringing a database to the form this version needs: Alembic with the migrations inside this package.

Rules: one migration runs at a time, whole or not at all. A down-migration that would lose something is refused, and so
is a database from a newer version.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from concierge.adapters.db.engine import WRITES, normal_url, prepare_sqlite
from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.services.ports import StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_305_812_941


class WrongSchema(ConciergeError):
    """The database is not in the form this version needs, or cannot be brought into it without losing something."""


def head() -> str:
    """Return the revision this version needs."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if revision is None:
        raise WrongSchema("the package holds no migration")
    return revision


def migrate(url: str) -> None:
    """Bring the database up to this version; nothing happens when it is there. Raises WrongSchema, StoreUnavailable."""
    _run(url, lambda config: command.upgrade(config, "head"))


def migrate_down(url: str, revision: str) -> None:
    """Take migrations back down to `revision`, as far as that loses nothing. Raises WrongSchema, StoreUnavailable."""
    _run(url, lambda config: command.downgrade(config, revision))


def revision_of(connection: Connection) -> str | None:
    """Return the revision a database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def _run(url: str, step: Callable[[Config], None]) -> None:
    address = normal_url(url)
    is_sqlite = address.get_backend_name() == "sqlite"
    if is_sqlite:
        engine = create_engine(address.set(drivername="sqlite+pysqlite"))
        # Off while tables are made anew: dropping the old one would take the rows that refer to it along.
        prepare_sqlite(engine, limits.MIGRATE_WAIT_MS, foreign_keys=False)
    else:
        engine = create_engine(address, connect_args={"connect_timeout": limits.MIGRATE_WAIT_MS // 1000})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with _connect(engine).execution_options(**{WRITES: True}) as connection, connection.begin():
            if not is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = connection
            step(config)
            if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                raise WrongSchema("the migration would leave rows that refer to nothing; nothing was changed")
    except CommandError as error:
        raise WrongSchema(f"the database cannot be migrated: {error}") from error
    except DBAPIError as error:
        raise StoreUnavailable("the database does not answer") from error
    finally:
        engine.dispose()


def _connect(engine: Engine) -> Connection:
    """Connect. A new SQLite file answers "locked" at once while another process turns its journal to WAL."""
    deadline = time.monotonic() + limits.MIGRATE_WAIT_MS / 1000
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            busy = getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(limits.DATABASE_RETRY_MS / 1000)
