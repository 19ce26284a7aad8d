from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from recorder import cli_witness
from recorder.cli import main
from recorder.log.note import NoteKey
from tests.recorder.studio import PINNED

PIN = PINNED.public.hex()


def arguments(folder: Path, *more: object) -> list[str]:
    given = ["witness", folder, "--name", "w.example/w", "--log-key", PIN, *more]
    return [str(argument) for argument in given]


def test_a_witness_runs_alone_says_its_key_and_ends_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "recorder", *arguments(tmp_path / "w", "--port", 0)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"(http://127\.0\.0\.1:\d+); its key: (\S+)", said)
        assert found is not None, said
        with urllib.request.urlopen(found[1], timeout=10) as answer:  # noqa: S310 - our own witness
            assert found[2] in answer.read().decode()
        assert NoteKey.parse(found[2]).name == "w.example/w"
        assert main(arguments(tmp_path / "w", "--port", 0)) == cli_witness.EXIT_UNUSABLE
        process.terminate()
        assert process.wait(10) == cli_witness.EXIT_GOOD


def test_what_it_cannot_use_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(arguments(tmp_path / "file")) == cli_witness.EXIT_UNUSABLE
    assert main([*arguments(tmp_path / "a"), "--log-key", "rubbish"]) == cli_witness.EXIT_UNUSABLE
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(arguments(tmp_path / "b", "--port", port)) == cli_witness.EXIT_CANNOT_LISTEN
    assert capsys.readouterr().err.count("witness:") == 3
