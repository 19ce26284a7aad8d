"""The high-water mark survives and is never half there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from concierge.adapters.clock import SteadyClock
from concierge.adapters.clock_mark import keep_mark, read_mark, write_mark


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_mark(tmp_path) == 0
    write_mark(tmp_path, 1_800_000_000_000)
    assert read_mark(tmp_path) == 1_800_000_000_000
    assert not (tmp_path / "clock.new").exists()


@pytest.mark.parametrize("garbage", [b"", b"yesterday", b"-5", b"1e9", b"\xff\xfe", "١".encode()])
def test_garbage_is_no_mark(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "clock").write_bytes(garbage)
    assert read_mark(tmp_path) == 0


async def test_a_clock_set_back_between_two_runs_does_not_go_back(tmp_path: Path) -> None:
    clock = SteadyClock()
    keeping = asyncio.create_task(keep_mark(tmp_path, clock))
    async with asyncio.timeout(5):
        while not read_mark(tmp_path):  # noqa: ASYNC110 - a file has no event to wait on
            await asyncio.sleep(0.005)
    keeping.cancel()
    three_days_back = SteadyClock(read_mark(tmp_path), wall=lambda: clock.wall() - 3 * 86_400_000)
    assert three_days_back.now() >= read_mark(tmp_path)
