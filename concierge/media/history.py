"""The last packets of a source, kept once for all its viewers, to answer their NACKs.

Refuses to grow: a ring of RTP_HISTORY_PACKETS. Rule: a packet is found by its extended sequence number or not at all.
"""

from __future__ import annotations

from concierge.domain.limits import RTP_HISTORY_PACKETS
from concierge.media.rtp import RtpPacket


class PacketHistory:
    """A ring of packets by extended sequence number."""

    __slots__ = ("_numbers", "_packets")

    def __init__(self) -> None:
        self._numbers = [-1] * RTP_HISTORY_PACKETS
        self._packets: list[RtpPacket | None] = [None] * RTP_HISTORY_PACKETS

    def put(self, number: int, packet: RtpPacket) -> None:
        """Keep `packet` under `number`, in place of the one a ring earlier."""
        place = number % RTP_HISTORY_PACKETS
        self._numbers[place] = number
        self._packets[place] = packet

    def get(self, number: int) -> RtpPacket | None:
        """Return the packet, or None when it never came or has been overwritten."""
        place = number % RTP_HISTORY_PACKETS
        return self._packets[place] if self._numbers[place] == number else None

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]
