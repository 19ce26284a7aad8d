"""The kept tree against recorder.log's: every subtree, however the leaves came in."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit, audit_tree
from concierge.adapters.db.audit_tables import audit_nodes
from concierge.adapters.db.migrate import MIGRATIONS
from concierge.adapters.db.repositories import Database
from concierge.services.ports import AuditLeaf
from recorder.log import merkle
from tests.adapters.db.samples import leaf


def tree_of(count: int) -> dict[merkle.Subtree, bytes]:
    frontier = merkle.Frontier()
    return dict(
        done for number in range(count) for done in frontier.add(audit.leaf_hash(leaf(f"Kind{number}")))
    )


def test_places_are_distinct_and_in_the_order_of_a_walk() -> None:
    keys = [(level, index) for level in range(4, 11) for index in range(64 >> (level - 4))]
    places = {audit_tree.place_of(key): key for key in keys}
    assert len(places) == len(keys)
    ends = [(index + 1) << level for _place, (level, index) in sorted(places.items()) if level == 4]
    assert ends == sorted(ends)
    assert sorted(places) == list(range(len(places)))


async def appended(database: Database, batches: list[int]) -> None:
    number = 0
    for batch in batches:
        leaves = [leaf(f"Kind{number + place}") for place in range(batch)]

        async def work(connection: AsyncConnection, leaves: list[AuditLeaf] = leaves) -> int:
            return await audit.append(connection, leaves)

        number = await database.store.write(work)


async def kept(database: Database, keys: list[merkle.Subtree]) -> dict[merkle.Subtree, bytes]:
    async def work(connection: AsyncConnection) -> dict[merkle.Subtree, bytes]:
        return await audit_tree.subtree_hashes(connection, keys)

    return await database.store.read(work)


@pytest.mark.parametrize("batches", [[1] * 70, [100, 37, 1, 15, 16, 17], [0, 16, 0, 240, 1], [150]])
async def test_every_complete_subtree_is_there(database: Database, batches: list[int]) -> None:
    await appended(database, batches)
    tree = tree_of(sum(batches))
    assert await kept(database, list(tree)) == tree

    async def rows(connection: AsyncConnection) -> int:
        return int(await connection.scalar(select(func.count()).select_from(audit_nodes)) or 0)

    assert await database.store.read(rows) == sum(level >= 4 for level, _index in tree)


async def test_what_is_not_complete_is_not_there(database: Database) -> None:
    await appended(database, [17])
    for key in ((0, 17), (1, 8), (4, 1), (5, 0)):
        with pytest.raises(KeyError):
            await kept(database, [key])
    assert await kept(database, []) == {}


async def test_what_is_rolled_back_leaves_no_node(database: Database) -> None:
    async def failing(connection: AsyncConnection) -> None:
        await audit.append(connection, [leaf(f"Lost{number}") for number in range(40)])
        raise KeyError

    with pytest.raises(KeyError):
        await database.store.write(failing)
    await appended(database, [40])
    tree = tree_of(40)
    assert await kept(database, list(tree)) == tree


def migration() -> ModuleType:
    file = next((MIGRATIONS / "versions").glob("*_audit_tree.py"))
    spec = importlib.util.spec_from_file_location("audit_tree_migration", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("count", [0, 15, 16, 333])
async def test_the_migration_builds_the_tree_of_leaves_from_before(database: Database, count: int) -> None:
    await appended(database, [count])

    def build(connection: Connection) -> None:
        connection.execute(delete(audit_nodes))
        with Operations.context(MigrationContext.configure(connection)):
            migration().build()

    async def work(connection: AsyncConnection) -> None:
        await connection.run_sync(build)

    await database.store.write(work)
    tree = tree_of(count)
    assert await kept(database, list(tree)) == tree
    await database.audit.append(leaf("Next"))


@pytest.mark.torture
async def test_a_killed_broker_leaves_leaves_and_tree_that_fit(
    migrated_file: Path, tmp_path: Path, *, torture: bool
) -> None:
    file = tmp_path / "killed.sqlite3"
    shutil.copy(migrated_file, file)
    for crash in range(100 if torture else 3):
        command = [sys.executable, "-m", "tests.adapters.db.appending", f"sqlite:///{file}"]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        said = [int(await process.stdout.readline()) for _ in range(1 + crash % 7)]
        process.kill()
        await process.wait()
        database = Database(f"sqlite:///{file}")
        size = await database.audit_tree.size()
        leaves = await database.audit_tree.leaves(1, size + 10)
        assert size == len(leaves) >= said[-1]
        frontier = merkle.Frontier()
        tree = dict(done for one in leaves for done in frontier.add(merkle.leaf_hash(one.text)))
        assert await kept(database, list(tree)) == tree
        await database.stop()
