"""One slot: a continuous stream of our own, whatever is written onto it."""

from __future__ import annotations

from dataclasses import dataclass, field

from concierge.domain.limits import RESEND_PER_SECOND, SLOW_HOLD_MS
from concierge.media.forwarder import Source, SourceSpec
from concierge.media.rtp import RtpPacket, parse_rtp
from concierge.media.sdp import Codec
from concierge.media.slots import Slot
from concierge.media.transport import BLOCKED
from concierge.services.media_port import MediaKind, SourceId
from tests.media.peers import CUSTOMER, SESSION, KeptFrames
from tests.media.streams import encoded, starts_key

PUBLISHED = Codec("VP8", 96, 90_000, 97)
WATCHED = Codec("VP8", 120, 90_000, 121)


@dataclass
class Wire:
    """What the slot sent; `result` is what the socket answers (None: the size)."""

    packets: list[RtpPacket] = field(default_factory=list)
    result: int | None = None

    def send(self, data: bytes) -> int:
        packet = parse_rtp(data)
        assert packet is not None
        if self.result is not None:
            return self.result
        self.packets.append(packet)
        return len(data)


def source(name: str = "sur_one") -> Source:
    spec = SourceSpec(SourceId(name), SESSION, CUSTOMER, MediaKind.PICTURE, PUBLISHED, None, 11)
    made = Source(spec, len, lambda *_: None, lambda *_: None)
    made.open(KeptFrames(), 0.0)
    return made


def slot(wire: Wire, codec: Codec = WATCHED) -> Slot:
    return Slot(MediaKind.PICTURE, "0", {"VP8": codec}, wire.send)


def play(into: Slot, of: Source, first: int = 70_000, now: float = 1.0, skip: int = 0) -> int:
    """Forward the test stream from its packet `skip` on; return the number after the last."""
    packets = encoded("VP8")
    for place, packet in enumerate(packets[skip:], skip):
        of.history.put(first + place, packet)
        into.forward(first + place, packet, now + place * 0.01, starts_key=starts_key("VP8", packet))
    return first + len(packets)


def test_packets_wear_the_slots_own_numbers_and_payload_type() -> None:
    wire = Wire()
    one = slot(wire)
    one.carry(source())
    play(one, source())
    packets = encoded("VP8")
    assert [p.payload for p in wire.packets] == [p.payload for p in packets]
    assert {(p.ssrc, p.payload_type) for p in wire.packets} == {(one.ssrc, 120)}
    steps = [(b.sequence - a.sequence) & 0xFFFF for a, b in zip(wire.packets, wire.packets[1:], strict=False)]
    assert set(steps) == {1}
    assert wire.packets[-1].timestamp - wire.packets[0].timestamp & 0xFFFFFFFF == 29 * 3600
    assert [p.marker for p in wire.packets] == [p.marker for p in packets]


def test_nothing_is_sent_before_a_key_frame_starts() -> None:
    wire = Wire()
    one = slot(wire)
    one.carry(source())
    packets = encoded("VP8")
    keys = [n for n, p in enumerate(packets) if starts_key("VP8", p)]
    play(one, source(), skip=1)
    assert len(wire.packets) == len(packets) - keys[1]
    assert wire.packets[0].payload == packets[keys[1]].payload


def test_another_source_continues_the_same_stream() -> None:
    wire = Wire()
    one = slot(wire)
    one.carry(source("sur_one"))
    play(one, source())
    last = wire.packets[-1]
    one.carry(source("sur_two"))
    play(one, source(), first=500_000, now=3.0)
    following = wire.packets[len(encoded("VP8"))]
    assert (following.sequence - last.sequence) & 0xFFFF == 1
    passed = (following.timestamp - last.timestamp) & 0xFFFFFFFF
    assert 0 < passed < 3 * 90_000


def test_released_is_silent_even_for_repairs() -> None:
    wire = Wire()
    one, carried = slot(wire), source()
    one.carry(carried)
    play(one, carried)
    sequence, count = wire.packets[-1].sequence, len(wire.packets)
    one.release()
    play(one, carried, first=80_000)
    one.resend([sequence], 2.0)
    assert len(wire.packets) == count
    assert not one.wants_key(100.0)
    assert one.sender_report(2.0, 2.0) is None


def test_losses_are_repaired_on_the_rtx_stream() -> None:
    wire = Wire()
    one, carried = slot(wire), source()
    one.carry(carried)
    play(one, carried)
    lost = wire.packets[3]
    one.resend([lost.sequence], 2.0)
    repair = wire.packets[-1]
    assert (repair.ssrc, repair.payload_type) == (one.rtx_ssrc, 121)
    assert repair.payload == lost.sequence.to_bytes(2, "big") + lost.payload
    assert (repair.timestamp, repair.marker) == (lost.timestamp, lost.marker)


def test_without_rtx_the_same_packet_is_sent_again() -> None:
    wire = Wire()
    one, carried = slot(wire, Codec("VP8", 120, 90_000)), source()
    one.carry(carried)
    play(one, carried)
    lost = wire.packets[3]
    one.resend([lost.sequence], 2.0)
    again = wire.packets[-1]
    assert (again.ssrc, again.sequence, again.payload) == (one.ssrc, lost.sequence, lost.payload)


def test_repairs_have_a_budget_and_never_reach_before_the_run() -> None:
    wire = Wire()
    one, carried = slot(wire), source()
    one.carry(carried)
    carried.history.put(69_999, encoded("VP8")[0])
    play(one, carried)
    first, count = wire.packets[0].sequence, len(wire.packets)
    one.resend([(first - 1) & 0xFFFF, (first + 30_000) & 0xFFFF], 2.0)
    assert len(wire.packets) == count
    one.resend([first] * 10_000, 2.0)
    assert len(wire.packets) == count + RESEND_PER_SECOND


def test_a_socket_that_would_block_drops_until_a_key_frame() -> None:
    wire = Wire()
    one, carried = slot(wire), source()
    one.carry(carried)
    after = play(one, carried)
    wire.result = BLOCKED
    count = len(wire.packets)
    play(one, carried, first=after, now=5.0)
    wire.result = None
    assert one.stumbles >= 1
    delta = next(p for p in encoded("VP8") if not starts_key("VP8", p))
    one.forward(after + 500, delta, 10.0, starts_key=False)
    assert len(wire.packets) == count
    assert one.wants_key(10.0)
    last = wire.packets[-1].sequence
    one.forward(after + 501, encoded("VP8")[0], 10.1, starts_key=True)
    assert len(wire.packets) == count + 1
    assert (wire.packets[-1].sequence - last) & 0xFFFF < 60


def test_two_bad_reports_make_the_viewer_wait_and_one_does_not() -> None:
    wire = Wire()
    one, carried = slot(wire), source()
    one.carry(carried)
    after = play(one, carried)
    one.heard_report(200, 2.0)
    one.heard_report(0, 3.0)
    one.heard_report(200, 4.0)
    assert one.stumbles == 0
    one.heard_report(200, 5.0)
    assert one.stumbles == 1
    count = len(wire.packets)
    key = encoded("VP8")[0]
    one.forward(after, key, 5.5, starts_key=True)
    assert len(wire.packets) == count
    assert not one.wants_key(5.5)
    one.forward(after + 1, key, 5.0 + SLOW_HOLD_MS / 1000, starts_key=True)
    assert len(wire.packets) == count + 1


def test_a_viewer_that_keeps_asking_is_heard_ever_more_rarely() -> None:
    one, carried = slot(Wire()), source()
    one.carry(carried)
    asked = []
    for now in (step * 0.1 for step in range(1_200)):
        one.heard_key_request()
        if one.wants_key(now):
            one.key_asked(now)
            asked.append(now)
    assert len(asked) < 20
    assert asked[1] - asked[0] < 1.0
    assert asked[-1] - asked[-2] > 7.0


def test_reports_tie_the_stream_to_the_brokers_clock() -> None:
    wire = Wire()
    one, carried = slot(wire), source()
    one.carry(carried)
    play(one, carried, now=1.0)
    at = 1.0 + 0.01 * (len(encoded("VP8")) - 1)
    report = one.sender_report(at + 0.5, 1_000.0)
    assert report is not None
    told = int.from_bytes(report[16:20], "big")
    assert (told - wire.packets[-1].timestamp) & 0xFFFFFFFF in range(44_990, 45_010)
    assert int.from_bytes(report[20:24], "big") == len(wire.packets)
