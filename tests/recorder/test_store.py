"""Files are appended to and synced; a torn tail moves to a side file and no byte is lost on the way."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import pytest

from recorder.errors import UnreadableRecordingError
from recorder.store import (
    EpochFile,
    RealFiles,
    clear_unfinished,
    cut_tail,
    describe_piece,
    epoch_numbers,
    epoch_path,
    new_pieces,
    set_aside,
    torn_numbers,
)
from tests.recorder.disks import CountingFiles, SmallDisk, failing_at


def test_only_synced_bytes_are_durable(tmp_path: Path) -> None:
    file = EpochFile(tmp_path, 3, RealFiles())
    file.append(b"one")
    assert (file.written, file.durable) == (3, 0)
    file.sync()
    assert (file.written, file.durable) == (3, 3)
    assert epoch_path(tmp_path, 3).read_bytes() == b"one"
    assert epoch_path(tmp_path, 3).stat().st_mode & 0o777 == 0o600
    file.give_up()


def test_a_sync_with_nothing_new_asks_nothing_of_the_disk(tmp_path: Path) -> None:
    files = CountingFiles()
    file = EpochFile(tmp_path, 0, files)
    file.append(b"x")
    file.sync()
    file.sync()
    assert files.calls.count("fdatasync") == 1
    file.give_up()


def test_short_writes_are_continued_and_a_full_disk_is_told(tmp_path: Path) -> None:
    disk = SmallDisk(5)
    file = EpochFile(tmp_path, 0, disk)
    file.append(b"abc")
    with pytest.raises(OSError, match="No space") as caught:
        file.append(b"defgh")
    assert caught.value.errno == errno.ENOSPC
    assert epoch_path(tmp_path, 0).read_bytes() == b"abcde"
    file.give_up()


def test_a_file_given_up_is_never_touched_again(tmp_path: Path) -> None:
    files = failing_at(2)
    file = EpochFile(tmp_path, 0, files)
    with pytest.raises(OSError, match="Input/output"):
        file.append(b"abcd")
    file.give_up()
    file.give_up()
    with pytest.raises(OSError, match="given up"):
        file.append(b"x")
    with pytest.raises(OSError, match="given up"):
        file.sync()
    assert files.calls == ["create", "write"]


def test_an_epoch_is_never_written_twice(tmp_path: Path) -> None:
    EpochFile(tmp_path, 0, RealFiles()).give_up()
    with pytest.raises(FileExistsError):
        EpochFile(tmp_path, 0, RealFiles())


def test_a_tail_moves_to_a_side_file(tmp_path: Path) -> None:
    epoch_path(tmp_path, 0).write_bytes(b"goodtorn")
    files = CountingFiles()
    cut_tail(tmp_path, 0, 4, files)
    assert files.calls == ["create", "write", "fdatasync", "rename", "fsync_dir", "truncate"]
    assert epoch_path(tmp_path, 0).read_bytes() == b"good"
    assert (tmp_path / "torn-0000.bin").read_bytes() == b"torn"
    cut_tail(tmp_path, 0, 4, RealFiles())
    assert torn_numbers(tmp_path) == [0]


@pytest.mark.parametrize("number", range(1, 6))
def test_an_interrupted_cut_loses_nothing_and_can_be_done_again(number: int, tmp_path: Path) -> None:
    epoch_path(tmp_path, 0).write_bytes(b"goodtorn")
    with pytest.raises(OSError, match="Input/output"):
        cut_tail(tmp_path, 0, 4, failing_at(number))
    assert epoch_path(tmp_path, 0).read_bytes() == b"goodtorn"
    clear_unfinished(tmp_path, RealFiles())
    cut_tail(tmp_path, 0, 4, RealFiles())
    assert epoch_path(tmp_path, 0).read_bytes() == b"good"
    assert {(tmp_path / f"torn-{n:04d}.bin").read_bytes() for n in torn_numbers(tmp_path)} == {b"torn"}


def test_an_unfinished_epoch_is_set_aside_under_the_next_free_name(tmp_path: Path) -> None:
    (tmp_path / "torn-0004.bin").write_bytes(b"old")
    epoch_path(tmp_path, 1).write_bytes(b"head")
    set_aside(tmp_path, 1, RealFiles())
    assert epoch_numbers(tmp_path) == []
    assert (tmp_path / "torn-0005.bin").read_bytes() == b"head"
    piece = describe_piece(tmp_path / "torn-0005.bin")
    assert (piece.file, piece.size, piece.sha256) == ("torn-0005.bin", 4, hashlib.sha256(b"head").digest())
    assert new_pieces(tmp_path, {"torn-0004.bin"}) == (piece,)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("epoch-1.crec", "epoch-00001.crec", "notes.txt", "torn-0000.tmp"):
        (tmp_path / name).write_bytes(b"")
    clear_unfinished(tmp_path, RealFiles())
    assert epoch_numbers(tmp_path) == torn_numbers(tmp_path) == []
    assert (tmp_path / "notes.txt").exists()
    assert not (tmp_path / "torn-0000.tmp").exists()
    with pytest.raises(UnreadableRecordingError):
        epoch_numbers(tmp_path / "missing")
