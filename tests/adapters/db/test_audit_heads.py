from __future__ import annotations

import pytest

from concierge.adapters.db.audit import LogSealed, canonical
from concierge.adapters.db.repositories import Database
from concierge.services.audit_port import NoSuchLeaf
from concierge.services.ports import AuditLeaf
from tests.adapters.db.samples import leaf


async def test_leaves_are_found_by_number_and_by_what_they_are_about(database: Database) -> None:
    leaves = [AuditLeaf(7, kind, "a", subject, "{}") for kind in ("One", "Two") for subject in ("x", "y")]
    for one in leaves:
        await database.audit.append(one)
    tree = database.audit_tree
    assert await tree.size() == 4
    assert [(kept.number, kept.leaf, kept.text) for kept in await tree.leaves(2, 2)] == [
        (number, leaves[number - 1], canonical(leaves[number - 1])) for number in (2, 3)
    ]
    assert [kept.number for kept in await tree.about("y")] == [2, 4]
    assert [kept.number for kept in await tree.about("y", ["Two"])] == [4]
    assert await tree.leaves(5, 9) == []
    with pytest.raises(NoSuchLeaf):
        await tree.subtree_hashes([(0, 4)])


async def test_checkpoints_are_kept_by_size_and_given_out_spread(database: Database) -> None:
    tree = database.audit_tree
    assert await tree.checkpoint_below(100) is None
    assert await tree.checkpoints(5) == []
    for size in range(1, 41):
        await tree.keep_checkpoint(size, size, b"note %d" % size)
    await tree.keep_checkpoint(40, 41, b"note 40 again")
    assert await tree.checkpoint_below(100) == b"note 40 again"
    assert await tree.checkpoint_below(17) == b"note 17"
    assert await tree.checkpoints(100) == [*(b"note %d" % size for size in range(1, 40)), b"note 40 again"]
    some = await tree.checkpoints(8)
    assert some[-1] == b"note 40 again"
    assert len(some) == 8
    assert await tree.checkpoints(1) == [b"note 40 again"]


async def test_a_sealed_log_takes_nothing_until_it_is_restored(database: Database) -> None:
    tree = database.audit_tree
    await database.audit.append(leaf())
    assert not await tree.sealed()
    await tree.seal()
    await tree.seal()
    assert await tree.sealed()
    assert await tree.size() == 1
    with pytest.raises(LogSealed, match="rolled back"):
        await database.audit.append(leaf())
    assert await tree.epoch() == 0
    assert await tree.restore(1_790_000_000, leaf("LogRestored")) == 2
    assert (await tree.sealed(), await tree.epoch()) == (False, 1_790_000_000)
    assert await database.audit.append(leaf()) == 3
    assert await tree.restore(1_790_000_001, leaf("LogRestored")) == 4
    assert await tree.epoch() == 1_790_000_001
