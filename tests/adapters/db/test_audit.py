from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.repositories import Database
from concierge.adapters.db.tables import audit_leaves
from concierge.services.ports import AuditLeaf
from tests.adapters.db.samples import NASTY, leaf


async def rows(database: Database) -> list[tuple[int, bytes]]:
    async def work(connection: AsyncConnection) -> list[tuple[int, bytes]]:
        query = select(audit_leaves.c.number, audit_leaves.c.leaf_hash).order_by(audit_leaves.c.number)
        return [(row[0], bytes(row[1])) for row in await connection.execute(query)]

    return await database.store.read(work)


def test_a_leaf_is_hashed_as_rfc_6962_says() -> None:
    one = AuditLeaf(7, "K", "a", "s", '{"ü":1}')
    plain = '{"actor":"a","at_ms":7,"detail":"{\\"ü\\":1}","kind":"K","subject":"s"}'.encode()
    assert audit.canonical(one) == plain
    assert audit.leaf_hash(one) == hashlib.sha256(b"\x00" + plain).digest()


async def test_leaves_are_numbered_from_one_and_read_back_newest_first(database: Database) -> None:
    assert [await database.audit.append(leaf(kind)) for kind in ("One", "Two", "Three")] == [1, 2, 3]
    assert await database.audit.tail(2) == [(3, leaf("Three")), (2, leaf("Two"))]
    assert await rows(database) == [
        (number, audit.leaf_hash(leaf(kind))) for number, kind in ((1, "One"), (2, "Two"), (3, "Three"))
    ]


async def test_numbers_have_no_gap_when_many_append_and_some_fail(migrated_url: str) -> None:
    databases = [Database(migrated_url) for _ in range(3)]

    async def failing(connection: AsyncConnection) -> None:
        await audit.append(connection, [leaf("Lost")])
        raise KeyError

    async def appends(database: Database, count: int) -> int:
        if count % 4 == 0:
            with pytest.raises(KeyError):
                await database.store.write(failing)
            return 0
        return await database.audit.append(leaf(f"Kept{count}"))

    numbers = await asyncio.gather(*(appends(databases[count % 3], count) for count in range(48)))
    assert sorted(filter(None, numbers)) == list(range(1, 37))
    assert [number for number, _ in await rows(databases[0])] == list(range(1, 37))
    for database in databases:
        await database.stop()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_leaves SET kind = 'Other'",
        "DELETE FROM audit_leaves",
        "DELETE FROM audit_leaves WHERE number = 1",
    ],
)
async def test_the_database_itself_refuses_to_change_the_log(database: Database, statement: str) -> None:
    await database.audit.append(leaf())

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        await database.store.write(work)
    assert await database.audit.tail(5) == [(1, leaf())]


async def test_replacing_a_leaf_or_emptying_the_table_is_refused_too(database: Database) -> None:
    await database.audit.append(leaf())
    replaces = (
        "INSERT OR REPLACE INTO audit_leaves SELECT number, 0, 'X', '', '', '', leaf_hash FROM audit_leaves"
    )
    statement = replaces if database.store.is_sqlite else "TRUNCATE audit_leaves"

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        await database.store.write(work)
    assert await database.audit.tail(5) == [(1, leaf())]


async def test_the_hash_is_of_what_is_kept_whatever_the_text(database: Database) -> None:
    for text_ in NASTY:
        await database.audit.append(AuditLeaf(1, "Nasty", text_, text_, json.dumps(text_)))
    kept = {number: audit.leaf_hash(one) for number, one in await database.audit.tail(100)}
    assert kept == dict(await rows(database))
    assert len(kept) == len(NASTY)
