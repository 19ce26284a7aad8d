"""The command's exit codes are its promise: 0 for a good recording by a trusted signer, and for nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from recorder.cli import (
    EXIT_BAD,
    EXIT_EXPORT,
    EXIT_GOOD,
    EXIT_KEY,
    EXIT_OPEN,
    EXIT_RECOVERED,
    EXIT_SIGNER_UNKNOWN,
    EXIT_TORN,
    EXIT_UNREADABLE,
    EXIT_USAGE,
    main,
)
from recorder.records import EvidenceClass
from recorder.verdict import Status
from tests.recorder.studio import DEK, KEYS, PINNED, Epoch, epochs, fixed, installation, save
from tests.recorder.test_export import real
from tests.recorder.zoo import ZOO, Animal, good

PIN = PINNED.public.hex()
CODES = {Status.BAD: EXIT_BAD, Status.TORN: EXIT_TORN, Status.OPEN: EXIT_OPEN}


def run(*arguments: object) -> int:
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def future() -> list[Epoch]:
    made = epochs(1)
    made[0].head = made[0].head[:4] + b"\0\7" + made[0].head[6:]
    return made


@pytest.mark.parametrize(
    ("made", "arguments", "code"),
    [
        (epochs(2), ["--trust", PIN], EXIT_GOOD),
        (epochs(2), [], EXIT_SIGNER_UNKNOWN),
        (epochs(2, close=False), ["--trust", PIN], EXIT_OPEN),
        (good(), ["--trust", PIN], EXIT_RECOVERED),
        (epochs(2, key=installation("forger")), ["--trust", PIN], EXIT_BAD),
        (future(), ["--trust", PIN], EXIT_UNREADABLE),
        ([], ["--trust", PIN], EXIT_UNREADABLE),
        (epochs(2), ["--trust", "rubbish"], EXIT_KEY),
        (epochs(2), ["--what"], EXIT_USAGE),
    ],
)
def test_exit_codes(made: list[Epoch], arguments: list[str], code: int, tmp_path: Path) -> None:
    assert run("verify", save(tmp_path / "rec", made), *arguments) == code


@pytest.mark.parametrize("animal", ZOO, ids=lambda animal: animal.name)
def test_the_zoo_never_exits_with_0(animal: Animal, tmp_path: Path) -> None:
    assert run("verify", save(tmp_path / "rec", animal.make()), "--trust", PIN) == CODES[animal.status]


def test_a_verdict_in_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    animal = next(one for one in ZOO if one.name == "two segments swapped")
    run("verify", save(tmp_path / "rec", animal.make()), "--trust", PIN)
    said = capsys.readouterr().out
    assert said.startswith("BAD: The recording was altered.")
    assert "Segment 1, 0.0 s to 0.8 s: segment 2 stands where 1 belongs." in said
    assert "Recording rec_0001, ticket T-1001." in said


def test_a_verdict_in_json_with_a_pinned_pem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pin.pem").write_bytes(PINNED.public_pem())
    assert (
        run("verify", save(tmp_path / "rec", epochs(2)), "--trust", tmp_path / "pin.pem", "--json")
        == EXIT_GOOD
    )
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["signer"], said["good"], said["segments"]) == ("ok", "trusted", True, 3)


@pytest.mark.parametrize(
    "spelling", [DEK, DEK.hex().encode(), DEK.hex().encode() + b"\n"], ids=["raw", "hex", "line"]
)
def test_an_export_with_a_key_file(spelling: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(spelling)
    directory = real(tmp_path / "rec")
    code = run("export", directory, "--key-file", tmp_path / "key", "--out", tmp_path / "out", "--trust", PIN)
    assert code == EXIT_GOOD
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "events.jsonl",
        "recording.webm",
        "verdict.json",
    ]
    again = run(
        "export", directory, "--key-file", tmp_path / "key", "--out", tmp_path / "out", "--trust", PIN
    )
    assert again == EXIT_EXPORT


def test_a_key_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DEK.hex().encode())))
    assert (
        run("export", real(tmp_path / "rec"), "--key-file", "-", "--out", tmp_path / "out")
        == EXIT_SIGNER_UNKNOWN
    )
    assert (tmp_path / "out" / "recording.webm").exists()


def test_keys_by_class_export_what_they_open(tmp_path: Path) -> None:
    directory = save(tmp_path / "rec", epochs(2, dek=KEYS))
    some = {cls: KEYS[cls].hex() for cls in (EvidenceClass.CONTROL, EvidenceClass.PICTURE)}
    (tmp_path / "key").write_text(json.dumps(some), encoding="utf-8")
    arguments = ["--key-file", tmp_path / "key", "--out", tmp_path / "out", "--trust", PIN]
    assert run("export", directory, *arguments) == EXIT_GOOD
    told = [json.loads(line) for line in (tmp_path / "out" / "events.jsonl").read_text().splitlines()]
    assert {line["class"] for line in told} == {"control"}


REMARKS = {
    "good-generation-0": "generation 0, which was provisional",
    "recovered-a-declared-rollback": "Declared rollbacks: 1.",
    "good-one-class-erased": "Keys destroyed on purpose, and signed for: voice.",
    "erased-nothing-left": "ERASED: The recording was erased on purpose",
    "unreadable-a-newer-epoch-behind-a-good-one": "Segment 2, from 0.4 s on: written in generation 2",
}


@pytest.mark.parametrize("name", REMARKS)
def test_what_a_reader_must_know_besides(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    vectors = Path(__file__).parents[1] / "vectors"
    index = json.loads((vectors / "index.json").read_text(encoding="utf-8"))["vectors"]
    assert run("verify", vectors / name, "--trust", PIN) == index[name]["verdict"]["exit_code"]
    assert REMARKS[name] in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        fixed("another"),
        b"zz" * 32,
        b"{}x",
        b'{"7":"00"}',
        b'{"x":"' + b"00" * 32 + b'"}',
        b"{" * 4000,
    ],
)
def test_a_key_that_is_none_or_another_exports_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    directory = save(tmp_path / "rec", epochs(1))
    assert run("export", directory, "--key-file", tmp_path / "key", "--out", tmp_path / "out") == EXIT_KEY
    assert not (tmp_path / "out").exists()
    assert run("export", directory, "--key-file", tmp_path / "no", "--out", tmp_path / "out") == EXIT_KEY


def test_a_bad_recording_exports_its_good_prefix_and_says_so(tmp_path: Path) -> None:
    animal = next(one for one in ZOO if one.name == "a bit of a time flipped")
    (tmp_path / "key").write_bytes(DEK)
    directory = save(tmp_path / "rec", animal.make())
    code = run("export", directory, "--key-file", tmp_path / "key", "--out", tmp_path / "out", "--trust", PIN)
    assert code == EXIT_BAD
    assert len((tmp_path / "out" / "events.jsonl").read_text().splitlines()) == 4


def test_verifying_needs_no_more_than_cryptography(tmp_path: Path) -> None:
    """In a process where the picture library cannot be imported."""
    directory = save(tmp_path / "rec", epochs(2))
    script = (
        "import sys; sys.modules['av'] = None; from recorder.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "verify", str(directory), "--trust", PIN]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (EXIT_GOOD, b"")


def test_the_recorder_carries_its_own_catalogue() -> None:
    command = [sys.executable, "-m", "recorder", "--help"]
    german = subprocess.run(
        command,
        env={"LANGUAGE": "de"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=30,
    )
    assert "Aufzeichnungen prüfen und exportieren." in german.stdout
