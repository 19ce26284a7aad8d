"""One server a data directory, and a lock that dies with its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from concierge.adapters.state_folder import StateFolder, StateFolderInUse, StateFolderUnusable

HOLD = """
import sys
from pathlib import Path
from concierge.adapters.state_folder import StateFolder
StateFolder(Path(sys.argv[1])).take()
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_second_server_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        with pytest.raises(StateFolderInUse, match=f"process {other.pid}"):
            StateFolder(tmp_path).take()
        other.kill()
        other.wait(10)
        with StateFolder(tmp_path):
            assert (tmp_path / "lock").read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_released_it_can_be_taken_again(tmp_path: Path) -> None:
    first = StateFolder(tmp_path)
    first.take()
    with pytest.raises(StateFolderInUse):
        StateFolder(tmp_path).take()
    first.release()
    with StateFolder(tmp_path) as second:
        assert second.recordings.is_dir()
        assert second.keys.stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(StateFolderUnusable, match="cannot be used"):
        StateFolder(tmp_path / "file" / "below").take()
