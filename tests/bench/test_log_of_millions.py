"""The log that is put in by bulk is the one the broker would have written; every act on it is right. No time is asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.db.repositories import Database
from tests.bench import log_of_millions as bench


@pytest.mark.parametrize("count", [1, 16, 1_000])
async def test_a_log_put_in_by_bulk_is_the_log_that_was_appended(tmp_path: Path, count: int) -> None:
    bench.build(tmp_path / "bulk.sqlite3", count)
    bench.build(tmp_path / "grown.sqlite3", 0)
    bulk, grown = (Database(f"sqlite:///{tmp_path / name}.sqlite3") for name in ("bulk", "grown"))
    await grown.audit.append_all([bench.leaf(number) for number in range(1, count + 1)])
    sizes = [size for size in (1, 16, 48, 999, count) if size <= count]
    for size in sizes:
        spans = [(level, (size >> level) - 1) for level in range(11) if size >> level]
        assert await bulk.audit_tree.subtree_hashes(spans) == await grown.audit_tree.subtree_hashes(spans)
    assert [one.leaf for one in await bulk.audit_tree.leaves(1, count)] == [
        one.leaf for one in await grown.audit_tree.leaves(1, count)
    ]
    for database in (bulk, grown):
        await database.stop()


async def test_everything_that_is_measured_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROUNDS", 40)
    bench.build(tmp_path / "log.sqlite3", 5_000)
    figures = await bench.use(tmp_path / "log.sqlite3", 5_000)
    assert {"proof_median_ms", "append_median_ms", "start_ms"} <= set(figures)
