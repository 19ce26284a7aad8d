from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.adapters.disk import MountedDisk


def test_a_disk_tells_its_size_and_what_may_still_be_written(tmp_path: Path) -> None:
    space = MountedDisk(tmp_path).space()
    assert space.total == shutil.disk_usage(tmp_path).total
    assert 0 <= space.free <= space.total


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        MountedDisk(tmp_path / "gone").space()
