"""Measures what kill -9 costs: a broker with a live session is killed at different moments and started again.

`python -m tests.bench.crash` prints one line of JSON. `playable_s` counts from the start of the new process, everything
included, until the picture of the recovered recording has been exported and decoded.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.seeded import Seeded
from tests.services.crashing import crash_once

CRASHES = 5
LINES_MAX = 200
TARGET_PLAYABLE_S = 30.0
TARGET_PICTURE_LOST_MS = 1_000


def measure(crashes: int = CRASHES) -> dict[str, float | int | bool]:
    """Return the worst of several crashes."""
    draw = Seeded(1)
    with tempfile.TemporaryDirectory() as folder:
        seen = [crash_once(Path(folder) / str(n), 1 + draw.below(LINES_MAX)) for n in range(crashes)]
    playable_s = max(crash.playable_s for crash in seen)
    lost_ms = max(crash.picture_lost_ms for crash in seen)
    lost = sum(crash.acknowledged_lost for crash in seen)
    return {
        "crashes": crashes,
        "playable_s_max": playable_s,
        "picture_lost_ms_max": lost_ms,
        "acknowledged": sum(crash.acknowledged for crash in seen),
        "acknowledged_lost": lost,
        "target_playable_s": TARGET_PLAYABLE_S,
        "target_picture_lost_ms": TARGET_PICTURE_LOST_MS,
        "met": playable_s <= TARGET_PLAYABLE_S and lost_ms <= TARGET_PICTURE_LOST_MS and lost == 0,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
