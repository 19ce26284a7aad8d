from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from concierge.adapters.evidence_bundle import Bundles
from concierge.domain.ids import RecordingId
from recorder.installation import InstallationKey
from recorder.reading import read_recording
from tests.services.desk import Desk, desk_in
from tests.services.exported import export_of, unstamped
from tests.services.tape import taped


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


def test_only_the_broker_may_look_into_the_place(tmp_path: Path) -> None:
    bundles = Bundles(tmp_path / "exports", InstallationKey.generate())
    place = bundles.place("rec_1")
    assert (tmp_path / "exports").stat().st_mode & 0o077 == 0
    assert place.stat().st_mode & 0o077 == 0


def test_what_a_crash_left_is_swept_away_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    left = tmp_path / "exports" / "export-left"
    left.mkdir(parents=True)
    (left / "recording.webm").write_bytes(b"secret")
    bundles = Bundles(tmp_path / "exports", InstallationKey.generate())
    first, second = bundles.place("rec_1"), bundles.place("rec_1")
    assert not left.exists()
    assert first.is_dir()
    bundles.give_up(first)
    assert not first.exists()
    assert second.is_dir()
    bundles.give_up(first)


async def test_a_bundle_holds_everything_once(desk: Desk) -> None:
    tape = await taped(desk, 12)
    wrapped = await desk.tools.recordings.wrapped_keys(tape.recording)
    assert wrapped is not None
    bundle = await desk.reader.bundle(tape.recording, wrapped, export_of(tape.recording), unstamped)
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read("recording.webm")[:4] == b"\x1a\x45\xdf\xa3"
        lines = archive.read("events.jsonl").splitlines()
    assert len(lines) > 10
    assert [file.name for file in bundle.parent.rglob("*") if file.is_file()] == [bundle.name]
    await desk.reader.discard(bundle)
    await desk.reader.discard(bundle)
    assert not bundle.parent.exists()


def test_a_bundle_without_a_key_says_only_the_verdict(tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "vectors" / "good-closed"
    bundles = Bundles(tmp_path / "exports", InstallationKey.generate())
    place = bundles.place("rec_1")
    bundles.write(place, read_recording(folder), folder, export_of(RecordingId("rec_1")))
    bundle = bundles.pack(place, None)
    with zipfile.ZipFile(bundle) as archive:
        assert not {"recording.webm", "log/leaf.json", "statement.tsr"} & set(archive.namelist())
        assert json.loads(archive.read("statement.json"))["predicate"]["exported"]["why"] == "Court order"
        assert archive.read("events.jsonl") == b""
