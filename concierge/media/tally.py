"""How much went by: packets and octets of one kind in one direction, counted since the plane began.

Refuses to know sessions or people: a tally is shared by all connections of its kind, so that numbers for watching stay few.
"""

from __future__ import annotations

from concierge.services.media_port import Direction, MediaKind, Traffic


class Tally:
    """A count that only grows. Octets are RTP with its header: encrypted when forwarded, decrypted when received."""

    __slots__ = ("octets", "packets")

    def __init__(self) -> None:
        self.packets = 0
        self.octets = 0

    def add(self, octets: int) -> None:
        """Count one packet of so many octets."""
        self.packets += 1
        self.octets += octets


class Tallies:
    """The plane's tallies: one for each kind and direction."""

    def __init__(self) -> None:
        self.received = {kind: Tally() for kind in MediaKind}
        self.forwarded = {kind: Tally() for kind in MediaKind}

    def traffic(self) -> list[Traffic]:
        """Return every count, in a fixed order."""
        directions = ((Direction.RECEIVED, self.received), (Direction.FORWARDED, self.forwarded))
        return [
            Traffic(direction, kind, tally.packets, tally.octets)
            for direction, of_kind in directions
            for kind, tally in of_kind.items()
        ]
