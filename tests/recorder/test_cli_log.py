"""The promises of `recorder log verify` and of `recorder verify --log`: one exit code for each thing that can be wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recorder import cli_log
from recorder.cli import EXIT_BAD, EXIT_UNREADABLE, main
from recorder.log.cosignature import cosign
from recorder.log.folder import CHECKPOINT, LEAVES
from recorder.log.note import NoteKey, SignatureKind, SignedNote
from tests.recorder.log.exports import export, head_leaf, leaf, plain, signed
from tests.recorder.log.keys import signing_key
from tests.recorder.log.test_receipt import receipt
from tests.recorder.studio import HEADER, PINNED, epochs, save

PIN = PINNED.public.hex()


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_a_whole_log_and_one_with_a_line_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, lines = export(tmp_path / "log", plain(20), 5), plain(20)
    assert run("log", "verify", log, "--trust", PIN) == cli_log.EXIT_GOOD
    assert run("log", "verify", log) == cli_log.EXIT_SIGNER_UNKNOWN
    assert "signer is unknown" in capsys.readouterr().out
    (log / LEAVES).write_bytes(b"".join(line + b"\n" for line in [*lines[:7], *lines[8:]]))
    assert run("log", "verify", log, "--trust", PIN) == cli_log.EXIT_LOG_BAD
    assert "BAD: leaf 8 to 8: the line was removed." in capsys.readouterr().out
    assert run("log", "verify", log, "--trust", PIN, "--json") == cli_log.EXIT_LOG_BAD
    assert json.loads(capsys.readouterr().out)["fault"]["line"] == 8
    assert run("log", "verify", tmp_path / "nothing", "--trust", PIN) == EXIT_UNREADABLE


def test_a_checkpoint_from_elsewhere_shows_a_rollback_and_a_declared_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, elsewhere = plain(20), tmp_path / "note"
    elsewhere.write_bytes(signed(lines).encode())
    log = export(tmp_path / "log", lines[:12])
    assert run("log", "verify", log, "--trust", PIN, "--checkpoint", elsewhere) == cli_log.EXIT_LOG_BAD
    assert "not declared" in capsys.readouterr().out
    said = leaf("LogRestored", "log", epoch="restored-9", operator="Kim", backup="Mo", kept=12, lost_until=20)
    log = export(tmp_path / "log", [*lines[:12], said], epoch="restored-9")
    assert run("log", "verify", log, "--trust", PIN, "--checkpoint", elsewhere) == cli_log.EXIT_DECLARED
    assert "Declared rollback: leaves 13 to 20 were lost; Kim restored Mo." in capsys.readouterr().out


def test_a_witness_that_was_asked_for(tmp_path: Path) -> None:
    log, witness = export(tmp_path / "log", plain(3)), signing_key(bytes(32))
    key = NoteKey("w.example/w", SignatureKind.COSIGNATURE, witness.public)
    asked = ("log", "verify", log, "--trust", PIN, "--witness", key.text())
    assert run(*asked) == cli_log.EXIT_NOT_WITNESSED
    note = SignedNote.parse((log / CHECKPOINT).read_bytes())
    (log / CHECKPOINT).write_bytes(note.with_signatures([cosign(note.text, key.name, witness, 9)]).encode())
    assert run(*asked) == cli_log.EXIT_GOOD


def test_recordings_held_against_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "recordings" / HEADER.recording_id
    save(directory, epochs(5))
    log = export(tmp_path / "log", [*plain(3), head_leaf("RecordingClosed", directory)])
    asked = ("verify", directory, "--trust", PIN, "--log", log)
    assert run(*asked) == 0
    assert run("log", "verify", log, "--trust", PIN, "--recordings", directory.parent) == 0
    shutil.rmtree(directory)
    save(directory, epochs(3, close=False))
    assert run(*asked) == cli_log.EXIT_NOT_AS_LOGGED
    assert "the tail was cut" in capsys.readouterr().out
    shutil.rmtree(directory)
    assert run(*asked) == cli_log.EXIT_NOT_AS_LOGGED
    assert "missing" in capsys.readouterr().err
    missing = run("log", "verify", log, "--trust", PIN, "--recordings", directory.parent)
    assert missing == cli_log.EXIT_NOT_AS_LOGGED
    assert f"recording {HEADER.recording_id}" in capsys.readouterr().out
    export(log, plain(3))
    assert run(*asked) == EXIT_UNREADABLE
    save(directory, epochs(5))
    assert run(*asked) == cli_log.EXIT_NOT_AS_LOGGED
    (log / LEAVES).write_bytes(b"")
    assert run(*asked) == EXIT_BAD


def test_a_recording_linked_to_another_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / HEADER.recording_id
    save(directory, epochs(2))
    log = export(tmp_path / "log", [head_leaf("RecordingClosed", directory, ticket="T-9")])
    assert run("verify", directory, "--trust", PIN, "--log", log) == cli_log.EXIT_NOT_AS_LOGGED
    assert "linked to ticket T-1001, the log says T-9" in capsys.readouterr().out


def test_a_recording_held_against_a_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory, file = tmp_path / HEADER.recording_id, tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt(directory)))
    asked = ("verify", directory, "--trust", PIN, "--receipt", file)
    assert run(*asked) == 0
    shutil.rmtree(directory)
    assert run(*asked) == cli_log.EXIT_NOT_AS_LOGGED
    assert "the receipt knows" in capsys.readouterr().err
    log = export(tmp_path / "log", plain(2))
    told = run("log", "verify", log, "--trust", PIN, "--receipt", file)
    assert told == cli_log.EXIT_LOG_BAD


def test_what_differs_from_log_and_receipt_is_in_the_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory, file = tmp_path / HEADER.recording_id, tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt(directory)))
    said = leaf("LogRestored", "log", epoch="restored-9", operator="Kim", backup="Mo", kept=1, lost_until=2)
    good = [*plain(1), said, head_leaf("RecordingClosed", directory)]
    log = export(tmp_path / "log", good, epoch="restored-9")
    asked = ("verify", directory, "--trust", PIN, "--json")
    assert run(*asked) == 0
    assert "not_as_logged" not in json.loads(capsys.readouterr().out)
    assert run(*asked, "--log", log) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["not_as_logged"], told["log_rollbacks"][0]["operator"]) == ([], "Kim")
    assert run(*asked[:-1], "--log", log) == 0
    assert "Declared rollback: leaves 2 to 2 were lost" in capsys.readouterr().out
    shutil.rmtree(directory)
    save(directory, epochs(2, close=False))
    for against in ("--log", log), ("--receipt", file):
        assert run(*asked, *against) == cli_log.EXIT_NOT_AS_LOGGED
        assert any("the tail was cut" in one for one in json.loads(capsys.readouterr().out)["not_as_logged"])
    shutil.rmtree(directory)
    assert run(*asked, "--log", log) == cli_log.EXIT_NOT_AS_LOGGED
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == cli_log.EXIT_NOT_AS_LOGGED
    assert "missing: the log knows" in told["not_as_logged"][0]
