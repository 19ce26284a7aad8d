"""Reading a directory: whole, by class, from a place, from an event on; and never what was not verified."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recorder import events
from recorder.errors import UnreadableRecordingError, VerificationError, WrongKeyError
from recorder.reading import read_recording
from recorder.records import EvidenceClass, RecordType
from recorder.verdict import Status
from tests.recorder.studio import DEK, HEADER, PINNED, epochs, fixed, installation, moment, save
from tests.recorder.zoo import flip, good


def test_all_records_come_back_in_order_over_all_epochs(tmp_path: Path) -> None:
    reading = read_recording(save(tmp_path / "rec", good()), DEK, PINNED.public)
    wanted = [record for number in range(6) for record in moment(number)]
    found = list(reading.records())
    assert [record for record in found if record.type not in {RecordType.GAP, RecordType.SUMMARY}] == wanted
    assert [record.type for record in found].count(RecordType.GAP) == 1
    assert found[-1].type is RecordType.SUMMARY
    assert reading.verdict.header == HEADER


def test_only_some_classes_or_none_without_a_key(tmp_path: Path) -> None:
    directory = save(tmp_path / "rec", good())
    voices = read_recording(directory, DEK, classes={EvidenceClass.VOICE})
    assert {record.cls for record in voices.records()} == {EvidenceClass.VOICE}
    assert list(read_recording(directory).records()) == []


@pytest.mark.parametrize("first", [0, 1, 3, 4, 5, 7, 8])
def test_records_from_a_segment_on(first: int, tmp_path: Path) -> None:
    reading = read_recording(save(tmp_path / "rec", good()), DEK)
    wanted = [place.header for place in reading.segments if place.header.index >= first]
    found = list(reading.records(first))
    assert all(record.at_us >= wanted[0].from_us for record in found) if wanted else found == []
    assert len({segment.index for segment in wanted}) == max(0, 8 - first)


def test_events_from_a_number_on(tmp_path: Path) -> None:
    reading = read_recording(save(tmp_path / "rec", epochs(4)), DEK)
    assert [fields["seq"] for _, fields in reading.events(2)] == [1000, 1001, 2, 1002, 3, 1003]
    assert [fields["text"] for _, fields in reading.events(1003)] == ["grüß dich"]


def test_seeking_goes_through_the_index(tmp_path: Path) -> None:
    reading = read_recording(save(tmp_path / "rec", good()), DEK)
    key = reading.index.key_frame_before(1, 900_000)
    assert key is not None
    assert key.at_us == 800_001
    assert next(iter(reading.records(key.segment))).at_us == 800_000
    assert reading.index.segment_at(2_000_000) == 6


def test_a_wrong_key_is_the_callers_fault_not_the_recordings(tmp_path: Path) -> None:
    directory = save(tmp_path / "rec", good())
    for wrong in (fixed("another"), DEK[:16]):
        with pytest.raises(WrongKeyError):
            read_recording(directory, wrong)


def test_a_foreign_head_is_bad_even_though_the_key_does_not_fit_it(tmp_path: Path) -> None:
    forged = epochs(2, key=installation("forger"), dek=fixed("another"))
    reading = read_recording(save(tmp_path / "rec", forged), DEK, PINNED.public)
    assert reading.verdict.status is Status.BAD
    assert list(reading.records()) == []


def test_a_file_changed_after_it_was_verified_is_never_shown(tmp_path: Path) -> None:
    directory = save(tmp_path / "rec", epochs(3))
    reading = read_recording(directory, DEK, PINNED.public)
    data = (directory / "epoch-0000.crec").read_bytes()
    (directory / "epoch-0000.crec").write_bytes(flip(data, reading.segments[1].offset + 100))
    records = reading.records()
    assert [next(records) for _ in moment(0)] == moment(0)
    with pytest.raises(VerificationError, match="changed"):
        next(records)
    (directory / "epoch-0000.crec").write_bytes(data[: reading.segments[1].offset])
    with pytest.raises(VerificationError, match="changed"):
        list(reading.records())


def test_an_event_that_is_no_json_is_refused_only_when_asked_for(tmp_path: Path) -> None:
    broken = replace(events.event(1_200_000, 9, {}), body=b"{")
    reading = read_recording(
        save(tmp_path / "rec", epochs(1, extra=[replace(broken, at_us=0)])), DEK, PINNED.public
    )
    assert reading.verdict.good
    assert len(list(reading.records())) == 6
    with pytest.raises(VerificationError, match="JSON"):
        list(reading.events())


@pytest.mark.parametrize("what", ["missing", "empty", "a file"])
def test_where_nothing_is_nothing_is_read(what: str, tmp_path: Path) -> None:
    directory = tmp_path / "rec"
    if what == "empty":
        directory.mkdir()
    elif what == "a file":
        directory.write_bytes(b"")
    with pytest.raises(UnreadableRecordingError):
        read_recording(directory)
