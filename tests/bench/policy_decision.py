"""Measures one policy decision with the shipped policies: 10,000 questions drawn from the tables, one after another.

`python -m tests.bench.policy_decision` prints one line of JSON; times are microseconds.
"""

from __future__ import annotations

import json
import statistics
import time

from concierge.adapters.cedar import load_policies
from tests.policies.tables import POLICIES, read_cases

DECISIONS = 10_000
WARM_UP = 500
TARGET_MEDIAN_US = 250.0


def measure(decisions: int = DECISIONS) -> dict[str, float | int | bool]:
    """Return the spread of `decisions` single decisions."""
    began = time.perf_counter()
    engine = load_policies(POLICIES)
    load_ms = (time.perf_counter() - began) * 1_000
    requests = [case.request for case in read_cases() if case.because != ("policy_cannot_decide",)]
    for number in range(WARM_UP):
        engine.decide(requests[number % len(requests)])
    took: list[float] = []
    for number in range(decisions):
        request = requests[number % len(requests)]
        start = time.perf_counter_ns()
        engine.decide(request)
        took.append((time.perf_counter_ns() - start) / 1_000)
    cuts = statistics.quantiles(took, n=100)
    return {
        "decisions": decisions,
        "policies": len(engine.reasons),
        "load_ms": round(load_ms, 1),
        "median_us": round(statistics.median(took), 1),
        "p95_us": round(cuts[94], 1),
        "p99_us": round(cuts[98], 1),
        "max_us": round(max(took), 1),
        "target_median_us": TARGET_MEDIAN_US,
        "met": statistics.median(took) <= TARGET_MEDIAN_US,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
