from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.repositories import Database
from concierge.adapters.db.tables import companies, metadata
from tests.adapters.db.samples import NASTY


def differences(connection: Connection) -> list[object]:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        # The search index is the database's own affair: migration 0002.
        return not (kind in {"table", "index"} and (name or "").startswith("search_index"))

    options = {"include_name": ours, "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_migrated_schema_is_what_the_tables_say(database: Database) -> None:
    async def work(connection: AsyncConnection) -> list[object]:
        return await connection.run_sync(differences)

    assert await database.store.read(work) == []


def test_every_constraint_has_a_name() -> None:
    unnamed = [
        str(constraint)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


async def test_any_text_can_be_kept(database: Database) -> None:
    async def work(connection: AsyncConnection) -> list[str]:
        rows = [{"id": str(number), "name": text, "contact": text} for number, text in enumerate(NASTY)]
        await connection.execute(insert(companies).values(rows))
        found = [
            await connection.scalar(select(companies.c.name).where(companies.c.name == text))
            for text in NASTY
        ]
        return [name for name in found if name is not None]

    kept = await database.store.write(work)
    assert [len(name) for name in kept] == [len(text) for text in NASTY]
    assert [name.encode("utf-8", "strict").decode() for name in kept] == kept
    assert "\x00" not in "".join(kept)
