from __future__ import annotations

import asyncio

from concierge.adapters.db.repositories import Database
from tests.adapters.db.samples import NOW

KEY, OTHER = b"k" * 32, b"o" * 32


async def test_so_many_tries_pass_in_a_window(database: Database) -> None:
    passed = [await database.throttle.hit("code", KEY, 3, 1_000, NOW + step) for step in range(5)]
    assert passed == [True, True, True, False, False]
    assert await database.throttle.hit("code", OTHER, 3, 1_000, NOW)
    assert await database.throttle.hit("pin", KEY, 3, 1_000, NOW)
    assert not await database.throttle.hit("code", KEY, 3, 1_000, NOW + 999)
    assert await database.throttle.hit("code", KEY, 3, 1_000, NOW + 1_000)


async def test_tries_at_once_and_from_two_stores_do_not_slip_through(migrated_url: str) -> None:
    one, other = Database(migrated_url), Database(migrated_url)
    hits = [each.throttle.hit("code", KEY, 7, 60_000, NOW) for each in (one, other) for _ in range(15)]
    assert (await asyncio.gather(*hits)).count(True) == 7
    await one.stop()
    await other.stop()


async def test_counts_outlive_a_restart(migrated_url: str) -> None:
    for expected in (True, False):
        database = Database(migrated_url)
        assert await database.throttle.hit("code", b"", 1, 60_000, NOW) is expected
        await database.stop()


async def test_a_clock_set_back_locks_nobody_out_for_days(database: Database) -> None:
    assert await database.throttle.hit("code", KEY, 1, 1_000, NOW)
    assert await database.throttle.hit("code", KEY, 1, 1_000, NOW - 86_400_000)


async def test_nothing_passes_a_limit_of_nothing(database: Database) -> None:
    assert not await database.throttle.hit("code", KEY, 0, 1_000, NOW)
