"""An export holds what was verified: pictures, events a person can read, and the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from recorder import events
from recorder.export import event_lines, export_recording
from recorder.frames import Codec
from recorder.reading import read_recording
from recorder.records import EvidenceClass, Record, RecordType
from recorder.segment import SegmentFlag
from recorder.writer import EpochWriter, batches
from tests.recorder.reels import interleaved, pictures, speech
from tests.recorder.studio import DEK, PINNED, epochs, fixed, save, signer
from tests.recorder.studio import HEADER as HEADER_OF


def real(directory: Path) -> Path:
    """A recording with real pictures, voice and a chat line."""
    writer = EpochWriter(HEADER_OF, DEK, signer(PINNED, HEADER_OF.recording_id, 0), fixed("salt"))
    said = events.event(10, 1, {"text": "hello"}, cls=EvidenceClass.CONVERSATION)
    records = [said, *interleaved(pictures(Codec.VP8, [(64, 48), (96, 64)], 20), speech())]
    data = [writer.head, *(writer.seal(batch).data for batch in batches(records))]
    data.append(writer.seal([events.summary(2_000_000, {"end_reason": "done"})], SegmentFlag.FINAL).data)
    directory.mkdir()
    (directory / "epoch-0000.crec").write_bytes(b"".join(data))
    return directory


def test_an_export_decodes_to_every_frame_and_tells_every_event(tmp_path: Path) -> None:
    reading = read_recording(real(tmp_path / "rec"), DEK, PINNED.public)
    assert len(reading.segments) > 2
    done = export_recording(reading, tmp_path / "out" / "deep")
    assert done.path is not None
    with av.open(str(done.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 40
    lines = [json.loads(line) for line in (tmp_path / "out/deep/events.jsonl").read_text().splitlines()]
    assert [(line["type"], line["class"]) for line in lines] == [
        ("event", "conversation"),
        ("summary", "control"),
    ]
    assert lines[0]["body"] == {"seq": 1, "text": "hello"}
    assert json.loads((tmp_path / "out/deep/verdict.json").read_text())["good"] is True


def test_a_second_export_overwrites_nothing(tmp_path: Path) -> None:
    reading = read_recording(real(tmp_path / "rec"), DEK, PINNED.public)
    export_recording(reading, tmp_path / "out")
    with pytest.raises(FileExistsError):
        export_recording(reading, tmp_path / "out")


def test_withheld_classes_are_not_exported(tmp_path: Path) -> None:
    reading = read_recording(real(tmp_path / "rec"), DEK, PINNED.public, classes={EvidenceClass.CONTROL})
    assert export_recording(reading, tmp_path / "out").path is None
    assert len((tmp_path / "out/events.jsonl").read_text().splitlines()) == 1


def test_an_event_that_is_no_json_is_told_in_hex(tmp_path: Path) -> None:
    broken = Record(RecordType.EVENT, EvidenceClass.CONTROL, 0, 0, 0, b"{")
    reading = read_recording(save(tmp_path / "rec", epochs(1, extra=[broken])), DEK)
    assert b'{"at_us":0,"body":{"hex":"7b"},"class":"control","type":"event"}' in list(event_lines(reading))
