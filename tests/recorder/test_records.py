"""Records survive any batching, in order, and a malformed part is refused as one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import VerificationError
from recorder.limits import MAX_NUMBER, MAX_RECORD_BYTES
from recorder.records import (
    EvidenceClass,
    Record,
    RecordFlag,
    RecordType,
    known_class,
    known_type,
    merge,
    pack,
    unpack,
)

any_record = st.builds(
    Record,
    type=st.integers(1, 0xFFFF).map(known_type),
    cls=st.integers(1, 7).map(known_class),
    at_us=st.integers(0, MAX_NUMBER),
    track=st.integers(0, 0xFFFF),
    flags=st.integers(0, 0xFFFF),
    body=st.binary(max_size=200),
)


def parts_of(records: list[Record]) -> list[tuple[int, bytes]]:
    classes = sorted({record.cls for record in records})
    return [
        (cls, b"".join(pack(record, n) for n, record in enumerate(records) if record.cls == cls))
        for cls in classes
    ]


@given(st.lists(any_record, max_size=30))
def test_records_of_all_classes_come_back_in_the_order_written(records: list[Record]) -> None:
    assert merge(parts_of(records)) == records


@given(st.binary(max_size=300))
def test_any_bytes_are_records_or_one_kind_of_error(plain: bytes) -> None:
    try:
        found = list(unpack(plain, EvidenceClass.CONTROL))
    except VerificationError:
        return
    assert b"".join(pack(record, order) for order, record in found) == plain


def test_withheld_classes_leave_the_order_of_the_rest() -> None:
    records = [Record(RecordType.EVENT, 6 + n % 2, n, 0, 0, b"%d" % n) for n in range(6)]
    only = [part for part in parts_of(records) if part[0] == EvidenceClass.CONTROL]
    assert merge(only) == records[1::2]


def test_unknown_types_are_kept_as_numbers() -> None:
    record = Record(4242, EvidenceClass.INPUT, 5, 1, 0x8000, b"?")
    assert merge(parts_of([record])) == [record]
    assert known_type(4242) == 4242
    assert known_class(3) is EvidenceClass.INPUT


def test_the_key_flag_is_read() -> None:
    assert Record(RecordType.FRAME, 1, 0, 0, RecordFlag.KEY, b"").is_key
    assert not Record(RecordType.FRAME, 1, 0, 0, 2, b"").is_key


@pytest.mark.parametrize(
    "fields",
    [
        (0, 1, 0, 0, 0),
        (1 << 16, 1, 0, 0, 0),
        (1, 0, 0, 0, 0),
        (1, 256, 0, 0, 0),
        (1, 1, -1, 0, 0),
        (1, 1, 1 << 53, 0, 0),
        (1, 1, 0, -1, 0),
        (1, 1, 0, 0, 1 << 16),
    ],
)
def test_numbers_that_fit_no_field_are_refused(fields: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Record(*fields, b"")


def test_a_body_over_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        Record(1, 1, 0, 0, 0, bytes(MAX_RECORD_BYTES + 1))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([(7, pack(Record(1, 7, 0, 0, 0, b"abc"), 0)[:-1])], "longer than its part"),
        ([(7, bytes(10))], "inside a record's header"),
        ([(7, struct.pack(">HHHIQI", 1, 0, 0, 0, 0, 0xFFFFFFFF))], "longer than its part"),
        ([(7, pack(Record(1, 7, 0, 0, 0, b""), 3) * 2)], "not in order"),
        ([(7, struct.pack(">HHHIQI", 0, 0, 0, 0, 0, 0))], "not in order"),
        ([(7, struct.pack(">HHHIQI", 1, 0, 0, 0, 1 << 53, 0))], "time over the limit"),
        ([(6, pack(Record(1, 6, 0, 0, 0, b""), 3)), (7, pack(Record(1, 7, 0, 0, 0, b""), 3))], "same place"),
    ],
)
def test_a_malformed_part_is_refused(parts: list[tuple[int, bytes]], reason: str) -> None:
    with pytest.raises(VerificationError, match=reason):
        merge(parts)
