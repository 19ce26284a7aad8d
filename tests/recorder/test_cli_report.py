from __future__ import annotations

from pathlib import Path

import pytest

from recorder import cli_report
from recorder.cli import main
from recorder.log import report_files
from tests.recorder.log.test_report import KEY, document
from tests.recorder.log.test_report_files import document as looks


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A report in its three forms, and the key."""
    whole = {**looks(), **document(2, 20), "labels": {}, "verdicts": {}}
    for name, make in (
        ("json", report_files.as_json),
        ("csv", report_files.as_csv),
        ("html", report_files.as_html),
    ):
        (tmp_path / f"report.{name}").write_bytes(make(whole))
    (tmp_path / "key.pem").write_bytes(KEY.public_pem())
    return tmp_path


def check(files: Path, name: str, *more: str) -> int:
    return main(["log", "verify-report", str(files / name), "--trust", str(files / "key.pem"), *more])


def test_all_three_hold(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [check(files, "report.json"), check(files, "report.html")] == [cli_report.EXIT_GOOD] * 2
    assert check(files, "report.csv", "--with", str(files / "report.json")) == cli_report.EXIT_GOOD
    assert "none is missing" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["report.html", "report.csv"])
def test_a_row_taken_out_of_what_people_see_is_noticed(
    files: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (files / name).read_bytes().splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if b"SignInFailed" in line and len(line) < 1000)
    (files / name).write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
    assert check(files, name, "--with", str(files / "report.json")) == cli_report.EXIT_REPORT_BAD
    assert "altered" in capsys.readouterr().err


def test_without_a_key_or_with_no_proof_it_does_not_say_yes(files: Path) -> None:
    assert main(["log", "verify-report", str(files / "report.json")]) == cli_report.EXIT_SIGNER_UNKNOWN
    assert check(files, "report.csv") == cli_report.EXIT_REPORT_BAD
    assert check(files, "key.pem") == cli_report.EXIT_REPORT_BAD
