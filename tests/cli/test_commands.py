"""Arguments, and what a script can tell from the exit code."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from concierge.adapters.state_folder import StateFolder
from concierge.cli import main
from concierge.config import SETTINGS


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for command in ("serve", "demo", "migrate", "doctor", "policy", "person"):
        assert command in text


def test_every_setting_is_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = capsys.readouterr().out
    for setting in SETTINGS:
        assert f"--{setting.replace('_', '-')} " in text


def test_a_missing_command_and_an_unknown_option_are_wrong_arguments() -> None:
    for arguments in ([], ["sing"], ["serve", "--prot", "1"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2


def test_a_bad_setting_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--data-dir", str(tmp_path), "--port", "0"]) == 2
    assert capsys.readouterr().err == "concierge: port: a number from 1 to 65535 is expected, not '0'\n"


def test_a_taken_port_is_said_plainly_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        arguments = ["serve", "--data-dir", str(tmp_path / "var"), "--host", "127.0.0.1", "--port", str(port)]
        assert main(arguments) == 3
    assert f"port {port} is taken" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_a_second_server_on_the_same_folder_refuses(
    tmp_path: Path, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with StateFolder(tmp_path):
        assert main(["serve", "--data-dir", str(tmp_path), "--port", str(free_port)]) == 4
    assert "already works with" in capsys.readouterr().err


def test_policies_that_do_not_hold_refuse_to_start(
    tmp_path: Path, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    arguments = [
        "--data-dir",
        str(tmp_path / "var"),
        "--port",
        str(free_port),
        "--policies-dir",
        str(policies),
    ]
    assert main(["serve", *arguments]) == 5
    assert capsys.readouterr().err.startswith("concierge: ")


def test_commands_speak_the_language_of_whoever_runs_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert "Den Broker betreiben." in capsys.readouterr().out
