"""From packets to frames: in order, out of order, with holes."""

from __future__ import annotations

import numpy as np
import pytest

from concierge.domain.limits import FRAME_MAX_BYTES, REPAIR_PICTURE_MS
from concierge.media.depacketize import FrameAssembler
from concierge.media.rtp import RtpPacket
from concierge.services.media_port import EncodedFrame
from tests.media.streams import decoded, encoded, starts_key

LATER = REPAIR_PICTURE_MS / 1000 + 0.01


class Assembled:
    """An assembler and what came out of it."""

    def __init__(self, codec: str = "VP8", clock: int = 90_000) -> None:
        self.codec = codec
        self.frames: list[EncodedFrame] = []
        self.gaps: list[tuple[str, int]] = []
        self.assembler = FrameAssembler(codec, clock, self.frames.append, lambda *gap: self.gaps.append(gap))

    def push(self, number: int, packet: RtpPacket, now: float = 0.0) -> None:
        self.assembler.push(number, packet, now, starts_key=starts_key(self.codec, packet))


@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_frames_come_out_whole_and_decode(codec: str) -> None:
    out = Assembled(codec)
    for number, packet in enumerate(encoded(codec)):
        out.push(number, packet)
    assert len(out.frames) == 30
    assert [n for n, f in enumerate(out.frames) if f.key] == [0, 10, 20]
    assert (out.frames[0].width, out.frames[0].height) == (320, 240)
    assert out.frames[1].timestamp - out.frames[0].timestamp == 3600
    pictures = decoded(codec, [frame.payload for frame in out.frames])
    assert len(pictures) >= 25
    assert {(p.width, p.height) for p in pictures} == {(320, 240)}
    assert out.gaps == []


def test_any_order_within_the_repair_time_gives_the_same_frames() -> None:
    packets = encoded("VP8")
    straight, shuffled = Assembled(), Assembled()
    order = list(range(len(packets)))
    generator = np.random.default_rng(3)
    for start in range(1, len(order), 8):
        order[start : start + 8] = generator.permutation(order[start : start + 8]).tolist()
    for number, packet in enumerate(packets):
        straight.push(number, packet)
    for number in order:
        shuffled.push(number, packets[number])
    assert order != sorted(order)
    assert shuffled.frames == straight.frames


def test_nothing_is_emitted_before_a_key_frame() -> None:
    out = Assembled()
    packets = encoded("VP8")
    second_key = [n for n, p in enumerate(packets) if starts_key("VP8", p)][1]
    for number in range(2, second_key):
        out.push(number, packets[number])
    assert out.frames == []
    assert out.assembler.needs_key
    for number in range(second_key, len(packets)):
        out.push(number, packets[number])
    assert len(out.frames) == 20
    assert out.gaps == []


def test_an_unrepaired_gap_is_said_with_its_length_and_waits_for_a_key_frame() -> None:
    out = Assembled()
    packets = encoded("VP8")
    times = sorted({p.timestamp for p in packets})
    for number, packet in enumerate(packets):
        if packet.timestamp == times[4]:
            continue
        if packet.timestamp > times[8]:
            break
        out.push(number, packet)
    assert len(out.frames) == 4
    assert not out.assembler.expire(0.1)
    assert out.assembler.expire(LATER)
    assert out.assembler.needs_key
    for number, packet in enumerate(packets):
        if packet.timestamp > times[8]:
            out.push(number, packet)
    # From the fourth frame to the key frame that is the eleventh: seven frames of 40 ms.
    assert out.gaps == [("lost on the way", 280)]
    assert len(out.frames) == 4 + 20


def test_a_key_frame_that_came_meanwhile_is_used_at_once() -> None:
    out = Assembled()
    packets = encoded("VP8")
    lost = next(n for n, p in enumerate(packets) if p.timestamp == packets[0].timestamp + 5 * 3600)
    for number, packet in enumerate(packets):
        if number != lost:
            out.push(number, packet)
    assert not out.assembler.expire(LATER)
    assert len(out.frames) == 5 + 20
    assert out.gaps == [("lost on the way", 240)]


def test_a_reset_is_said_when_frames_come_back() -> None:
    out = Assembled()
    packets = encoded("VP8")
    times = sorted({p.timestamp for p in packets})
    for number, packet in enumerate(packets):
        if packet.timestamp == times[3]:
            out.assembler.reset("held")
        if not times[3] <= packet.timestamp < times[10]:
            out.push(number, packet)
    assert out.gaps == [("held", 320)]


def test_a_gap_that_never_closes_is_said_at_the_end() -> None:
    out = Assembled()
    packets = encoded("VP8", 8)
    times = sorted({p.timestamp for p in packets})
    for number, packet in enumerate(packets):
        if packet.timestamp != times[2]:
            out.push(number, packet)
    assert out.assembler.expire(LATER)
    out.assembler.finish()
    assert out.gaps == [("lost on the way", 240)]


def test_malformed_payloads_end_the_frame_and_are_said() -> None:
    out = Assembled("H264")
    packets = encoded("H264")
    spoilt = next(n for n, p in enumerate(packets) if p.timestamp > packets[0].timestamp + 2 * 3600)
    for number, packet in enumerate(packets):
        payload = b"\x18\xff\xff\xff" if number == spoilt else packet.payload
        out.push(number, RtpPacket(packet.marker, 96, packet.sequence, packet.timestamp, 11, payload))
    assert [reason for reason, _ in out.gaps] == ["malformed"]
    assert out.frames[-1].timestamp == packets[-1].timestamp


def test_memory_is_bounded_without_key_frames_and_with_an_endless_frame() -> None:
    out = Assembled()
    for number in range(5_000):
        out.push(number, RtpPacket(0, 96, number & 0xFFFF, 7, 11, b"\x00" + bytes(1_000)))
    assert len(out.assembler._waiting) <= 512
    out.push(5_000, RtpPacket(0, 96, 1, 8, 11, b"\x10\x00" + bytes(1_000)))
    for number in range(5_001, 5_001 + FRAME_MAX_BYTES // 1_000 + 100):
        out.push(number, RtpPacket(0, 96, number & 0xFFFF, 8, 11, b"\x00" + bytes(1_000)))
    assert out.frames == []
    assert sum(map(len, out.assembler._parts)) == 0
    assert len(out.assembler._waiting) <= 512


def test_voice_goes_on_after_a_lost_packet() -> None:
    out = Assembled("opus", 48_000)
    for number in range(10):
        if number != 4:
            out.push(number, RtpPacket(0, 111, number, number * 960, 1, b"o"), now=number * 0.02)
            out.assembler.expire(number * 0.02)
    out.assembler.expire(1.0)
    assert len(out.frames) == 9
    assert out.gaps == [("lost on the way", 40)]
