from __future__ import annotations

from concierge.server.pace import Pace


def test_a_burst_is_allowed_once_and_then_the_steady_pace() -> None:
    pace = Pace(50)
    assert sum(pace.allow(0.0) for _ in range(500)) == 100
    assert sum(pace.allow(1.0) for _ in range(500)) == 50
    assert sum(pace.allow(100.0) for _ in range(500)) == 100


def test_who_keeps_the_pace_is_never_stopped() -> None:
    pace = Pace(50)
    assert all(pace.allow(count / 50) for count in range(1000))
