from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recorder.errors import UnreadableRecordingError, VerificationError
from recorder.log.folder import (
    CHECKPOINT,
    CHECKPOINTS,
    HASHES,
    LEAVES,
    Rollback,
    declared,
    fields_of,
    verify_log,
)
from tests.recorder.log.exports import export, leaf, plain, signed
from tests.recorder.studio import PINNED, installation

TRUST = PINNED.public
Lines = list[bytes]


def swap(lines: Lines) -> Lines:
    return [*lines[:7], lines[8], lines[7], *lines[9:]]


FAULTS: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "altered": (lambda lines: [*lines[:7], lines[7].replace(b"per", b"peu"), *lines[8:]], 8, "altered"),
    "removed": (lambda lines: [*lines[:7], *lines[8:]], 8, "the line was removed"),
    "three removed": (lambda lines: [*lines[:7], *lines[10:]], 8, "3 lines were removed"),
    "the first removed": (lambda lines: lines[1:], 1, "the line was removed"),
    "the last removed": (lambda lines: lines[:-1], 40, "removed"),
    "moved": (swap, 8, "another order"),
    "doubled": (lambda lines: [*lines[:8], *lines[7:]], 9, "put in"),
    "put in": (lambda lines: [*lines[:7], leaf("Forged", "x"), *lines[7:]], 8, "put in"),
    "put in at the end": (lambda lines: [*lines, leaf("Forged", "x")], 41, "put in"),
}


def test_a_whole_log_is_whole(tmp_path: Path) -> None:
    verdict = verify_log(export(tmp_path, plain(40), 0, 7, 40), TRUST)
    assert verdict.fault is None
    assert (verdict.signed, verdict.heads, verdict.checkpoint.size, verdict.rollbacks) == (True, 4, 40, ())
    assert verify_log(tmp_path, None).signed is False
    assert verify_log(export(tmp_path, []), TRUST).fault is None


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_done_to_a_line_is_named(tmp_path: Path, fault: str) -> None:
    change, line, reason = FAULTS[fault]
    lines = plain(40)
    export(tmp_path, lines, 10, 20)
    (tmp_path / LEAVES).write_bytes(b"".join(one + b"\n" for one in change(lines)))
    found = verify_log(tmp_path, TRUST).fault
    assert found is not None
    assert (found.line, reason in found.reason) == (line, True), found


@pytest.mark.parametrize("fault", FAULTS)
def test_with_the_hashes_forged_too_earlier_checkpoints_say_where(tmp_path: Path, fault: str) -> None:
    change, _line, _reason = FAULTS[fault]
    lines = plain(40)
    export(tmp_path / "whole", lines, 5, 20)
    export(tmp_path, change(lines))
    for name in (CHECKPOINT, CHECKPOINTS):
        (tmp_path / name).write_bytes((tmp_path / "whole" / name).read_bytes())
    found = verify_log(tmp_path, TRUST).fault
    assert found is not None
    begin, end = {
        "the first removed": (1, 5),
        "the last removed": (40, 40),
        "put in at the end": (21, 41),
    }.get(fault, (6, 20))
    assert (found.line, found.until) == (begin, end)


def test_a_log_signed_anew_does_not_lead_to_what_was_signed_before(tmp_path: Path) -> None:
    lines = plain(40)
    forked = [*lines[:7], leaf("Forged", "x"), *lines[8:]]
    found = verify_log(export(tmp_path, forked), TRUST, [signed(lines[:20])]).fault
    assert found is not None
    assert "forked" in found.reason
    found = verify_log(export(tmp_path, lines[:30]), TRUST, [signed(lines)]).fault
    assert found is not None
    assert (found.line, found.until, "rolled back" in found.reason) == (31, 40, True)


def test_a_declared_rollback_is_told_and_holds(tmp_path: Path) -> None:
    lines = plain(40)
    said = leaf(
        "LogRestored", "log", epoch="restored-9", operator="Kim", backup="Monday's", kept=25, lost_until=40
    )
    restored = [*lines[:25], said, *plain(3)]
    verdict = verify_log(
        export(tmp_path, restored, epoch="restored-9"), TRUST, [signed(lines), signed(lines[:25])]
    )
    assert verdict.fault is None
    assert verdict.rollbacks == (Rollback(26, "restored-9", "Kim", "Monday's", 25, 40),)
    found = verify_log(export(tmp_path, restored), TRUST).fault
    assert found is not None
    assert "do not fit" in found.reason
    undeclared = verify_log(export(tmp_path, lines[:25], epoch="restored-9"), TRUST).fault
    assert undeclared is not None


def test_only_what_a_rollback_lost_is_explained_by_it(tmp_path: Path) -> None:
    lines = plain(40)
    rollback = Rollback(26, "restored-9", "Kim", "b", 25, 40)
    checkpoint = verify_log(export(tmp_path, lines), TRUST).checkpoint
    assert declared(checkpoint, [rollback]) == rollback
    assert declared(verify_log(export(tmp_path, lines[:25]), TRUST).checkpoint, [rollback]) is None
    later = verify_log(export(tmp_path, [*lines, lines[0]], epoch="restored-9"), TRUST).checkpoint
    assert declared(later, [rollback]) is None


def test_another_signer_and_a_changed_head_are_refused(tmp_path: Path) -> None:
    export(tmp_path, plain(5))
    with pytest.raises(VerificationError):
        verify_log(tmp_path, installation("forger").public)
    head = tmp_path / CHECKPOINT
    head.write_bytes(head.read_bytes().replace(b"\n5\n", b"\n4\n"))
    with pytest.raises(VerificationError):
        verify_log(tmp_path, TRUST)


@pytest.mark.parametrize("name", [LEAVES, CHECKPOINT])
def test_what_is_not_there_cannot_be_judged(tmp_path: Path, name: str) -> None:
    (export(tmp_path, plain(3)) / name).unlink()
    with pytest.raises(UnreadableRecordingError):
        verify_log(tmp_path, TRUST)


def test_a_log_without_hashes_is_still_judged(tmp_path: Path) -> None:
    (export(tmp_path, plain(9)) / HASHES).unlink()
    assert verify_log(tmp_path, TRUST).fault is None


@pytest.mark.parametrize(
    "bad", [b"{}", b"[]", b"\xff", b'{"detail":"x"}', b"[" * 100_000, b'{"detail":7}', b"9" * 5000]
)
def test_what_is_no_leaf_is_refused(bad: bytes) -> None:
    with pytest.raises(VerificationError):
        fields_of(bad)


def test_bad_earlier_checkpoints_and_endless_lines_are_refused(tmp_path: Path) -> None:
    export(tmp_path, plain(3))
    for bad in (b"7\n", b"\xff\n", b'"x"\n', b"[" * 5000 + b"\n"):
        (tmp_path / CHECKPOINTS).write_bytes(bad)
        with pytest.raises(VerificationError):
            verify_log(tmp_path, TRUST)
    export(tmp_path, plain(3))
    for bad in (b"x" * (1024 * 1024 + 2) + b"\n", b"no end"):
        (tmp_path / LEAVES).write_bytes(bad)
        with pytest.raises(VerificationError):
            verify_log(tmp_path, TRUST)
