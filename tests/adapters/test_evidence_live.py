"""Reading a recording while it is written: what it gives is what the whole reader finds, and a fault is not read over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from concierge.domain.errors import EvidenceUnavailable
from tests.services.desk import Desk, desk_in


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


async def test_what_was_followed_is_what_the_reader_of_the_whole_finds(desk: Desk) -> None:
    live, _, _ = await desk.sharing()
    recording = live.decided.recording
    keys = await desk.tools.recordings.wrapped_keys(recording)
    followed = await desk.live_reader.index(recording, keys, 0)
    script = await desk.live_reader.script(recording, keys)
    whole = await desk.reader.sealed(recording, keys)
    assert followed.index.segments == whole.segments[: len(followed.index.segments)]
    assert followed.index.keys == whole.keys
    assert script.events == (await desk.reader.script(recording, keys)).events[: len(script.events)]
    assert script.duration_us == followed.until_us


async def test_fewer_keys_are_another_reading(desk: Desk) -> None:
    live, _, _ = await desk.sharing()
    keys = await desk.tools.recordings.wrapped_keys(live.decided.recording)
    whole = await desk.live_reader.index(live.decided.recording, keys, 0)
    less = await desk.live_reader.index(live.decided.recording, keys[:2], 0)
    assert len(whole.index.keys) == len(keys)
    assert len(less.index.keys) == 2


async def test_what_was_altered_is_not_given(desk: Desk) -> None:
    live, _, _ = await desk.sharing()
    recording = live.decided.recording
    keys = await desk.tools.recordings.wrapped_keys(recording)
    file = desk.folder / "recordings" / recording / "epoch-0000.crec"
    held = bytearray(file.read_bytes())
    held[-10] ^= 1
    file.write_bytes(held)
    with pytest.raises(EvidenceUnavailable):
        await desk.live_reader.index(recording, keys, 0)
    desk.live_reader.forget(recording)
    with pytest.raises(EvidenceUnavailable):
        await desk.live_reader.script(recording, keys)


async def test_what_is_not_being_written_is_not_followed(desk: Desk) -> None:
    live, _, _ = await desk.sharing()
    keys = await desk.tools.recordings.wrapped_keys(live.decided.recording)
    await desk.tools.evidence.close(live.decided.recording, "{}")
    with pytest.raises(EvidenceUnavailable):
        await desk.live_reader.index(live.decided.recording, keys, 0)
