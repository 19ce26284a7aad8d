"""The signed side over a real database: whatever it hands out is checked with recorder.log alone."""

from __future__ import annotations

import asyncio

import pytest

from concierge.adapters.db.audit import leaf_hash
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog, epoch_label
from concierge.services.audit_port import NoSuchLeaf
from recorder.log import merkle
from recorder.log.checkpoint import Checkpoint, open_checkpoint, origin_of
from recorder.log.note import SignedNote
from tests.adapters.db.samples import leaf
from tests.recorder.log.keys import signing_key

AT_MS = 1_790_000_000_000


class StoppedClock:
    def now(self) -> int:
        return AT_MS

    def wall(self) -> int:
        return AT_MS


KEY = signing_key(bytes(range(32)))


def log_over(database: Database) -> SignedLog:
    return SignedLog(database.audit_tree, KEY, StoppedClock())


def opened(note: bytes) -> Checkpoint:
    checkpoint, at_s = open_checkpoint(SignedNote.parse(note), KEY.public)
    assert at_s == AT_MS // 1000
    return checkpoint


async def test_heads_are_those_of_the_tree(database: Database) -> None:
    log, frontier = log_over(database), merkle.Frontier()
    assert opened(await log.newest()) == Checkpoint(origin_of(KEY.public), 0, merkle.EMPTY_ROOT)
    for number in range(1, 40):
        await database.audit.append(leaf(f"Kind{number}"))
        frontier.add(leaf_hash(leaf(f"Kind{number}")))
        if number % 3 == 0:
            assert opened(await log.checkpoint()) == Checkpoint(log.origin, number, frontier.root())
    assert opened(await log.newest()).size == 39
    assert await log.root_at(39) == frontier.root()


async def test_every_leaf_is_proven_and_every_head_goes_on_from_those_before(database: Database) -> None:
    log = log_over(database)
    roots = [merkle.EMPTY_ROOT]
    for number in range(1, 36):
        await database.audit.append(leaf(f"Kind{number}"))
        roots.append((await log.head()).root)
    for number in range(1, 36):
        proof = await log.prove(number)
        head = opened(proof.checkpoint)
        entry = merkle.leaf_hash(proof.text)
        merkle.check_inclusion(entry, number - 1, head.size, proof.hashes, head.root)
    for old in range(36):
        proven = await log.consistency(old, 35)
        merkle.check_consistency(old, 35, roots[old], roots[35], proven)


async def test_a_leaf_newer_than_the_newest_checkpoint_gets_one(database: Database) -> None:
    log = log_over(database)
    await database.audit.append(leaf())
    assert (await log.prove(1)).size == 1
    await database.audit.append(leaf())
    assert (await log.prove(1)).size == 1
    assert (await log.prove(2)).size == 2
    await database.audit.append(leaf())
    assert (await log.prove(1, fresh=True)).size == 3


async def test_what_is_not_there_is_not_proven(database: Database) -> None:
    log = log_over(database)
    for number in (0, 1):
        with pytest.raises(NoSuchLeaf):
            await log.prove(number)
    for old, new in ((0, 1), (2, 1), (-1, 0)):
        with pytest.raises(NoSuchLeaf):
            await log.consistency(old, new)
    with pytest.raises(NoSuchLeaf):
        await log.root_at(1)


async def test_two_brokers_on_one_database_sign_one_log(migrated_url: str) -> None:
    databases = [Database(migrated_url) for _ in range(2)]
    logs = [log_over(database) for database in databases]

    async def busy(turn: int) -> list[bytes]:
        notes = []
        for number in range(12):
            await databases[turn].audit.append(leaf(f"Of{turn}Number{number}"))
            notes.append(await logs[turn].checkpoint())
        return notes

    heads = [opened(note) for notes in await asyncio.gather(busy(0), busy(1)) for note in notes]
    for head in heads:
        assert head.root == await logs[0].root_at(head.size)
    assert max(head.size for head in heads) == 24
    for database in databases:
        await database.stop()


async def test_after_a_restore_the_log_has_another_name(database: Database) -> None:
    log = log_over(database)
    await log.start()
    assert log.origin == origin_of(KEY.public)
    await database.audit_tree.restore(1_790_000_000, leaf("LogRestored"))
    await log.start()
    assert log.origin == origin_of(KEY.public, epoch_label(1_790_000_000))
    assert opened(await log.checkpoint()).origin == log.origin
