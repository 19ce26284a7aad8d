from __future__ import annotations

import json
from pathlib import Path

import pytest

from recorder.errors import VerificationError
from recorder.log import merkle
from recorder.log.receipt import read_receipt, write_receipt
from tests.recorder.log.exports import AT_S, head_leaf, plain, signed
from tests.recorder.studio import HEADER, PINNED, epochs, installation, save


def receipt(folder: Path) -> dict[str, object]:
    save(folder, epochs(3))
    lines = [*plain(5), head_leaf("RecordingClosed", folder), *plain(4)]
    frontier = merkle.Frontier()
    hashes = dict(done for line in lines for done in frontier.add(merkle.leaf_hash(line)))
    spans = merkle.inclusion_spans(5, len(lines))
    proof = [merkle.join([hashes[key] for key in merkle.subtrees(span)]) for span in spans]
    return write_receipt(6, lines[5], proof, signed(lines).encode())


def test_a_receipt_holds_and_says_how_far_the_recording_reached(tmp_path: Path) -> None:
    found = read_receipt(json.dumps(receipt(tmp_path)).encode(), PINNED.public)
    assert (found.recording, found.number, found.at_s) == (HEADER.recording_id, 6, AT_S)
    assert (found.known.closed_at, found.known.ticket) == (4, HEADER.ticket_id)
    assert read_receipt(json.dumps(receipt(tmp_path / "again")).encode(), None).at_s is None


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "another"},
        {"number": 7},
        {"number": True},
        {"number": "6"},
        {"recording": "rec_2"},
        {"proof": []},
        {"proof": ["00"] * 4},
        {"proof": ["00" * 32] * 90},
        {"proof": 7},
        {"leaf": "{}"},
        {"checkpoint": "x"},
        {"checkpoint": None},
    ],
)
def test_a_changed_receipt_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(VerificationError):
        read_receipt(json.dumps(receipt(tmp_path) | changed).encode(), PINNED.public)


def test_another_installations_receipt_and_rubbish_are_refused(tmp_path: Path) -> None:
    good = json.dumps(receipt(tmp_path)).encode()
    with pytest.raises(VerificationError):
        read_receipt(good, installation("forger").public)
    for bad in (b"", b"[]", b"{}", b"[" * 100_000, b" " * 300_000, b"\xff"):
        with pytest.raises(VerificationError):
            read_receipt(bad, None)
