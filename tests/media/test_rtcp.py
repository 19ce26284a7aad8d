"""RTCP packets: written by us and read by aiortc, and the other way round."""

from __future__ import annotations

from aiortc import rtp as theirs
from hypothesis import given
from hypothesis import strategies as st

from concierge.media import rtcp


def test_a_pli_is_read_elsewhere() -> None:
    [packet] = theirs.RtcpPacket.parse(rtcp.write_pli(7, 9))
    assert isinstance(packet, theirs.RtcpPsfbPacket)
    assert (packet.fmt, packet.ssrc, packet.media_ssrc) == (theirs.RTCP_PSFB_PLI, 7, 9)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=60, unique=True))
def test_a_nack_names_exactly_what_is_lost(lost: list[int]) -> None:
    data = rtcp.write_nack(7, 9, sorted(lost))
    [packet] = theirs.RtcpPacket.parse(data)
    assert isinstance(packet, theirs.RtcpRtpfbPacket)
    assert sorted(packet.lost) == sorted(lost)
    [(kind, count, body)] = rtcp.parts_of(data)
    assert (kind, count) == (rtcp.TRANSPORT_FEEDBACK, rtcp.NACK)
    assert rtcp.nacked(body) == (9, packet.lost)


def test_a_receiver_report_is_read_elsewhere() -> None:
    block = rtcp.ReportBlock(9, 64, -2, 70000, 33, 0x01020304, 655)
    [packet] = theirs.RtcpPacket.parse(rtcp.write_receiver_report(7, block))
    assert isinstance(packet, theirs.RtcpRrPacket)
    report = packet.reports[0]
    assert (report.ssrc, report.fraction_lost, report.packets_lost) == (9, 64, -2)
    assert (report.highest_sequence, report.jitter, report.lsr, report.dlsr) == (70000, 33, 0x01020304, 655)


def test_a_sender_report_ties_the_stream_to_the_wall_clock() -> None:
    [packet] = theirs.RtcpPacket.parse(rtcp.write_sender_report(7, 0.5, 1234, 5, 600))
    assert isinstance(packet, theirs.RtcpSrPacket)
    assert packet.sender_info.ntp_timestamp == (2_208_988_800 << 32) + (1 << 31)
    assert (packet.sender_info.rtp_timestamp, packet.sender_info.packet_count) == (1234, 5)


def test_compound_packets_are_taken_apart() -> None:
    report = theirs.RtcpRrPacket(ssrc=1, reports=[])
    report.reports = [
        theirs.RtcpReceiverInfo(
            ssrc=s, fraction_lost=f, packets_lost=0, highest_sequence=0, jitter=0, lsr=0, dlsr=0
        )
        for s, f in ((11, 3), (12, 200))
    ]
    data = bytes(report) + rtcp.write_pli(1, 11)
    parts = list(rtcp.parts_of(data))
    assert [kind for kind, _, _ in parts] == [rtcp.RECEIVER_REPORT, rtcp.PAYLOAD_FEEDBACK]
    assert rtcp.report_blocks(*parts[0]) == [(11, 3), (12, 200)]
    assert rtcp.key_wanted_for(parts[1][1], parts[1][2]) == [11]


def test_a_fir_names_its_streams() -> None:
    body = bytes(8) + (11).to_bytes(4, "big") + bytes([1, 0, 0, 0])
    assert rtcp.key_wanted_for(rtcp.FIR, body) == [11]


@given(st.binary(max_size=120))
def test_reading_never_raises(data: bytes) -> None:
    for kind, count, body in rtcp.parts_of(data):
        assert 0 <= count < 32
        assert len(rtcp.report_blocks(kind, count, body)) <= count
        assert len(rtcp.nacked(body)[1]) <= 17 * len(body) // 4
        assert len(rtcp.key_wanted_for(count, body)) <= len(body)


def read_transport_feedback(data: bytes) -> tuple[int, list[float | None]]:
    """Read the feedback as the draft says, independently of how it was written."""
    size = len(data) - (data[-1] if data[0] & 0x20 else 0)
    base, count = int.from_bytes(data[12:14], "big"), int.from_bytes(data[14:16], "big")
    clock = int.from_bytes(data[16:19], "big") * 0.064
    at, symbols = 20, list[int]()
    while len(symbols) < count:
        chunk = int.from_bytes(data[at : at + 2], "big")
        at += 2
        assert chunk >> 14 == 3
        symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
    arrivals: list[float | None] = []
    for symbol in symbols[:count]:
        if symbol == 0:
            arrivals.append(None)
            continue
        width = symbol
        delta = int.from_bytes(data[at : at + width], "big", signed=symbol == 2)
        at += width
        clock += delta * 0.00025
        arrivals.append(clock)
    assert at == size
    return base, arrivals


@given(
    st.integers(0, 2**40),
    st.lists(st.none() | st.floats(0, 3), min_size=1, max_size=100).filter(any),
)
def test_transport_feedback_tells_every_arrival_to_a_quarter_of_a_millisecond(
    base: int, seen: list[float | None]
) -> None:
    told = [(base + n, None if at is None else 1000 + at) for n, at in enumerate(seen)]
    data = rtcp.write_transport_feedback(7, 9, 300, told)
    assert len(data) % 4 == 0
    assert int.from_bytes(data[2:4], "big") == len(data) // 4 - 1
    assert data[19] == 300 & 255
    read_base, arrivals = read_transport_feedback(data)
    assert read_base == base & 0xFFFF
    assert len(arrivals) == len(told)
    for (_, at), found in zip(told, arrivals, strict=True):
        assert (at is None) == (found is None)
        if at is not None and found is not None:
            assert abs(at - found) < 0.00026
