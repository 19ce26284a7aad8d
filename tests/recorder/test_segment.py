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


def fixed(magic: bytes = b"CSEG", flags: int = 0, parts: int = 1, until: int = 5) -> bytes:
    return FIXED.pack(magic, flags, parts, 0, 0, 5, until)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (fixed(magic=b"NOPE"), "no segment begins"),
        (fixed(parts=0), "impossible number"),
        (fixed(parts=33), "impossible number"),
        (fixed(parts=0xFFFF), "impossible number"),
        (fixed(flags=8) + b"\x01\0\0\0\0", "unknown flags"),
        (fixed() + b"\x01\xff\xff\xff\xff", "size limit"),
        (
            fixed(parts=2) + b"\x01" + MAX_PART_BYTES.to_bytes(4, "big") + b"\x02\0\0\0\x26",
            "size limit",
        ),
        (fixed() + b"\x01" + (MAX_PART_BYTES + 1).to_bytes(4, "big"), "size limit"),
        (fixed() + b"\x00\0\0\0\x26", "not in order"),
        (fixed() + b"\x01\0\0\0\x25", "too short"),
        (fixed(until=1 << 53) + b"\x01\0\0\0\x26", "number over the limit"),
        (fixed(parts=2) + b"\x02\0\0\0\x26\x01\0\0\0\x26", "not in order"),
        (fixed(parts=2) + b"\x02\0\0\0\x26\x02\0\0\0\x26", "not in order"),
        (fixed(until=4) + b"\x01\0\0\0\x26", "ends before it begins"),
    ],
)
def test_what_no_writer_writes_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(VerificationError, match=reason):
        parse_header(raw)


def test_the_body_is_taken_apart_where_the_table_says() -> None:
    header = SegmentHeader(SegmentFlag.NONE, 0, 0, 0, 0, ((1, 3), (7, 2)))
    assert split_body(header, b"abcde" + bytes(64)) == ([b"abc", b"de"], bytes(64))
    assert header.body_size == 69
    with pytest.raises(TruncatedError):
        split_body(header, b"abcde" + bytes(63))
