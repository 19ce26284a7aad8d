"""A trial leaves nothing behind, whatever it meets."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.store import RealFiles
from recorder.trial import TRIAL_FILE, try_disk
from tests.recorder.disks import CountingFiles, SmallDisk, failing_at


def test_it_writes_durably_and_leaves_nothing(tmp_path: Path) -> None:
    disk = CountingFiles()
    try_disk(tmp_path, disk)
    assert disk.calls == ["create", "write", "fdatasync"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_disk_that_refuses_any_step_fails_it(tmp_path: Path, number: int) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        try_disk(tmp_path, failing_at(number))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_a_part_fails_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="only a part"):
        try_disk(tmp_path, SmallDisk(5))
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / TRIAL_FILE).write_bytes(b"half")
    try_disk(tmp_path, RealFiles())
    assert list(tmp_path.iterdir()) == []


def test_no_directory_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        try_disk(tmp_path / "gone", RealFiles())
