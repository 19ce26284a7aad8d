"""Levels of a disk, and what a session does at each of them."""

from __future__ import annotations

import asyncio
import errno
import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain import limits
from concierge.domain.errors import Refused
from concierge.domain.reasons import PauseReason
from concierge.domain.session import Flow, State
from concierge.services.disk_watch import DiskLevel, DiskRules, DiskSpace, DiskWatch
from tests.services.desk import Desk

GIB = 1024**3
MIB = 1024**2


@dataclass
class Cellar:
    """A disk whose room a test decides."""

    free: int = 500 * GIB
    total: int = 1000 * GIB
    error: OSError | None = None
    hanging: threading.Event | None = None
    asked: int = field(default=0)

    def space(self) -> DiskSpace:
        self.asked += 1
        if self.hanging is not None:
            self.hanging.wait(10)
        if self.error is not None:
            raise self.error
        return DiskSpace(self.total, self.free)


@pytest.mark.parametrize(
    ("free", "level"),
    [
        (500 * GIB, DiskLevel.PLENTY),
        (100 * GIB, DiskLevel.PLENTY),
        (100 * GIB - 1, DiskLevel.LOW),
        (50 * GIB - 1, DiskLevel.NEARLY_FULL),
        (256 * MIB, DiskLevel.NEARLY_FULL),
        (256 * MIB - 1, DiskLevel.FULL),
        (0, DiskLevel.FULL),
    ],
)
def test_levels_begin_where_the_settings_say(free: int, level: DiskLevel) -> None:
    assert DiskRules().level(DiskSpace(1000 * GIB, free)) is level


def test_on_a_small_disk_the_reserve_is_small() -> None:
    rules = DiskRules()
    assert rules.level(DiskSpace(16 * MIB, 12 * MIB)) is DiskLevel.PLENTY
    assert rules.level(DiskSpace(16 * MIB, 500 * 1024)) is DiskLevel.NEARLY_FULL
    assert rules.level(DiskSpace(16 * MIB, 300 * 1024)) is DiskLevel.FULL


def test_a_level_is_left_only_with_room_to_spare() -> None:
    rules = DiskRules()
    assert rules.level(DiskSpace(1000 * GIB, 110 * GIB), DiskLevel.LOW) is DiskLevel.LOW
    assert rules.level(DiskSpace(1000 * GIB, 125 * GIB), DiskLevel.LOW) is DiskLevel.PLENTY
    assert rules.level(DiskSpace(1000 * GIB, 300 * MIB), DiskLevel.FULL) is DiskLevel.FULL
    assert rules.level(DiskSpace(1000 * GIB, 320 * MIB), DiskLevel.FULL) is DiskLevel.NEARLY_FULL


@given(st.integers(1, 2**50), st.data())
def test_less_room_is_never_a_better_level(total: int, data: st.DataObject) -> None:
    less, more = sorted(data.draw(st.tuples(st.integers(0, total), st.integers(0, total))))
    before = data.draw(st.sampled_from(DiskLevel))
    rules = DiskRules()
    assert rules.level(DiskSpace(total, less), before) >= rules.level(DiskSpace(total, more), before)
    assert rules.level(DiskSpace(total, less), before) >= rules.level(DiskSpace(total, less))


async def test_a_disk_that_fails_keeps_its_level() -> None:
    cellar, seen = Cellar(free=0), []
    watch = DiskWatch(cellar)
    for free, error in ((0, None), (900 * GIB, OSError(errno.EIO, "Input/output error")), (900 * GIB, None)):
        cellar.free, cellar.error = free, error
        await watch.look()
        seen.append(watch.level)
    assert seen == [DiskLevel.FULL, DiskLevel.FULL, DiskLevel.PLENTY]


async def test_a_disk_that_hangs_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DISK_LOOK_WAIT_MS", 20)
    cellar = Cellar(hanging=threading.Event(), free=0)
    watch = DiskWatch(cellar)
    for _ in range(5):
        await watch.look()
    assert (cellar.asked, watch.level) == (1, DiskLevel.PLENTY)
    assert cellar.hanging is not None
    cellar.hanging.set()
    async with asyncio.timeout(10):
        while watch.level is not DiskLevel.FULL:
            await watch.look()


async def test_without_a_disk_there_is_plenty() -> None:
    watch = DiskWatch()
    await watch.look()
    assert watch.level is DiskLevel.PLENTY


async def test_a_session_is_warned_then_pauses_and_goes_on_by_itself(desk: Desk) -> None:
    cellar = Cellar()
    desk.registry.disk = DiskWatch(cellar)
    live, customer, surface = await desk.sharing()
    host = live.decided.host
    desk.registry.start()

    async def now(free: int, level: str) -> None:
        cellar.free = free
        await desk.registry.disk.look()
        await desk.until(lambda: desk.pages[host].view["recording"]["disk"] == level)
        desk.beat(live)

    await now(90 * GIB, "low")
    assert live.decided.state is State.ACTIVE
    assert desk.pages[customer].view["recording"]["disk"] == "", "the desk's business alone"
    await now(40 * GIB, "nearly_full")
    assert live.decided.state is State.ACTIVE
    await now(1, "full")
    await desk.until(lambda: live.decided.pauses == {PauseReason.DISK_FULL})
    assert live.steering.flows == frozenset()
    assert desk.pages[customer].view["pauses"] == ["disk_full"]
    await now(600 * GIB, "plenty")
    await desk.until(lambda: live.durable.state is State.ACTIVE)
    await desk.until(lambda: live.steering.flows == {Flow(surface, host)})
    desk.beat(live)
    script = await desk.script(live)
    assert [gap.reason for gap in script.gaps] == ["the session was paused"]


async def test_no_session_is_opened_on_a_disk_that_is_nearly_full(desk: Desk) -> None:
    cellar = Cellar(free=40 * GIB)
    desk.registry.disk = DiskWatch(cellar)
    await desk.registry.disk.look()
    with pytest.raises(Refused) as caught:
        await desk.open()
    assert caught.value.code == "disk_full"
    assert desk.registry.all() == []
    cellar.free = 600 * GIB
    await desk.registry.disk.look()
    assert (await desk.open()).decided.state is State.WAITING
