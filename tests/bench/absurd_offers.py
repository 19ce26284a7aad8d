"""Measures how long refusing an absurd offer takes: text from outside must not hold up everybody's pictures.

`python -m tests.bench.absurd_offers` prints one line of JSON; the worst of all absurd offers counts, in milliseconds.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from concierge.domain.errors import BadInput
from concierge.media.sdp import parse_offer
from tests.media.offers import ABSURD

# Threats, row 26: an offer with 10,000 candidates is refused in less than 50 ms.
TARGET_MS: Final = 50.0
REPEATS: Final = 20


def refusal_ms(text: str) -> float:
    """Return how long refusing `text` takes."""
    began = time.perf_counter()
    try:
        parse_offer(text)
    except BadInput:
        return 1_000 * (time.perf_counter() - began)
    raise AssertionError("an absurd offer was read")


def measure() -> dict[str, Any]:
    """Return the longest refusal of each absurd offer."""
    worst = {name: max(refusal_ms(text) for _ in range(REPEATS)) for name, text in ABSURD.items()}
    return {
        "worst_ms": round(max(worst.values()), 2),
        "slowest": max(worst, key=lambda name: worst[name]),
        "offers": len(worst),
        "target_ms": TARGET_MS,
        "met": max(worst.values()) <= TARGET_MS,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
