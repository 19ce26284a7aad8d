"""kill -9 of a whole broker with a session live: what was acknowledged is there, what is shown is true, and it can be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.seeded import Seeded
from tests.services.crashing import Crash, crash_once

LINES_MAX = 200
SAMPLE, FULL = 6, 200
PICTURE_LOST_MAX_MS = 1_000


def check(crash: Crash) -> None:
    assert crash.acknowledged_lost == 0
    found = crash.found
    assert (found["state"], found["surfaces"]) == ("paused", 0)
    assert "broker_restarted" in found["pauses"]
    assert crash.pictures == found["frames"], "every recorded picture can be shown"
    assert (found["status"], found["signer"], found["recoveries"]) == ("recovered", "trusted", 1)
    assert found["one_story"], "recording and database tell the same"


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_a_broker_killed_at_any_moment_loses_nothing_it_acknowledged(tmp_path: Path, torture: bool) -> None:  # noqa: FBT001 - a fixture
    draw = Seeded(9)
    said = shown = 0
    for number in range(FULL if torture else SAMPLE):
        crash = crash_once(tmp_path / str(number), 1 + draw.below(LINES_MAX if number % 2 else 40))
        check(crash)
        if torture:  # alone on the machine
            assert crash.picture_lost_ms <= PICTURE_LOST_MAX_MS
        said += crash.acknowledged
        shown += crash.pictures
    assert said > 0
    assert shown > 0
