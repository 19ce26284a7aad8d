"""Segment headers come back, and no length or flag out of place is believed."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import TruncatedError, VerificationError
from recorder.limits import MAX_NUMBER, MAX_PART_BYTES, MIN_PART_BYTES
from recorder.segment import FIXED_BYTES, SegmentFlag, SegmentHeader, parse_header, split_body, table_size

FIXED = struct.Struct(">4sHHIQQQ")
headers = st.builds(
    lambda flags, epoch, index, times, parts: SegmentHeader(
        SegmentFlag(flags), epoch, index, min(times), max(times), tuple(sorted(parts.items()))
    ),
    st.integers(0, 7),
    st.integers(0, 2**32 - 1),
    st.integers(0, MAX_NUMBER),
    st.tuples(st.integers(0, MAX_NUMBER), st.integers(0, MAX_NUMBER)),
    st.dictionaries(
        st.integers(1, 255), st.integers(MIN_PART_BYTES, MAX_PART_BYTES // 32), min_size=1, max_size=32
    ),
)


@given(headers)
def test_a_header_comes_back(header: SegmentHeader) -> None:
    raw = header.pack()
    assert parse_header(raw) == header
    assert len(raw) == header.size == FIXED_BYTES + table_size(raw)


@given(headers, st.data())
def test_a_header_cut_short_is_truncated(header: SegmentHeader, data: st.DataObject) -> None:
    raw = header.pack()
    with pytest.raises(TruncatedError):
        parse_header(raw[: data.draw(st.integers(0, len(raw) - 1))])


@given(st.binary(min_size=36, max_size=80))
def test_any_bytes_are_a_header_or_one_kind_of_error(raw: bytes) -> None:
    try:
        header = parse_header(b"CSEG" + raw)
    except VerificationError:
        return
    assert (b"CSEG" + raw).startswith(header.pack())


def fixed(
    magic: bytes = b"CSEG", flags: int = 0, parts: int = 1, until: int = 5, begin: int = 5, index: int = 0
) -> bytes:
    return FIXED.pack(magic, flags, parts, 0, index, begin, until)


ONE = b"\x01\0\0\0\x26"
TWO = b"\x02\0\0\0\x26"
LARGEST = b"\x01" + MAX_PART_BYTES.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (fixed(magic=b"NOPE"), "no segment begins here"),
        (fixed(parts=0), "a segment with an impossible number of parts"),
        (fixed(parts=33), "a segment with an impossible number of parts"),
        (fixed(parts=0xFFFF), "a segment with an impossible number of parts"),
        (fixed()[:-1], "the bytes end inside a segment header"),
        (fixed(parts=32), "the bytes end inside a segment header"),
        (fixed(parts=2) + ONE + TWO[:-1], "the bytes end inside a segment header"),
        (fixed(flags=8) + ONE, "a segment with unknown flags"),
        (fixed() + b"\x01\xff\xff\xff\xff", "sealed parts over the size limit"),
        (fixed() + b"\x01" + (MAX_PART_BYTES + 1).to_bytes(4, "big"), "sealed parts over the size limit"),
        (fixed(parts=2) + LARGEST + TWO, "sealed parts over the size limit"),
        (fixed() + b"\x01\0\0\0\x25", "a sealed part too short to hold a record"),
        (fixed() + b"\x00" + ONE[1:], "the classes of a segment are not in order"),
        (fixed(parts=2) + TWO + ONE, "the classes of a segment are not in order"),
        (fixed(parts=2) + TWO + TWO, "the classes of a segment are not in order"),
        (fixed(until=1 << 53) + ONE, "a number over the limit"),
        (fixed(index=1 << 53) + ONE, "a number over the limit"),
        (fixed(begin=1 << 53) + ONE, "a number over the limit"),
        (fixed(until=4) + ONE, "a segment that ends before it begins"),
    ],
)
def test_what_no_writer_writes_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(VerificationError) as refused:
        parse_header(raw)
    assert refused.value.reason == reason


def test_what_is_just_within_the_limits_is_read() -> None:
    assert parse_header(fixed(until=MAX_NUMBER, index=MAX_NUMBER) + LARGEST).parts == ((1, MAX_PART_BYTES),)
    many = b"".join(bytes([cls]) + b"\0\0\0\x26" for cls in range(1, 33))
    assert len(parse_header(fixed(parts=32) + many).parts) == 32
    assert parse_header(fixed(flags=7) + ONE).flags == 7


def test_the_body_is_taken_apart_where_the_table_says() -> None:
    header = SegmentHeader(SegmentFlag.NONE, 0, 0, 0, 0, ((1, 3), (7, 2)))
    assert split_body(header, b"abcde" + bytes(64)) == ([b"abc", b"de"], bytes(64))
    assert header.body_size == 69
    with pytest.raises(TruncatedError, match=r"^the bytes end inside a segment$"):
        split_body(header, b"abcde" + bytes(63))
