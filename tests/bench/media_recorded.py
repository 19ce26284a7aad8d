"""Measures what a session costs the broker, recording included, against aiortc's relay and recorder in the same run.

`python -m tests.bench.media_recorded` prints one line of JSON. A figure is CPU time of the broker's process, all its
threads, per wall time, in percent of one core, over a stretch in which nothing connects. Ways are measured in turn and
the median is taken, since other work on the machine slows both. A recording that does not verify makes no figure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
from typing import Any, Final

from tests.bench.sides import Side, sides

# "One publisher x two viewers at about 1.8 Mbit/s through the broker with recording on: <= 3 % of a core, at least
# 20 times less than the same through MediaRelay + MediaRecorder; CPU grows linearly with viewers up to 80."
TARGET_PERCENT: Final = 3.0
TARGET_TIMES_CHEAPER: Final = 20.0
GROWTH_VIEWERS: Final = (2, 80, 20, 60, 40) * 3
"""In turn and three times over: what a machine does besides drifts, and must not look like growth."""
GROWTH_STRETCH_S: Final = 5.0
LINEAR_WITHIN: Final = 1.25
"""The cost at the largest count over what a line through the smaller ones foretells: more is not linear growth."""

VIEWERS: Final = 2
REPEATS: Final = 3
ATTEMPTS: Final = 2
STRETCH_S: Final = 8.0
SETTLE_S: Final = 2.0
LEAST_MBIT_S: Final = 1.6
"""What must arrive at each viewer for a figure of ours to count."""


async def connect(at_broker: Side, at_viewers: Side, name: str) -> None:
    """Connect one viewer."""
    offer = await at_viewers.ask("offer", name=name)
    await at_viewers.ask("connect", name=name, answer=await at_broker.ask("receive", name=name, offer=offer))


async def window(at_broker: Side, at_viewers: Side, viewers: int, seconds: float) -> dict[str, float]:
    """Return what the broker spent and carried during `seconds`."""
    before, bytes_before = await at_broker.ask("measure"), await at_viewers.ask("bytes")
    await asyncio.sleep(seconds)
    after, bytes_after = await at_broker.ask("measure"), await at_viewers.ask("bytes")
    wall = after["wall"] - before["wall"]
    return {
        "viewers": viewers,
        "percent_of_core": round(100 * (after["cpu"] - before["cpu"]) / wall, 2),
        "recorded_mbit_s": round(8e-6 * (after["recorded"] - before["recorded"]) / wall, 2),
        "mbit_s_per_viewer": round(8e-6 * (bytes_after - bytes_before) / wall / viewers, 2),
    }


async def stretch(
    way: str, counts: tuple[int, ...], seconds: float = STRETCH_S
) -> tuple[list[dict[str, float]], dict[str, Any]]:
    """Return the figures for one number of viewers after another, all in one broker process, and what it recorded."""
    kind = "whole-viewers" if way == "relaying" else "bare-viewers"
    figures: list[dict[str, float]] = []
    async with sides(way, "publisher", kind) as (at_broker, at_publisher, at_viewers):
        offer = await at_publisher.ask("offer")
        await at_publisher.ask("connect", answer=await at_broker.ask("publish", offer=offer))
        names = [f"par_{number}" for number in range(max(counts))]
        for name in names:
            await connect(at_broker, at_viewers, name)
        for count in counts:
            await at_broker.ask("show", count=count)
            await at_viewers.ask("flowing", names=names[:count])
            await asyncio.sleep(SETTLE_S)
            figures.append(await window(at_broker, at_viewers, count, seconds))
        return figures, await at_broker.ask("finish")


def sound(figures: list[dict[str, float]], recording: dict[str, Any]) -> bool:
    """Say whether what was to be carried was carried, and recorded whole."""
    carried = all(figure["mbit_s_per_viewer"] >= LEAST_MBIT_S for figure in figures)
    return carried and recording["verdict"] == "ok" and recording["gaps"] == 0


def growth(figures: list[dict[str, float]]) -> dict[str, Any]:
    """Return the straight line through the smaller counts, and how far the largest count lies above it."""
    spent: dict[float, list[float]] = {}
    for figure in figures:
        spent.setdefault(figure["viewers"], []).append(figure["percent_of_core"])
    medians = {count: statistics.median(found) for count, found in sorted(spent.items())}
    counts, percents = list(medians), list(medians.values())
    slope, start = statistics.linear_regression(counts[:-1], percents[:-1])
    return {
        "percent_of_core": medians,
        "percent_per_viewer": round(statistics.linear_regression(counts, percents)[0], 3),
        "correlation": round(statistics.correlation(counts, percents), 4),
        "largest_over_line_of_smaller": round(percents[-1] / (start + slope * counts[-1]), 2),
    }


async def undisturbed() -> tuple[list[dict[str, float]], dict[str, Any]]:
    """Return the figures of growth; measured again when a disk that others kept busy made a gap in the recording."""
    for _ in range(ATTEMPTS - 1):
        figures, recording = await stretch("recording", GROWTH_VIEWERS, GROWTH_STRETCH_S)
        if sound(figures, recording):
            return figures, recording
    return await stretch("recording", GROWTH_VIEWERS, GROWTH_STRETCH_S)


async def compare() -> dict[str, Any]:
    """Measure the ways in turn; return the medians and their ratio."""
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    recordings: list[dict[str, Any]] = []
    for _ in range(REPEATS):
        figures, recording = await stretch("recording", (VIEWERS,))
        ours += figures
        recordings.append(recording)
        bare += (await stretch("forwarding", (VIEWERS,)))[0]
        theirs += (await stretch("relaying", (VIEWERS,)))[0]
    percent = statistics.median(figure["percent_of_core"] for figure in ours)
    ratios = [b["percent_of_core"] / a["percent_of_core"] for a, b in zip(ours, theirs, strict=True)]
    return {
        "percent_of_core": percent,
        "percent_without_recording": statistics.median(figure["percent_of_core"] for figure in bare),
        "times_cheaper": round(statistics.median(ratios), 1),
        "recorded": ours,
        "media_relay": theirs,
        "recordings": recordings,
        "sound": all(sound([figure], found) for figure, found in zip(ours, recordings, strict=True)),
    }


async def measure_all() -> dict[str, Any]:
    """Return every figure of this module."""
    load_before = os.getloadavg()[0]
    compared = await compare()
    figures, recording = await undisturbed()
    grown = growth(figures)
    met = (
        compared["sound"]
        and sound(figures, recording)
        and compared["percent_of_core"] <= TARGET_PERCENT
        and compared["times_cheaper"] >= TARGET_TIMES_CHEAPER
        and grown["largest_over_line_of_smaller"] <= LINEAR_WITHIN
    )
    return {
        **compared,
        "growth": {**grown, "recording": recording},
        "target_percent": TARGET_PERCENT,
        "target_times_cheaper": TARGET_TIMES_CHEAPER,
        "linear_within": LINEAR_WITHIN,
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "met": met,
    }


def measure() -> dict[str, Any]:
    """Return the figures and whether all three bounds are met."""
    return asyncio.run(measure_all())


def main() -> None:
    """Measure everything, or with `--way` a single stretch of one way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=("recording", "forwarding", "relaying"))
    parser.add_argument("--viewers", type=int, nargs="+", default=[VIEWERS])
    parser.add_argument("--seconds", type=float, default=STRETCH_S)
    chosen = parser.parse_args()
    if chosen.way:
        figures, recording = asyncio.run(stretch(chosen.way, tuple(chosen.viewers), chosen.seconds))
        print(json.dumps({"way": chosen.way, "figures": figures, "recording": recording}))
    else:
        print(json.dumps(measure()))


if __name__ == "__main__":
    main()
