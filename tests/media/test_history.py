"""The packet history: a ring that finds what it has and nothing else."""

from __future__ import annotations

from concierge.domain.limits import RTP_HISTORY_PACKETS
from concierge.media.history import PacketHistory
from concierge.media.rtp import RtpPacket


def packet(number: int) -> RtpPacket:
    return RtpPacket(0, 96, number & 0xFFFF, 0, 1, b"x")


def test_the_newest_turn_is_found_and_older_ones_are_not() -> None:
    history = PacketHistory()
    for number in range(3 * RTP_HISTORY_PACKETS):
        history.put(number, packet(number))
    assert history.get(2 * RTP_HISTORY_PACKETS - 1) is None
    for number in (2 * RTP_HISTORY_PACKETS, 3 * RTP_HISTORY_PACKETS - 1):
        found = history.get(number)
        assert found is not None
        assert found.sequence == number & 0xFFFF
    assert history.get(3 * RTP_HISTORY_PACKETS) is None


def test_cleared_is_empty() -> None:
    history = PacketHistory()
    history.put(5, packet(5))
    history.clear()
    assert history.get(5) is None
