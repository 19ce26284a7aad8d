"""RTP packets as bytes (RFC 3550, RFC 4588, RFC 8285): read what arrives, write what leaves.

Refuses to keep anything a viewer does not need: outgoing packets have a bare twelve-byte header, so nothing of the
publisher's header (extensions, contributing sources, padding) reaches a viewer. Rule: parsing never raises; a packet
that is not well-formed is None.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct("!BBHII")
_ONE_BYTE_PROFILE = 0xBEDE
_SHORT = struct.Struct("!HH")


class RtpPacket:
    """One packet: `marker` is 0x80 or 0, `extension` the header extension's bytes, `payload` without padding."""

    __slots__ = ("extension", "marker", "payload", "payload_type", "sequence", "ssrc", "timestamp")

    def __init__(
        self,
        marker: int,
        payload_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        payload: bytes,
        extension: bytes = b"",
    ) -> None:
        self.marker = marker
        self.payload_type = payload_type
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.payload = payload
        self.extension = extension


def parse_rtp(data: bytes) -> RtpPacket | None:
    """Read a packet (RFC 3550 section 5.1); None when it is malformed."""
    size = len(data)
    if size < 12:
        return None
    flags, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    if flags >> 6 != 2:
        return None
    start = 12 + 4 * (flags & 15)
    extension = b""
    if flags & 0x10:
        if size < start + 4:
            return None
        profile, words = _SHORT.unpack_from(data, start)
        body = start + 4
        start = body + 4 * words
        if profile == _ONE_BYTE_PROFILE:
            extension = data[body:start]
    if flags & 0x20:
        size -= data[-1]
    if start > size:
        return None
    return RtpPacket(second & 0x80, second & 0x7F, sequence, timestamp, ssrc, data[start:size], extension)


def extension_value(extension: bytes, number: int) -> bytes:
    """Return the one-byte-header element `number` (RFC 8285 section 4.2), or nothing when it is absent."""
    at, size = 0, len(extension)
    while at < size:
        head = extension[at]
        if head == 0:
            at += 1
            continue
        length = (head & 15) + 1
        if head >> 4 == number:
            return extension[at + 1 : at + 1 + length]
        at += 1 + length
    return b""


def write_rtp(
    marker: int, payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> bytes:
    """Write a packet with a bare header; `marker` is 0x80 or 0."""
    return HEADER.pack(0x80, marker | payload_type, sequence, timestamp, ssrc) + payload


def unwrap_rtx(packet: RtpPacket, payload_type: int, ssrc: int) -> RtpPacket | None:
    """Return the original packet inside a retransmission (RFC 4588 section 4); None for padding-only probes."""
    if len(packet.payload) <= 2:
        return None
    sequence = int.from_bytes(packet.payload[:2], "big")
    return RtpPacket(packet.marker, payload_type, sequence, packet.timestamp, ssrc, packet.payload[2:])


class SequenceUnwrapper:
    """Extends 16-bit numbers to a growing count, the nearest reading of each (RFC 3550 appendix A.1)."""

    __slots__ = ("highest",)

    def __init__(self) -> None:
        self.highest = -1

    def extend(self, number: int) -> int:
        """Return the extended number; negative when it lies before the first one seen."""
        if self.highest < 0:
            # One turn of room, so that packets just before the first one stay above zero.
            self.highest = number + 0x10000
            return self.highest
        step = (number - self.highest) & 0xFFFF
        extended = self.highest + step - (0x10000 if step & 0x8000 else 0)
        self.highest = max(self.highest, extended)
        return extended
