from __future__ import annotations

import re

import segno

from concierge.server.views.qr import QUIET_ZONE, qr_of


def test_the_path_draws_exactly_the_dark_modules() -> None:
    text = "https://help.st-veit.example/join/k7Qm2vT8xLzR1bKe6WnYc5"
    drawn = {
        (int(x) - QUIET_ZONE, int(y) - QUIET_ZONE)
        for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", qr_of(text).path)
    }
    rows = segno.make(text, error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    assert qr_of(text).size == len(tuple(rows)) + 2 * QUIET_ZONE
