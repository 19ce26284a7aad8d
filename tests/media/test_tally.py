"""Few numbers, whatever goes by."""

from __future__ import annotations

from concierge.media.tally import Tallies
from concierge.services.media_port import Direction, MediaKind, Traffic


def test_a_count_for_each_direction_and_kind_and_no_more() -> None:
    tallies = Tallies()
    tallies.received[MediaKind.PICTURE].add(1200)
    tallies.received[MediaKind.PICTURE].add(34)
    tallies.forwarded[MediaKind.VOICE].add(100)
    assert tallies.traffic() == [
        Traffic(Direction.RECEIVED, MediaKind.PICTURE, 2, 1234),
        Traffic(Direction.RECEIVED, MediaKind.VOICE, 0, 0),
        Traffic(Direction.FORWARDED, MediaKind.PICTURE, 0, 0),
        Traffic(Direction.FORWARDED, MediaKind.VOICE, 1, 100),
    ]
