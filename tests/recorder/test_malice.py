"""Recordings made to hurt whoever reads them are refused within bounds: of memory, of time, and of what is opened."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from recorder.cli import EXIT_UNREADABLE, main
from recorder.errors import UnreadableRecordingError, VerificationError
from recorder.limits import MAX_SEGMENTS
from recorder.manifest import read_head
from recorder.reader import EpochReader
from recorder.reading import read_recording
from recorder.segment import parse_header
from recorder.store import epoch_path
from recorder.writer import ChainEnd, EpochWriter
from tests.recorder.studio import DEK, HEADER, PINNED, epochs, event_record, fixed, save, signer


def link(path: Path) -> None:
    path.symlink_to("/dev/zero")


FOREIGN: dict[str, Callable[[Path], None]] = {"a link": link, "a pipe": os.mkfifo, "a folder": Path.mkdir}


@pytest.mark.parametrize("name", ["epoch-0000.crec", "epoch-0001.crec", "torn-0000.bin", "erased-0000.json"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_plain_file_is_not_opened(kind: str, name: str, tmp_path: Path) -> None:
    directory = save(tmp_path / "rec", epochs(1))
    (directory / name).unlink(missing_ok=True)
    FOREIGN[kind](directory / name)
    with pytest.raises(UnreadableRecordingError):
        read_recording(directory)
    assert main(["verify", str(directory)]) == EXIT_UNREADABLE


def tiny(directory: Path, count: int) -> Path:
    """A closed recording of so many segments of one small record."""
    writer = EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), fixed("salt"))
    directory.mkdir()
    with epoch_path(directory, 0).open("wb") as file:
        file.write(writer.head)
        for seq in range(count):
            file.write(writer.seal([event_record(seq)]).data)
    return directory


def peak(directory: Path) -> int:
    tracemalloc.start()
    try:
        assert read_recording(directory, None, PINNED.public).verdict.fault is None
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_any_number_of_tiny_segments_takes_the_same_memory(tmp_path: Path, *, torture: bool) -> None:
    few, many = tiny(tmp_path / "few", 100), tiny(tmp_path / "many", 500_000 if torture else 1_500)
    assert peak(many) < peak(few) + 64 * 1024


def test_more_segments_than_a_recording_may_have_are_refused() -> None:
    after = ChainEnd(MAX_SEGMENTS - 1, fixed("chain"), 0)
    writer = EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), fixed("salt"), after=after)
    reader = EpochReader(read_head(writer.head))
    last, beyond = (writer.seal([event_record(seq)]).data for seq in range(2))
    size = parse_header(last).size
    assert reader.accept(last[:size], last[size:]).header.index == MAX_SEGMENTS - 1
    with pytest.raises(VerificationError, match=r"^more segments than a recording may have$"):
        reader.accept(beyond[:size], beyond[size:])


@pytest.mark.parametrize("size", [1 << 20, 1 << 32])
def test_a_file_of_holes_is_told_at_its_first_bytes(size: int, tmp_path: Path) -> None:
    directory = save(tmp_path / "rec", epochs(1, close=False))
    with epoch_path(directory, 0).open("ab") as file:
        file.truncate(size)
    verdict = read_recording(directory, None, PINNED.public).verdict
    assert (verdict.status, verdict.segments) == ("bad", 1)
