"""NACKs, key requests, loss reports and transport-cc, on a clock of our own."""

from __future__ import annotations

from aiortc import rtp as theirs

from concierge.domain.limits import NACK_TRIES, PLI_EVERY_MS, REPAIR_PICTURE_MS, RTP_HISTORY_PACKETS
from concierge.media.feedback import KeyRequests, NackTracker, Reception, TransportFeedback


def test_what_is_missing_is_asked_for_again_until_it_comes() -> None:
    nacks = NackTracker()
    nacks.gap(10, 13, now=0.0)
    assert nacks.due(0.02) == [10, 11, 12]
    assert nacks.due(0.03) == []
    nacks.arrived(11)
    assert nacks.due(0.08) == [10, 12]
    nacks.arrived(10)
    nacks.arrived(12)
    assert not nacks
    assert nacks.due(1.0) == []


def test_it_gives_up_on_what_is_too_old() -> None:
    nacks = NackTracker()
    nacks.gap(1, 2, now=0.0)
    asked = sum(len(nacks.due(step * 0.01)) for step in range(200))
    assert 1 <= asked <= NACK_TRIES
    assert asked <= REPAIR_PICTURE_MS / 1000 / 0.05 + 1
    assert not nacks


def test_a_jump_of_the_numbers_costs_no_memory() -> None:
    nacks = NackTracker()
    for start in range(0, 10_000_000, 1_000_000):
        nacks.gap(start, start + 1_000_000, now=0.0)
    assert len(nacks.due(0.02)) <= RTP_HISTORY_PACKETS // 2


def test_key_requests_are_coalesced() -> None:
    keys = KeyRequests()
    sent = []
    for now in range(0, 2_000, 10):
        if keys.due(now / 1000):
            keys.sent(now / 1000)
            sent.append(now)
    assert sent == list(range(0, 2_000, PLI_EVERY_MS))
    assert keys.asked == len(sent)


def test_a_report_tells_the_loss_since_the_last_one() -> None:
    reception = Reception(90_000)
    assert reception.report(1, 2, 0.0) is None
    for number in range(100, 200):
        if number % 4:
            reception.note(number + 0x10000, number * 3000, number / 30)
    [first] = theirs.RtcpPacket.parse(reception.report(1, 2, 7.0) or b"")
    assert isinstance(first, theirs.RtcpRrPacket)
    # Number 100 never came, so the count begins at 101.
    assert first.reports[0].packets_lost == 24
    assert first.reports[0].fraction_lost == 256 * 24 // 99
    assert first.reports[0].highest_sequence == 199
    assert first.reports[0].jitter == 0
    [second] = theirs.RtcpPacket.parse(reception.report(1, 2, 8.0) or b"")
    assert isinstance(second, theirs.RtcpRrPacket)
    assert second.reports[0].fraction_lost == 0
    assert second.reports[0].packets_lost == 24


def test_a_report_gives_back_the_senders_clock() -> None:
    reception = Reception(90_000)
    reception.note(0x10000, 0, 0.0)
    reception.heard_sender_report(bytes(4) + bytes.fromhex("0000111122223333") + bytes(12), 1.0)
    [packet] = theirs.RtcpPacket.parse(reception.report(1, 2, 1.5) or b"")
    assert isinstance(packet, theirs.RtcpRrPacket)
    assert packet.reports[0].lsr == 0x11112222
    assert packet.reports[0].dlsr == 32768


def test_transport_feedback_is_due_by_time_and_covers_what_is_lost() -> None:
    feedback = TransportFeedback()
    due = [feedback.note(number.to_bytes(2, "big"), 10 + number * 0.001) for number in (65530, 65531)]
    assert due == [True, True]
    first = feedback.report(1, 2, 75.53)
    assert first is not None
    assert not feedback.due(75.54)
    assert feedback.note((65535).to_bytes(2, "big"), 75.55) is False
    assert feedback.note((1).to_bytes(2, "big"), 75.63) is True
    second = feedback.report(1, 2, 75.63)
    assert second is not None
    # 65532 … 65534 were lost, then 65535, 0 lost, 1: six numbers from 65532 on.
    assert (int.from_bytes(second[12:14], "big"), int.from_bytes(second[14:16], "big")) == (65532, 6)
    assert (first[19], second[19]) == (0, 1)
    assert feedback.report(1, 2, 80.0) is None


def test_transport_feedback_stays_small_whatever_the_numbers_say() -> None:
    feedback = TransportFeedback()
    for number in range(0, 60_000, 97):
        feedback.note((number * 31 & 0xFFFF).to_bytes(2, "big"), 1.0)
    feedback.note(b"junk", 1.0)
    packet = feedback.report(1, 2, 1.0)
    assert packet is not None
    assert int.from_bytes(packet[14:16], "big") <= RTP_HISTORY_PACKETS // 2 + 1
    assert len(packet) < 1_400
