from __future__ import annotations

from itertools import pairwise

from concierge.bootstrap import Broker
from concierge.demo.stage import PICTURE_MS, STILL_MS
from tests.demo.reading import pictures_of, read_past


async def test_pictures_come_when_something_moves_and_at_least_now_and_then(broker: Broker) -> None:
    times = [second for second, _key, _frame in pictures_of(await read_past(broker))]
    steps = [round((late - early) * 1000) for early, late in pairwise(times)]
    assert min(steps) >= PICTURE_MS
    assert steps.count(PICTURE_MS) > len(steps) / 2
    assert [step for step in steps if step > STILL_MS] == [max(steps)]


async def test_times_of_pictures_and_their_timestamps_agree(broker: Broker) -> None:
    for second, _key, frame in pictures_of(await read_past(broker)):
        assert frame.rtp_timestamp == round(second * 90_000)
