"""RTP packets: read, rewritten, unwrapped; compared with aiortc's reading."""

from __future__ import annotations

from aiortc import rtp as theirs
from hypothesis import given
from hypothesis import strategies as st

from concierge.media.rtp import (
    RtpPacket,
    SequenceUnwrapper,
    extension_value,
    parse_rtp,
    unwrap_rtx,
    write_rtp,
)


@given(
    st.integers(0, 1),
    st.integers(0, 127),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=1200),
)
def test_what_we_write_another_implementation_reads(
    marker: int, payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes
) -> None:
    read = theirs.RtpPacket.parse(write_rtp(marker << 7, payload_type, sequence, timestamp, ssrc, payload))
    assert (read.marker, read.payload_type, read.sequence_number) == (marker, payload_type, sequence)
    assert (read.timestamp, read.ssrc, read.payload) == (timestamp, ssrc, payload)


def test_extensions_sources_and_padding_are_taken_off() -> None:
    packet = theirs.RtpPacket(
        payload_type=96, marker=1, sequence_number=7, timestamp=9, ssrc=5, payload=b"abc"
    )
    packet.csrc = [1, 2]
    packet.padding_size = 4
    packet.extensions.transport_sequence_number = 513
    numbers = theirs.HeaderExtensionsMap()
    numbers._HeaderExtensionsMap__ids.transport_sequence_number = 4  # type: ignore[attr-defined]
    read = parse_rtp(packet.serialize(numbers))
    assert read is not None
    assert (read.marker, read.payload_type, read.sequence, read.timestamp, read.ssrc) == (0x80, 96, 7, 9, 5)
    assert read.payload == b"abc"
    assert extension_value(read.extension, 4) == b"\x02\x01"
    assert extension_value(read.extension, 5) == b""


@given(st.binary(max_size=80))
def test_reading_never_raises(data: bytes) -> None:
    read = parse_rtp(data)
    assert read is None or len(read.payload) <= len(data) - 12
    assert len(extension_value(data, 3)) <= 16


def test_malformed_packets_are_none() -> None:
    assert parse_rtp(b"\x80" * 11) is None
    assert parse_rtp(b"\x00" * 20) is None
    assert parse_rtp(b"\x8f" + bytes(20)) is None
    assert parse_rtp(b"\xa0" + bytes(10) + b"\xff") is None
    assert parse_rtp(b"\x90" + bytes(11) + b"\xbe\xde\x00\x09") is None


def test_a_retransmission_gives_back_the_original() -> None:
    wrapped = RtpPacket(0x80, 97, 3, 1000, 22, (4711).to_bytes(2, "big") + b"payload")
    original = unwrap_rtx(wrapped, 96, 11)
    assert original is not None
    assert (original.payload_type, original.sequence, original.ssrc) == (96, 4711, 11)
    assert (original.marker, original.timestamp, original.payload) == (0x80, 1000, b"payload")


def test_a_probe_made_of_padding_is_nothing() -> None:
    assert unwrap_rtx(RtpPacket(0, 97, 3, 1000, 22, b""), 96, 11) is None
    assert unwrap_rtx(RtpPacket(0, 97, 3, 1000, 22, b"\x00\x01"), 96, 11) is None


def test_sequence_numbers_grow_over_the_turn_and_tolerate_disorder() -> None:
    numbers = SequenceUnwrapper()
    first = numbers.extend(65534)
    assert [numbers.extend(n) - first for n in (65535, 0, 2, 1, 65533)] == [1, 2, 4, 3, -1]
    assert numbers.highest == first + 4
