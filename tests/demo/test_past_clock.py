from __future__ import annotations

import pytest

from concierge.demo.past_clock import PastClock


def test_it_stands_where_it_is_put() -> None:
    clock = PastClock(1_000)
    clock.move_to(1_250)
    clock.move_to(1_250)
    assert (clock.now(), clock.wall()) == (1_250, 1_250)


def test_it_never_goes_back() -> None:
    clock = PastClock(1_000)
    with pytest.raises(ValueError, match="never goes back"):
        clock.move_to(999)
    assert clock.now() == 1_000
