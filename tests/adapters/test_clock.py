from __future__ import annotations

import time

import pytest

from concierge.adapters.clock import SteadyClock, boot_ms, wall_ms
from concierge.domain import limits

DAY = 86_400_000


class Machine:
    """A machine whose clocks a test turns."""

    def __init__(self) -> None:
        self.shown = 1_790_000_000_000
        self.up = 5_000

    def passes(self, ms: int) -> None:
        self.shown += ms
        self.up += ms

    def clock(self, floor_ms: int = 0) -> SteadyClock:
        return SteadyClock(floor_ms, lambda: self.shown, lambda: self.up)


def test_both_clocks_of_the_real_machine_are_close() -> None:
    clock = SteadyClock()
    assert abs(clock.now() - clock.wall()) < limits.CLOCK_STEP_MS
    assert abs(clock.wall() - time.time() * 1000) < limits.CLOCK_STEP_MS
    assert abs(wall_ms() - boot_ms() - clock.now() + boot_ms()) < limits.CLOCK_STEP_MS
    assert clock.stepped_ms() == 0


@pytest.mark.parametrize("jump", [3 * DAY, -3 * DAY])
def test_now_does_not_follow_the_wall_clock(jump: int) -> None:
    machine = Machine()
    clock = machine.clock()
    began = clock.now()
    assert began == machine.shown
    machine.passes(1_000)
    machine.shown += jump
    assert clock.now() == began + 1_000
    assert clock.wall() == machine.shown


def test_a_jump_is_told_once_with_its_size() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.shown += 3 * DAY
    assert clock.stepped_ms() == 3 * DAY
    assert clock.stepped_ms() == 0
    machine.passes(10_000)
    machine.shown -= DAY
    assert clock.stepped_ms() == -DAY
    assert clock.stepped_ms() == 0


def test_small_corrections_are_told_when_they_add_up() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.shown += limits.CLOCK_STEP_MS - 1
    assert clock.stepped_ms() == 0
    machine.shown += 1
    assert clock.stepped_ms() == limits.CLOCK_STEP_MS


def test_after_a_restart_now_begins_where_it_was_at_the_least() -> None:
    machine = Machine()
    kept = machine.clock().now() + DAY
    again = machine.clock(floor_ms=kept)
    assert again.now() == kept
    machine.passes(500)
    assert again.now() == kept + 500
    assert again.stepped_ms() == 0
