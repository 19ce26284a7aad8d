from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recorder.errors import VerificationError
from recorder.log.known import Known, chain_values, compare, known_recordings
from recorder.reading import read_recording
from recorder.verdict import Status
from tests.recorder.log.exports import head_leaf, leaf, plain
from tests.recorder.studio import HEADER, PINNED, epochs, save


def recorded(folder: Path, *counts: int, close: bool = True) -> Path:
    save(folder, epochs(*counts, close=close))
    return folder


def wrong(directory: Path, known: Known) -> list[str]:
    return compare(directory, read_recording(directory, None, PINNED.public).verdict, known)


def known_from(*lines: bytes) -> Known:
    return known_recordings(lines)[HEADER.recording_id]


def test_chain_values_are_those_that_were_verified(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "rec", 3, 2)
    verdict = read_recording(directory).verdict
    values = chain_values(directory, verdict.segments)
    assert len(values) == verdict.segments
    assert values[verdict.segments] == verdict.chain


def test_a_recording_as_the_log_knows_it(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "rec", 3, 2)
    lines = [
        *plain(2),
        *(head_leaf("RecordingReached", directory, number) for number in (1, 3, 5)),
        head_leaf("RecordingClosed", directory),
    ]
    known = known_from(*lines)
    assert (known.segments, known.closed_at) == (read_recording(directory).verdict.segments,) * 2
    assert wrong(directory, known) == []


def test_a_cut_tail_is_told(tmp_path: Path) -> None:
    whole, cut = recorded(tmp_path / "a", 5), recorded(tmp_path / "b", 3, close=False)
    known = known_from(head_leaf("RecordingReached", whole, 4))
    (told,) = wrong(cut, known)
    assert "the tail was cut: the log knows 4 segments, here are 3" in told
    assert wrong(recorded(tmp_path / "c", 4, close=False), known) == []


def test_what_goes_on_behind_its_end_is_told(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "a", 5)
    known = known_from(head_leaf("RecordingClosed", directory, 4))
    assert any("closed with 4 segments" in told for told in wrong(directory, known))


def test_another_ticket_session_or_bytes_are_told(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "a", 2)
    known = known_from(head_leaf("RecordingClosed", directory, ticket="T-9", session="ses_9"))
    told = " ".join(wrong(directory, known))
    assert "ticket T-1001, the log says T-9" in told
    assert "session ses_0001, the log says ses_9" in told
    other = known_from(head_leaf("RecordingClosed", directory))
    other.heads = {number: bytes(32) for number in other.heads}
    assert any("not the bytes" in sentence for sentence in wrong(directory, other))
    other.recording = "rec_9"
    assert any("this is recording rec_0001" in sentence for sentence in wrong(directory, other))


def test_an_erased_recording_is_known_as_such(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "a", 2)
    lines = (
        head_leaf("RecordingClosed", directory),
        leaf("RecordingErased", HEADER.recording_id, classes=["every"]),
    )
    assert known_from(*lines).erased


def test_a_tombstone_alone_is_as_logged_only_where_the_log_says_all_went(tmp_path: Path) -> None:
    directory = recorded(tmp_path / "a", 2)
    closed = head_leaf("RecordingClosed", directory)
    verdict = read_recording(directory, None, PINNED.public).verdict
    stone = replace(verdict, status=Status.ERASED, segments=0)
    some = known_from(closed, leaf("RecordingErased", HEADER.recording_id, classes=["voice"]))
    assert any("the tail was cut" in told for told in compare(directory, stone, some))
    whole = known_from(closed, leaf("RecordingErased", HEADER.recording_id, classes=["every"]))
    assert compare(directory, stone, whole) == []


@pytest.mark.parametrize("detail", [{"classes": ["voice"]}, {"classes": ["picture", "voice"]}, {}])
def test_an_erasure_of_some_classes_does_not_explain_a_missing_recording(
    tmp_path: Path, detail: dict[str, object]
) -> None:
    closed = head_leaf("RecordingClosed", recorded(tmp_path / "a", 2))
    some = leaf("RecordingErased", HEADER.recording_id, **detail)
    assert not known_from(closed, some).erased
    whole = leaf("RecordingErased", HEADER.recording_id, classes=["every"])
    assert known_from(closed, some, whole, some).erased


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"segments": "1", "chain": ""},
        {"segments": 1},
        {"segments": -1, "chain": "00" * 32},
        {"segments": 1, "chain": "zz"},
    ],
)
def test_a_head_that_says_nothing_is_refused(detail: dict[str, object]) -> None:
    with pytest.raises(VerificationError):
        known_recordings([leaf("RecordingReached", "rec_1", **detail)])
