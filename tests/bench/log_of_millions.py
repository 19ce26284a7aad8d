"""Measures the audit log at 10 million leaves on SQLite: a proof, an append, a checkpoint, a start.

The leaves and the tree are put in by bulk (each proof is checked against the signed root, so a tree that is not that of the
leaves fails the run); from then on everything goes through the broker's adapters. `python -m tests.bench.log_of_millions` prints one line of JSON; times are milliseconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.audit_tree import BLOCK, block_hash, completed, left_of, place_of
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog
from concierge.services.ports import AuditLeaf
from recorder.installation import InstallationKey
from recorder.log.checkpoint import open_checkpoint
from recorder.log.merkle import check_inclusion, leaf_hash
from recorder.log.note import SignedNote

LEAVES = 10_000_000
ROUNDS = 300
PROOF_MS, APPEND_MS = 10.0, 1.0
Row = tuple[int, int, str, str, str, str, bytes]
_INDEXES = ("ix_audit_leaves_leaf_hash", "ix_audit_leaves_subject")


class WallClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def wall(self) -> int:
        return self.now()


def leaf(number: int) -> AuditLeaf:
    return AuditLeaf(1_790_000_000_000 + number, "SignedIn", f"per_{number % 1000}", f"sig_{number}", "{}")


def kept_rows(count: int, edge: list[bytes], nodes: list[tuple[int, bytes]]) -> Iterator[Row]:
    """The leaves as they are kept, hashed by hand (the same bytes as `audit.leaf_hash`), and the tree's nodes beside them."""
    begun = b'\x00{"actor":"per_%d","at_ms":%d,"detail":"{}","kind":"SignedIn","subject":"sig_%d"}'
    block: list[bytes] = []
    for number in range(1, count + 1):
        at_ms, actor = 1_790_000_000_000 + number, number % 1000
        hashed = hashlib.sha256(begun % (actor, at_ms, number)).digest()
        yield number, at_ms, "SignedIn", f"per_{actor}", f"sig_{number}", "{}", hashed
        block.append(hashed)
        if len(block) == BLOCK:
            keep_block(number // BLOCK - 1, block, edge, nodes)
            block.clear()


def keep_block(block: int, hashes: list[bytes], edge: list[bytes], nodes: list[tuple[int, bytes]]) -> None:
    """Note every subtree that a block completes; `edge` are those to the left that are still alone, lowest last."""
    left = [edge.pop() for _subtree in left_of(block)]
    done = list(completed(block, block_hash(hashes), left))
    nodes += [(place_of(key), value) for key, value in done]
    edge.append(done[-1][1])


def build(file: Path, count: int) -> None:
    """A database with so many leaves and their tree, as if they had come in one by one; indexes are made at the end."""
    migrate(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        for pragma in (
            "synchronous = OFF",
            "journal_mode = OFF",
            "cache_size = -262144",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        kept = [
            connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
            for name in _INDEXES
        ]
        for name in _INDEXES:
            connection.execute(f"DROP INDEX {name}")
        edge: list[bytes] = []
        nodes: list[tuple[int, bytes]] = []
        connection.executemany(
            "INSERT INTO audit_leaves VALUES (?, ?, ?, ?, ?, ?, ?)", kept_rows(count, edge, nodes)
        )
        nodes.sort()
        connection.executemany("INSERT INTO audit_nodes (place, node_hash) VALUES (?, ?)", nodes)
        connection.execute("UPDATE counters SET value = ? WHERE name = 'audit'", (count,))
        for statement in kept:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


async def timed(work: Callable[[int], Awaitable[object]], rounds: int) -> list[float]:
    took = []
    for number in range(rounds):
        began = time.perf_counter_ns()
        await work(number)
        took.append((time.perf_counter_ns() - began) / 1e6)
    return took


def spread(name: str, took: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=100)
    return {f"{name}_median_ms": round(statistics.median(took), 2), f"{name}_p99_ms": round(cuts[98], 2)}


async def use(file: Path, count: int) -> dict[str, float]:
    began = time.perf_counter_ns()
    database, key = Database(f"sqlite:///{file}"), InstallationKey.generate()
    await database.start()
    log = SignedLog(database.audit_tree, key, WallClock())
    await log.start()
    note = await log.checkpoint()
    start_ms = (time.perf_counter_ns() - began) / 1e6

    async def prove(number: int) -> None:
        wanted = 1 + (number * 7_919_317) % count
        proof = await log.prove(wanted)
        head, _at_s = open_checkpoint(SignedNote.parse(proof.checkpoint), key.public)
        check_inclusion(leaf_hash(proof.text), wanted - 1, head.size, proof.hashes, head.root)

    inside: list[float] = []

    async def append(number: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            began = time.perf_counter_ns()
            await audit.append(connection, [leaf(count + number)])
            inside.append((time.perf_counter_ns() - began) / 1e6)

        await database.store.write(work)

    async def consistency(number: int) -> None:
        await log.consistency(1 + (number * 6_700_417) % count, count)

    assert note
    figures = spread("proof", await timed(prove, ROUNDS))
    durable = await timed(append, ROUNDS)
    figures |= spread("append", inside) | spread("durable_append", durable)
    figures |= spread("consistency", await timed(consistency, ROUNDS))
    figures |= spread("checkpoint", await timed(lambda _number: log.checkpoint(), 50))
    await database.stop()
    return {**figures, "start_ms": round(start_ms, 1)}


def measure(count: int = LEAVES) -> dict[str, float | int | bool]:
    """Return what a log of `count` leaves costs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.sqlite3"
        began = time.monotonic()
        build(file, count)
        built_s = time.monotonic() - began
        size = file.stat().st_size
        figures = asyncio.run(use(file, count))
    met = figures["proof_median_ms"] <= PROOF_MS and figures["append_median_ms"] <= APPEND_MS
    return {"leaves": count, "built_s": round(built_s), "file_mb": size // 10**6, **figures, "met": met}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else LEAVES)))
