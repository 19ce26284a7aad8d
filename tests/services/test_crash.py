"""kill -9 of a whole broker with a session live: what was acknowledged is there, what is shown is true, and it can be played.

Every other broker stores its recordings in a real bucket at the same time: what lies there is, at the end, the recording
byte by byte, whatever the kill interrupted.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.seaweed import Weed
from tests.recorder.test_tape import no_key_is_used_twice
from tests.seeded import Seeded
from tests.services.crashing import Crash, crash_once

LINES_MAX = 200
SAMPLE, FULL = 4, 200
PICTURE_LOST_MAX_MS = 1_000
PLAYABLE_WITHIN_S = 30


def check(crash: Crash, folder: Path, *, stored: bool) -> None:
    assert crash.acknowledged_lost == 0
    found = crash.found
    assert (found["state"], found["surfaces"]) == ("paused", 0)
    assert "broker_restarted" in found["pauses"]
    assert crash.pictures == found["frames"], "every recorded picture can be shown"
    assert (found["status"], found["signer"], found["recoveries"]) == ("recovered", "trusted", 1)
    assert found["one_story"], "recording and database tell the same"
    assert found["stored"] is (True if stored else None)
    assert crash.playable_s <= PLAYABLE_WITHIN_S
    (recording,) = (folder / "recordings").glob("rec_*")
    no_key_is_used_twice(recording)


@pytest.mark.torture
@pytest.mark.peer
@pytest.mark.timeout(7200)
def test_a_broker_killed_at_any_moment_loses_nothing_it_acknowledged(
    tmp_path: Path,
    torture: bool,  # noqa: FBT001 - a fixture
    weed: Weed,
) -> None:
    draw = Seeded(9)
    said = shown = 0
    credentials = tmp_path / "credentials"
    credentials.write_text("owner\nowner-secret\n", encoding="ascii")
    bucket = {
        "bucket": weed.bucket(),
        "bucket_endpoint": weed.endpoint,
        "bucket_credentials_file": str(credentials),
    }
    for number in range(FULL if torture else SAMPLE):
        folder, stored = tmp_path / str(number), number % 2 == 1
        lines = 1 + draw.below(LINES_MAX if stored else 40)
        crash = crash_once(folder, lines, bucket if stored else None)
        check(crash, folder, stored=stored)
        if torture:  # alone on the machine
            assert crash.picture_lost_ms <= PICTURE_LOST_MAX_MS
        said += crash.acknowledged
        shown += crash.pictures
    assert said > 0
    assert shown > 0
