from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from concierge.domain.custody import Cause, Erasure
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import EVERY
from recorder.reading import read_recording
from tests.services.desk import Desk, desk_in
from tests.services.tape import taped


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


def erasure(recording: RecordingId, *classes: str) -> Erasure:
    return Erasure(recording, classes or (EVERY,), Cause.ASKED, 1_800_000_000_123, "x", "y", "z")


async def test_a_tombstone_is_laid_once_signed_and_names_no_person(desk: Desk) -> None:
    tape = await taped(desk, 12)
    voice = erasure(tape.recording, "voice")
    for _ in range(2):
        await desk.vault.bury(voice)
    await desk.vault.bury(erasure(tape.recording))
    stones = sorted(file for file in tape.folder.iterdir() if file.name.startswith("erased"))
    assert [file.name for file in stones] == ["erased-0000.json", "erased-0001.json"]
    assert b'"reason":"request"' in stones[0].read_bytes()
    verdict = read_recording(tape.folder, None, desk.key.public).verdict
    assert (verdict.status.value, verdict.erased) == ("ok", tuple(range(1, 8)))


async def test_files_go_and_the_tombstone_stays_however_often(desk: Desk) -> None:
    tape = await taped(desk, 12)
    await desk.vault.bury(replace(erasure(tape.recording), cause=Cause.RETENTION))
    for _ in range(2):
        await desk.vault.remove(tape.recording)
        await desk.vault.forget(tape.recording)
    assert [file.name for file in tape.folder.iterdir()] == ["erased-0000.json"]
    await desk.vault.bury(erasure(tape.recording, "voice"))
    assert [file.name for file in tape.folder.iterdir()] == ["erased-0000.json"]
    nothing = RecordingId("rec_" + "z" * 26)
    await desk.vault.bury(erasure(nothing))
    await desk.vault.remove(nothing)
    assert not (desk.folder / "recordings" / nothing).exists()


async def test_what_cannot_be_written_or_deleted_is_told_and_tried_again(desk: Desk) -> None:
    tape = await taped(desk, 12)
    in_the_way = tape.folder / "erased-0000.new"
    in_the_way.mkdir()
    with pytest.raises(EvidenceUnavailable, match="tombstone cannot be written"):
        await desk.vault.bury(erasure(tape.recording))
    with pytest.raises(EvidenceUnavailable, match="recording cannot be deleted"):
        await desk.vault.remove(tape.recording)
    in_the_way.rmdir()
    await desk.vault.remove(tape.recording)
    assert not tape.folder.exists()
