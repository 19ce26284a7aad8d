"""A source: the door, the sink before the viewers, repairs, key requests."""

from __future__ import annotations

import asyncio
import time

import pytest

from concierge.domain.limits import KEY_EVERY_MS, KEY_FRESH_MS, RTP_HISTORY_PACKETS
from concierge.media import rtcp
from concierge.media.forwarder import Source, SourceSpec
from concierge.media.rtp import HEADER, RtpPacket, parse_rtp, write_rtp
from concierge.media.sdp import Codec
from concierge.media.slots import Slot
from concierge.services.media_port import MediaKind, SourceId
from tests.media.peers import CUSTOMER, SESSION, KeptFrames
from tests.media.streams import encoded

PUBLISHED = Codec("VP8", 96, 90_000, 97)
ONE = SourceId("sur_one")


class Stage:
    """A source with one viewer, its sink, and everything that left, in order."""

    def __init__(self, transport_cc: int | None = None, ssrc: int | None = 11) -> None:
        self.sink = KeptFrames()
        self.feedback: list[tuple[int, int, bytes]] = []
        self.sent: list[RtpPacket] = []
        self.told: list[tuple[object, ...]] = []
        self.connected = True
        self.answered = asyncio.Event()
        self.slot = Slot(MediaKind.PICTURE, "0", {"VP8": PUBLISHED}, self._send)
        spec = SourceSpec(ONE, SESSION, CUSTOMER, MediaKind.PICTURE, PUBLISHED, transport_cc, ssrc)
        self.source = Source(
            spec,
            self._send_rtcp,
            lambda _, w, h: self.told.append(("flowing", w, h)),
            lambda _, reason: self.told.append(("refused", reason)),
        )
        self.slot.carry(self.source)
        self.source.slots = (self.slot,)

    def _send(self, data: bytes) -> int:
        packet = parse_rtp(data)
        assert packet is not None
        self.sent.append(packet)
        self.sink.log.append(("sent", ONE))
        return len(data)

    def _send_rtcp(self, data: bytes) -> int:
        if not self.connected:
            return 0
        self.feedback += rtcp.parts_of(data)
        self.answered.set()
        return len(data)

    def open(self, now: float = 0.0) -> None:
        self.source.open(self.sink, now)

    def receive(self, packet: RtpPacket, now: float = 1.0) -> None:
        self.source.receive(raw(packet), now)

    def plis(self) -> int:
        return sum(kind == rtcp.PAYLOAD_FEEDBACK for kind, _, _ in self.feedback)


def raw(packet: RtpPacket) -> bytes:
    return write_rtp(
        packet.marker, packet.payload_type, packet.sequence, packet.timestamp, packet.ssrc, packet.payload
    )


def repaired(packet: RtpPacket, number: int = 1) -> RtpPacket:
    payload = packet.sequence.to_bytes(2, "big") + packet.payload
    return RtpPacket(packet.marker, 97, number, packet.timestamp, 22, payload)


def test_nothing_flows_before_it_is_opened() -> None:
    stage = Stage()
    for packet in encoded("VP8"):
        stage.receive(packet)
    assert stage.sink.log == []
    assert stage.sent == []


def test_every_packet_is_in_the_sink_before_it_is_sent() -> None:
    stage = Stage()
    stage.open()
    for packet in encoded("VP8"):
        stage.receive(packet)
    assert len(stage.sent) == len(encoded("VP8"))
    assert len(stage.sink.frames) == 30
    waiting = 0
    for what, _ in stage.sink.log:
        waiting += {"arriving": 1, "sent": -1, "frame": 0}[str(what)]
        assert waiting in {0, 1}
    # The last packet of a frame is sent after the frame is in the sink.
    assert stage.sink.log[-3:] == [("arriving", ONE), ("frame", ONE), ("sent", ONE)]


def test_what_the_sink_refuses_goes_to_nobody_until_a_key_frame_after_it_takes_again() -> None:
    stage = Stage()
    stage.open()
    packets = encoded("VP8")
    times = sorted({p.timestamp for p in packets})
    count = 0
    for packet in packets:
        if packet.timestamp < times[3]:
            count = len(stage.sent) + 1
        stage.sink.refusing = times[3] <= packet.timestamp < times[6]
        stage.receive(packet)
        if times[3] <= packet.timestamp < times[10]:
            assert len(stage.sent) == count
    resumed = [p for p in packets if p.timestamp >= times[10]]
    assert [p.payload for p in stage.sent[count:]] == [p.payload for p in resumed]
    assert len(stage.sink.frames) == 3 + 20
    assert stage.sink.gaps == [("evidence unavailable", 320)]


def test_a_frame_the_sink_refuses_is_not_completed_for_anybody() -> None:
    stage = Stage()
    stage.open()

    def refuse(*_: object) -> None:
        stage.sink.refusing = True
        stage.sink.arriving(ONE)

    stage.sink.frame = refuse  # type: ignore[method-assign, assignment]
    packets = encoded("VP8")
    for packet in packets:
        stage.receive(packet)
    first_frame = [p for p in packets if p.timestamp == packets[0].timestamp]
    assert len(stage.sent) == len(first_frame) - 1
    assert not stage.source.flowing


def test_held_drops_at_the_door_and_repairs_stop_too() -> None:
    stage = Stage()
    stage.open()
    packets = encoded("VP8")
    for packet in packets[:10]:
        stage.receive(packet)
    logged, count = len(stage.sink.log), len(stage.sent)
    stage.source.hold()
    stage.source.hold()
    for packet in packets[10:20]:
        stage.receive(packet)
    stage.slot.resend([stage.sent[-1].sequence], 1.0)
    assert (len(stage.sink.log), len(stage.sent)) == (logged, count)
    stage.open(2.0)
    for packet in packets[20:]:
        stage.receive(packet, 2.0)
    assert len(stage.sent) > count
    assert [reason for reason, _ in stage.sink.gaps] == ["held"]


def test_a_hold_while_a_frame_is_recorded_stops_its_last_packet() -> None:
    stage = Stage()
    stage.open()
    keep = stage.sink.frame

    def hold(source: SourceId, frame: object) -> None:
        keep(source, frame)  # type: ignore[arg-type]
        stage.source.hold()

    stage.sink.frame = hold  # type: ignore[method-assign]
    packets = encoded("VP8")
    for packet in packets:
        stage.receive(packet)
    first_frame = [p for p in packets if p.timestamp == packets[0].timestamp]
    assert len(stage.sent) == len(first_frame) - 1


async def test_losses_are_asked_for_by_timer_and_repaired_ones_forwarded() -> None:
    stage = Stage()
    stage.open(time.monotonic())
    packets = encoded("VP8")
    lost = {5, 6, 9}
    for number, packet in enumerate(packets[:20]):
        if number not in lost:
            stage.receive(packet, time.monotonic())
    assert not any(kind == rtcp.TRANSPORT_FEEDBACK for kind, _, _ in stage.feedback)
    stage.answered.clear()
    await asyncio.wait_for(stage.answered.wait(), 5)
    asked = [body for kind, _, body in stage.feedback if kind == rtcp.TRANSPORT_FEEDBACK]
    assert rtcp.nacked(asked[0]) == (11, sorted(packets[n].sequence for n in lost))
    for number in lost:
        stage.receive(repaired(packets[number], number), time.monotonic())
    assert {p.payload for p in stage.sent} == {p.payload for p in packets[:20]}
    order = {p.payload: p.sequence for p in stage.sent}
    steps = [(order[p.payload] - order[packets[0].payload]) & 0xFFFF for p in packets[:20]]
    assert steps == list(range(20))
    assert stage.sink.gaps == []
    assert len(stage.sink.frames) == len({p.timestamp for p in packets[:20] if p.marker})
    stage.source.close()


def test_repeats_are_neither_recorded_nor_forwarded_twice() -> None:
    stage = Stage()
    stage.open()
    for packet in encoded("VP8"):
        stage.receive(packet)
        stage.receive(packet)
        stage.receive(repaired(packet))
    assert len(stage.sent) == len(encoded("VP8"))
    assert len(stage.sink.frames) == 30


def test_the_repair_stream_seen_first_is_not_taken_for_the_media() -> None:
    stage = Stage(ssrc=None)
    stage.open()
    packets = encoded("VP8")
    stage.receive(repaired(packets[0]))
    assert stage.plis() == 0
    stage.receive(packets[1])
    stage.source.want_key(5.0)
    [(_, _, body)] = [part for part in stage.feedback if part[0] == rtcp.PAYLOAD_FEEDBACK]
    assert rtcp.key_wanted_for(rtcp.PLI, body) == [11]


def test_key_requests_of_many_viewers_become_one() -> None:
    stage = Stage()
    stage.open(0.0)
    assert stage.plis() == 1
    for _ in range(50):
        stage.slot.heard_key_request()
        stage.source.want_key(0.4)
    assert stage.plis() == 1
    stage.source.tick(1.0)
    assert stage.plis() == 2


def test_a_key_request_that_could_not_be_sent_is_made_again_at_once() -> None:
    stage = Stage()
    stage.connected = False
    stage.open(0.0)
    assert stage.plis() == 0
    stage.connected = True
    stage.source.tick(0.05)
    assert stage.plis() == 1


async def test_a_key_frame_is_asked_for_every_ten_seconds_for_the_sake_of_seeking() -> None:
    stage = Stage()
    stage.open(0.0)
    for packet in encoded("VP8"):
        stage.receive(packet, 1.0)
    before = stage.plis()
    for step in range(2 * KEY_EVERY_MS // 1000 * 10):
        stage.source.tick(1.0 + step / 10)
    # The test's stream never answers, so requests repeat from ten seconds on and not before.
    assert stage.plis() > before
    stage.feedback.clear()
    for packet in encoded("VP8"):
        stage.receive(
            RtpPacket(packet.marker, 96, packet.sequence + 500, packet.timestamp, 11, packet.payload), 30.0
        )
    stage.source.tick(30.0 + KEY_EVERY_MS / 1000 - 0.1)
    assert stage.plis() == 0
    stage.source.close()


def test_arrivals_are_reported_by_transport_cc() -> None:
    stage = Stage(transport_cc=4)
    for number, packet in enumerate(encoded("VP8")[:30]):
        header = HEADER.pack(0x90, packet.marker | 96, packet.sequence, packet.timestamp, 11)
        extension = bytes.fromhex("bede0001") + bytes([0x41]) + number.to_bytes(2, "big") + bytes(1)
        stage.source.receive(header + extension + packet.payload, 100 + number * 0.01)
    reports = [body for kind, form, body in stage.feedback if (kind, form) == (rtcp.TRANSPORT_FEEDBACK, 15)]
    assert 3 <= len(reports) <= 5
    assert all(int.from_bytes(body[4:8], "big") in {0, 11} for body in reports)


def test_a_picture_beyond_the_limit_is_refused_before_it_is_recorded() -> None:
    stage = Stage()
    stage.open()
    bomb = b"\x10" + bytes([0x10, 0, 0]) + b"\x9d\x01\x2a" + (16_000).to_bytes(2, "little") * 2 + bytes(20)
    stage.receive(RtpPacket(0x80, 96, 1, 1, 11, bomb))
    assert stage.told == [("refused", "picture too large")]
    assert stage.sink.log == []
    assert stage.sent == []


async def test_the_size_is_told_when_it_is_known_and_when_it_changes() -> None:
    stage = Stage()
    stage.open()
    for packet in encoded("VP8"):
        stage.receive(packet)
    for packet in encoded("VP8", 2, (640, 360)):
        moved = (packet.sequence + 400) & 0xFFFF
        stage.receive(RtpPacket(packet.marker, 96, moved, packet.timestamp + 1_000_000, 11, packet.payload))
    assert stage.told == [("flowing", 320, 240)]
    # Four hundred missing packets are given up first.
    stage.source.tick(3.0)
    assert stage.told == [("flowing", 320, 240), ("flowing", 640, 360)]
    stage.source.close()


@pytest.mark.parametrize("ssrc", [12, 0])
def test_packets_of_another_stream_are_ignored(ssrc: int) -> None:
    stage = Stage()
    stage.open()
    for packet in encoded("VP8"):
        stage.receive(RtpPacket(packet.marker, 96, packet.sequence, packet.timestamp, ssrc, packet.payload))
        stage.receive(RtpPacket(packet.marker, 50, packet.sequence, packet.timestamp, 11, packet.payload))
    stage.source.receive(b"junk", 1.0)
    assert stage.sink.log == []


def test_closed_is_for_good() -> None:
    stage = Stage()
    stage.open()
    stage.source.close()
    stage.open()
    for packet in encoded("VP8"):
        stage.receive(packet)
    assert stage.sent == []
    assert stage.sink.log == []


def test_memory_is_bounded_by_the_history() -> None:
    stage = Stage()
    stage.open()
    key = encoded("VP8")[0]
    for number in range(5 * RTP_HISTORY_PACKETS):
        stage.receive(RtpPacket(0x80, 96, number & 0xFFFF, number * 90, 11, key.payload), number / 100)
    kept = [packet for packet in stage.source.history._packets if packet is not None]
    assert len(kept) == RTP_HISTORY_PACKETS


def joining(stage: Stage) -> tuple[Slot, list[RtpPacket]]:
    """Return a second slot, attached now, and what is sent to it."""
    sent: list[RtpPacket] = []

    def send(data: bytes) -> int:
        packet = parse_rtp(data)
        assert packet is not None
        sent.append(packet)
        return len(data)

    slot = Slot(MediaKind.PICTURE, "0", {"VP8": PUBLISHED}, send)
    slot.carry(stage.source)
    stage.source.slots = (*stage.source.slots, slot)
    return slot, sent


def test_who_joins_while_a_key_frame_arrives_gets_all_of_it() -> None:
    stage = Stage()
    stage.open()
    packets = encoded("VP8", 10)
    for packet in packets[:2]:
        stage.receive(packet, 5.0)
    slot, sent = joining(stage)
    stage.source.catch_up(slot, 4.9, 5.1)
    for packet in packets[2:]:
        stage.receive(packet, 5.2)
    assert [packet.payload for packet in sent] == [packet.payload for packet in packets]
    assert not slot.wants_key(5.2)


async def test_what_a_key_frame_still_lacks_comes_when_it_is_repaired() -> None:
    stage = Stage()
    stage.open()
    packets = encoded("VP8", 10)
    stage.receive(packets[0], 5.0)
    stage.receive(packets[2], 5.0)
    slot, sent = joining(stage)
    stage.source.catch_up(slot, 4.9, 5.1)
    stage.receive(packets[1], 5.2)
    stage.source.close()
    first = sent[0].sequence
    assert [(packet.sequence - first) & 0xFFFF for packet in sent] == [0, 2, 1]
    assert sent[2].payload == packets[1].payload


@pytest.mark.parametrize(
    ("since", "now"),
    [(5.1, 5.2), (4.9, 5.001 + KEY_FRESH_MS / 1000)],
    ids=["permitted after it started", "long ago"],
)
def test_a_key_frame_from_before_is_not_shown(since: float, now: float) -> None:
    stage = Stage()
    stage.open()
    for packet in encoded("VP8", 10):
        stage.receive(packet, 5.0)
    slot, sent = joining(stage)
    stage.source.catch_up(slot, since, now)
    assert sent == []
    assert slot.wants_key(now)


@pytest.mark.parametrize("shut", ["held", "held and opened", "refused"])
def test_nothing_is_caught_up_from_before_the_door_was_shut(shut: str) -> None:
    stage = Stage()
    stage.open()
    packets = encoded("VP8", 10)
    for packet in packets[:3]:
        stage.receive(packet, 5.0)
    if shut == "refused":
        stage.sink.refusing = True
        stage.receive(packets[3], 5.0)
    else:
        stage.source.hold()
    if shut == "held and opened":
        stage.open(5.0)
    slot, sent = joining(stage)
    stage.source.catch_up(slot, 4.9, 5.1)
    assert sent == []
