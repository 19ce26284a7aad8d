"""What a witness cosigns and what it refuses, status by status as tlog-witness says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import pytest

from recorder.errors import RecorderError, VerificationError
from recorder.log import merkle
from recorder.log.checkpoint import Checkpoint, origin_of, sign_checkpoint
from recorder.log.cosignature import check_cosignature
from recorder.log.note import NoteSignature, SignedNote
from recorder.log.witness import LogWitness, Request, WitnessRefusedError
from tests.recorder.log.exports import AT_S, leaf, plain, signed
from tests.recorder.log.keys import signing_key
from tests.recorder.studio import PINNED, installation

LINES = plain(40)


def witness(folder: Path) -> LogWitness:
    key = signing_key(bytes(32))
    return LogWitness(folder, "w.example/w", key, [PINNED.public], clock=lambda: AT_S + 0.5)


def asked(
    lines: Sequence[bytes], old: int, epoch: str = "", proof_of: Sequence[bytes] | None = None
) -> bytes:
    frontier = merkle.Frontier()
    from_lines = lines if proof_of is None else proof_of
    hashes = dict(done for line in from_lines for done in frontier.add(merkle.leaf_hash(line)))
    spans = merkle.consistency_spans(old, len(lines)) if old <= len(lines) else []
    proof = tuple(merkle.join([hashes[key] for key in merkle.subtrees(span)]) for span in spans)
    return Request(old, proof, signed(lines, epoch)).encode()


def refused(one: LogWitness, raw: bytes) -> WitnessRefusedError:
    before = one.held(origin_of(PINNED.public))
    with pytest.raises(WitnessRefusedError) as caught:
        one.add_checkpoint(raw)
    assert one.held(origin_of(PINNED.public)) == before
    return caught.value


def test_what_goes_on_is_cosigned_and_remembered(tmp_path: Path) -> None:
    one = witness(tmp_path)
    for old, new in ((0, 0), (0, 7), (7, 7), (7, 12), (12, 40)):
        line = one.add_checkpoint(asked(LINES[:new], old))
        note = signed(LINES[:new]).with_signatures([NoteSignature.parse(line.rstrip("\n"))])
        assert check_cosignature(note, one.key) == AT_S
    (held,) = witness(tmp_path).held(origin_of(PINNED.public))
    assert SignedNote.parse(held.encode()).text == signed(LINES).text
    again = refused(witness(tmp_path), asked(LINES, 0))
    assert (again.status, again.body, again.kind) == (HTTPStatus.CONFLICT, "40\n", "text/x.tlog.size")


def test_rollbacks_and_forks_are_refused_in_words(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(asked(LINES[:20], 0))
    rolled = refused(one, asked(LINES[:12], 20))
    assert (rolled.status, "larger" in str(rolled)) == (HTTPStatus.BAD_REQUEST, True)
    assert refused(one, asked(LINES[:12], 12)).body == "20\n"
    forked = [*LINES[:3], leaf("Forged", "x"), *LINES[4:]]
    same = refused(one, asked(forked[:20], 20))
    assert (same.status, "fork" in str(same)) == (HTTPStatus.CONFLICT, True)
    for proof_of in (forked, LINES):
        later = refused(one, asked(forked, 20, proof_of=proof_of))
        assert (later.status, "fork" in str(later)) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    one.add_checkpoint(asked(LINES, 20))


def test_strangers_are_refused(tmp_path: Path) -> None:
    one = witness(tmp_path)
    stranger = installation("stranger")
    foreign = Request(0, (), signed(LINES, key=stranger)).encode()
    assert refused(one, foreign).status is HTTPStatus.NOT_FOUND
    head = Checkpoint(origin_of(PINNED.public), 1, bytes(32))
    forged = Request(0, (), sign_checkpoint(head, stranger, AT_S)).encode()
    assert refused(one, forged).status is HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 0",
        b"old -1\n\nx",
        b"old 01\n\nx",
        b"new 0\n\nx",
        b"old 0\nAAAA\n\nx",
        b"old 0\nno base64\n\nx",
        b"old 0\n" + b"A\n" * 70 + b"\nx",
        b"old 0\n\nno note",
        b"x" * 200_000,
    ],
)
def test_bad_requests_are_refused(tmp_path: Path, raw: bytes) -> None:
    assert refused(witness(tmp_path), raw).status is HTTPStatus.BAD_REQUEST
    with pytest.raises(VerificationError):
        Request.parse(raw)


def test_a_restored_log_goes_on_and_the_one_before_is_over(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(asked(LINES, 0))
    restored = [*LINES[:25], leaf("LogRestored", "log")]
    one.add_checkpoint(asked(restored, 0, "restored-1790000000"))
    over = refused(one, asked([*LINES, leaf("More", "x")], 40))
    assert (over.status, "goes on as" in str(over)) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert refused(one, asked(restored, 0, "restored-1789999999")).status is HTTPStatus.UNPROCESSABLE_ENTITY
    assert refused(one, asked(restored, 0, "whatever")).status is HTTPStatus.BAD_REQUEST
    assert len(one.held(origin_of(PINNED.public))) == 2
    assert one.held("concierge") == one.held("") == []


@pytest.mark.parametrize("memory", ["", "[]", '{"a": 7}', "\udcff"])
def test_a_witness_that_lost_its_memory_does_not_begin_anew(tmp_path: Path, memory: str) -> None:
    (tmp_path / "witness.json").write_bytes(memory.encode("utf-8", "surrogateescape"))
    with pytest.raises(RecorderError):
        witness(tmp_path)


def test_what_cannot_be_kept_is_not_cosigned(tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(asked(LINES[:5], 0))
    (tmp_path / "witness.json.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        one.add_checkpoint(asked(LINES[:9], 5))
    (held,) = one.held(origin_of(PINNED.public))
    assert "\n5\n" in held
    assert json.loads((tmp_path / "witness.json").read_text()) == {origin_of(PINNED.public): held}
