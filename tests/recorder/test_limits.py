"""The limits agree with one another: what a writer may write, a reader accepts."""

from __future__ import annotations

from recorder import limits
from recorder.envelope import TAG_BYTES
from recorder.manifest import Header, TornPiece, read_head
from recorder.reader import EpochReader
from recorder.records import RECORD_OVERHEAD
from recorder.writer import EpochWriter
from tests.recorder.studio import DEK, HEADER, PINNED, filler, fixed, signer


def test_the_largest_record_fits_a_part_and_comes_back() -> None:
    writer = EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), fixed("salt"))
    record = filler(0, limits.MAX_RECORD_BYTES)
    sealed = writer.seal([record])
    assert (
        sealed.header.parts[0][1]
        == limits.MAX_RECORD_BYTES + RECORD_OVERHEAD + TAG_BYTES
        <= limits.MAX_PART_BYTES
    )
    size = sealed.header.size
    opened = EpochReader(read_head(writer.head), DEK).accept(sealed.data[:size], sealed.data[size:])
    assert opened.records == (record,)


def test_the_largest_head_is_read() -> None:
    long = "x" * limits.MAX_ID_CHARS
    found = tuple(
        TornPiece(f"torn-{n:04d}.bin", limits.MAX_NUMBER, fixed(str(n))) for n in range(limits.MAX_FOUND)
    )
    header = Header(long, long, long, limits.MAX_NUMBER)
    one = signer(PINNED, long, limits.MAX_EPOCHS)
    writer = EpochWriter(header, DEK, one, fixed("salt"), epoch=limits.MAX_EPOCHS, found=found)
    assert read_head(writer.head).header.found == found


def test_a_stream_is_refused_only_after_it_had_time_to_be_written() -> None:
    assert limits.FLUSH_AFTER_US * 2 <= limits.MAX_UNSYNCED_US <= 1_000_000
    assert limits.FLUSH_AFTER_US <= limits.SEGMENT_SPAN_US <= 500_000
    assert limits.SEGMENT_TARGET_BYTES < limits.MAX_RECORD_BYTES < limits.MAX_QUEUE_BYTES
