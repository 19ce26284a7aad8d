"""Batches keep order and limits; a writer numbers without a hole and says what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import events
from recorder.limits import SEGMENT_SPAN_US, SEGMENT_TARGET_BYTES
from recorder.manifest import read_head
from recorder.reader import EpochReader
from recorder.records import RECORD_OVERHEAD, Record
from recorder.segment import SegmentFlag, parse_header
from recorder.writer import EpochWriter, batches
from tests.recorder.studio import DEK, HEADER, PINNED, event_record, filler, fixed, signer
from tests.recorder.test_records import any_record


def writer() -> EpochWriter:
    return EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), fixed("salt"))


sized = st.builds(filler, st.integers(0, 3_000_000), st.sampled_from([0, 100, 100_000, 200_000, 300_000]))


@given(st.lists(sized, max_size=25))
def test_batches_keep_every_record_in_order_within_the_limits(records: list[Record]) -> None:
    cut = list(batches(records))
    assert [record for batch in cut for record in batch] == records
    for batch in cut:
        times = [record.at_us for record in batch]
        size = sum(RECORD_OVERHEAD + len(record.body) for record in batch)
        assert len(batch) == 1 or size <= SEGMENT_TARGET_BYTES
        assert max(times) - min(times) <= SEGMENT_SPAN_US


@given(st.lists(st.lists(any_record, min_size=1, max_size=8), max_size=6))
def test_any_records_in_any_batching_come_back(segments: list[list[Record]]) -> None:
    one = writer()
    sealed = [one.seal(records) for records in segments]
    reader = EpochReader(read_head(one.head), DEK)
    for records, segment in zip(segments, sealed, strict=True):
        size = segment.header.size
        opened = reader.accept(segment.data[:size], segment.data[size:])
        assert list(opened.records) == records
        assert opened.chain == segment.chain
    assert reader.end == one.end


def test_segments_are_numbered_without_a_hole_and_flags_are_public() -> None:
    one = writer()
    first, second = one.seal([event_record(1)]), one.seal([events.gap(0, 5, "hidden")], SegmentFlag.FINAL)
    assert (first.header.index, second.header.index) == (0, 1)
    assert second.header.flags == SegmentFlag.FINAL | SegmentFlag.GAP
    assert parse_header(second.data) == second.header


def test_what_cannot_be_sealed_uses_nothing_up() -> None:
    one = writer()
    for records in ([], [Record(1, 99, 0, 0, 0, b"")]):
        with pytest.raises(ValueError, match=r"at least one|does not declare"):
            one.seal(records)
    assert one.seal([event_record(1)]).header.index == 0


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    one = writer()
    first, second = one.seal([event_record(1)]), one.seal([event_record(1)])
    assert first.data[first.header.size :] != second.data[second.header.size :]
