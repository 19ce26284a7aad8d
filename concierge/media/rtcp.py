"""RTCP packets as bytes (RFC 3550 section 6, RFC 4585, RFC 5104, transport-wide congestion control draft 01).

Refuses to judge: who lost what and when to complain is `feedback`'s. Rule: reading never raises; a malformed compound
packet ends where it stops making sense.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SENDER_REPORT = 200
RECEIVER_REPORT = 201
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206
NACK = 1
PLI = 1
FIR = 4
_TRANSPORT_CC = 15
_NTP_EPOCH = 2_208_988_800
_BLOCK = struct.Struct("!IIIIII")
_TICK_S = 0.000_25
_REFERENCE_S = 0.064


def parts_of(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (packet type, count or format, body) for each packet of a compound one."""
    at = 0
    while at + 4 <= len(data):
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            return
        yield kind, first & 31, data[at + 4 : end]
        at = end


def report_blocks(kind: int, count: int, body: bytes) -> list[tuple[int, int]]:
    """Return (ssrc, fraction lost in 256ths) for each block of a sender or receiver report."""
    start = 24 if kind == SENDER_REPORT else 4
    return [
        (ssrc, fraction)
        for at in range(start, min(len(body), start + 24 * count) - 23, 24)
        for ssrc, fraction in [struct.unpack_from("!IB", body, at)]
    ]


def nacked(body: bytes) -> tuple[int, list[int]]:
    """Return (media ssrc, lost sequence numbers) of a generic NACK body (RFC 4585 section 6.2.1)."""
    if len(body) < 8:
        return 0, []
    lost = []
    for at in range(8, len(body) - 3, 4):
        first, mask = struct.unpack_from("!HH", body, at)
        lost.append(first)
        lost += [(first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return int.from_bytes(body[4:8], "big"), lost


def key_wanted_for(kind: int, body: bytes) -> list[int]:
    """Return the SSRCs a PLI or FIR body asks a key frame of."""
    if kind == PLI and len(body) >= 8:
        return [int.from_bytes(body[4:8], "big")]
    if kind == FIR:
        return [int.from_bytes(body[at : at + 4], "big") for at in range(8, len(body) - 7, 8)]
    return []


def write_pli(ours: int, media: int) -> bytes:
    """Write a picture loss indication (RFC 4585 section 6.3.1) to `media`, the media SSRC."""
    return struct.pack("!BBHII", 0x80 | PLI, PAYLOAD_FEEDBACK, 2, ours, media)


def write_nack(ours: int, media: int, lost: list[int]) -> bytes:
    """Write a generic NACK for sorted sequence numbers."""
    pairs: list[tuple[int, int]] = []
    for number in lost:
        if pairs and 0 < (step := (number - pairs[-1][0]) & 0xFFFF) <= 16:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] | 1 << (step - 1))
        else:
            pairs.append((number & 0xFFFF, 0))
    body = b"".join(struct.pack("!HH", *pair) for pair in pairs)
    return struct.pack("!BBHII", 0x80 | NACK, TRANSPORT_FEEDBACK, 2 + len(pairs), ours, media) + body


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says of one stream (RFC 3550 section 6.4.1); `last_report` and `delay` are in 65536ths of a second."""

    media: int
    lost_256ths: int
    lost: int
    highest: int
    jitter: int
    last_report: int = 0
    delay: int = 0


def write_receiver_report(ours: int, block: ReportBlock) -> bytes:
    """Write a receiver report with one block (RFC 3550 section 6.4.2)."""
    lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
    words = (block.highest, block.jitter, block.last_report, block.delay)
    packed = _BLOCK.pack(block.media, block.lost_256ths << 24 | lost, *(word & 0xFFFFFFFF for word in words))
    return struct.pack("!BBHI", 0x81, RECEIVER_REPORT, 7, ours) + packed


def write_sender_report(ours: int, wall_s: float, timestamp: int, packets: int, octets: int) -> bytes:
    """Write a sender report (RFC 3550 section 6.4.1) that ties `timestamp` to the wall clock."""
    ntp = int((wall_s + _NTP_EPOCH) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF
    return struct.pack(
        "!BBHIQIII", 0x80, SENDER_REPORT, 6, ours, ntp, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
    )


def write_transport_feedback(
    ours: int, media: int, count: int, arrivals: list[tuple[int, float | None]]
) -> bytes:
    """Write transport-wide feedback for consecutive sequence numbers; an arrival (s) of None means not received.

    Two-bit status vectors throughout (draft section 3.1.4): seven packets a chunk, no run lengths to get wrong.
    """
    first = next(at for _, at in arrivals if at is not None)
    reference = int(first / _REFERENCE_S)
    clock = round(reference * _REFERENCE_S / _TICK_S)
    symbols: list[int] = []
    deltas = bytearray()
    for _, at in arrivals:
        if at is None:
            symbols.append(0)
            continue
        delta = max(-0x8000, min(0x7FFF, round(at / _TICK_S) - clock))
        clock += delta
        if 0 <= delta <= 255:
            symbols.append(1)
            deltas.append(delta)
        else:
            symbols.append(2)
            deltas += struct.pack("!h", delta)
    chunks = b"".join(_status_vector(symbols[at : at + 7]) for at in range(0, len(symbols), 7))
    tail = struct.pack(
        "!HHI", arrivals[0][0] & 0xFFFF, len(arrivals), (reference & 0xFFFFFF) << 8 | count & 255
    )
    body = tail + chunks + bytes(deltas)
    padding = -len(body) % 4
    if padding:
        body += bytes(padding - 1) + bytes([padding])
    first_byte = 0x80 | (0x20 if padding else 0) | _TRANSPORT_CC
    return struct.pack("!BBHII", first_byte, TRANSPORT_FEEDBACK, 2 + len(body) // 4, ours, media) + body


def _status_vector(symbols: list[int]) -> bytes:
    chunk = 0xC000
    for place, symbol in enumerate(symbols):
        chunk |= symbol << (12 - 2 * place)
    return struct.pack("!H", chunk)
