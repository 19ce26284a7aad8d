from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from concierge.adapters.evidence_reader import RecorderReader, _packed, _thinned
from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.keeping import Asker, Keeping
from concierge.wire.replay import KEY, PICTURE, VOICE, unpack_frames
from recorder import reading, scan
from recorder.frames import Codec, Frame, picture
from recorder.records import EvidenceClass
from tests.services.desk import Desk, desk_in
from tests.services.exported import export_of, unstamped
from tests.services.tape import KEY_EVERY, Tape, flip, taped


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


async def key_of(desk: Desk, tape: Tape) -> tuple[WrappedKey, ...]:
    return await desk.tools.recordings.wrapped_keys(tape.recording)


async def test_the_script_says_what_happened_when(desk: Desk) -> None:
    tape = await taped(desk, 120)
    script = await desk.reader.script(tape.recording, await key_of(desk, tape))
    at_us = dict(zip((type(event).__name__ for event in script.events), script.at_us, strict=True))
    assert at_us["ChatSaid"] == tape.said_us
    assert (at_us["SurfaceHidden"], at_us["SurfaceUnhidden"]) == tape.hidden_us
    assert [(gap.from_us, gap.until_us) for gap in script.gaps] == [tape.hidden_us]
    picture, voice = script.tracks
    assert (picture.kind, picture.codec, picture.source) == ("picture", "VP8", tape.surface)
    assert (picture.width, picture.height) == (640, 360)
    assert picture.from_us == tape.at_us(0)
    assert tape.at_us(KEY_EVERY) in picture.keys_us
    assert (voice.kind, voice.codec, voice.keys_us) == ("voice", "opus", ())
    assert script.duration_us >= picture.until_us


async def test_pieces_put_together_are_the_whole_and_nothing_twice(desk: Desk) -> None:
    tape = await taped(desk, 60)
    wrapped = await key_of(desk, tape)

    async def frames(from_us: int, until_us: int) -> list[tuple[int, int, int, int]]:
        chunk = await desk.reader.media(tape.recording, wrapped, from_us, until_us, voice=True)
        return [(at_us, track, kind, flags) for at_us, track, kind, flags, *_ in unpack_frames(chunk)]

    pieces = [one for start in range(30) for one in await frames(start * 700_000, (start + 1) * 700_000)]
    whole = (
        await frames(0, 10_000_000)
        + await frames(10_000_000, 20_000_000)
        + await frames(20_000_000, 30_000_000)
    )
    assert pieces == whole
    pictures = [one for one in whole if one[2] == PICTURE]
    assert len(pictures) == 60 - 10
    assert pictures[0][3] & KEY
    assert [one for one in whole if one[2] == VOICE]
    assert await frames(10**12, 10**12 + 1) == []


async def test_a_piece_is_never_longer_than_the_limit(desk: Desk) -> None:
    tape = await taped(desk, 80, speak=False)
    chunk = await desk.reader.media(tape.recording, await key_of(desk, tape), 0, 10**12, voice=True)
    assert max(at_us for at_us, *_ in unpack_frames(chunk)) < limits.REPLAY_CHUNK_MAX_US


async def test_a_recording_is_read_once_to_be_opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = await taped(desk, 60)
    keys = await key_of(desk, tape)
    whole = (await desk.reader.verify(tape.recording)).segments
    seen: list[int] = []
    real = scan.read_segment

    def counted(file: BinaryIO) -> tuple[bytes, bytes] | None:
        found = real(file)
        seen.extend([len(found[1])] if found is not None else [])
        return found

    for module in (scan, reading):
        monkeypatch.setattr(module, "read_segment", counted)
    assert (await desk.reader.open(tape.recording, keys)).status == "ok"
    script = await desk.reader.script(tape.recording, keys)
    assert script.events
    assert len(seen) == whole


async def test_what_changed_on_disk_is_verified_anew(desk: Desk) -> None:
    tape = await taped(desk, 40)
    wrapped = await key_of(desk, tape)
    assert (await desk.reader.script(tape.recording, wrapped)).verification.status == "ok"
    flip(tape, 0.7)
    changed = await desk.reader.script(tape.recording, wrapped)
    assert changed.verification.status == "bad"
    until = changed.verification.until_us
    chunk = await desk.reader.media(tape.recording, wrapped, 0, 10_000_000, voice=True)
    assert max(at_us for at_us, *_ in unpack_frames(chunk)) <= until


async def test_another_key_opens_nothing(desk: Desk) -> None:
    tape = await taped(desk, 12)
    stranger = RecorderReader(tape.folder.parent, desk.key, type(desk.reader._ring)(b"x" * 32))
    wrapped = await key_of(desk, tape)
    script = await stranger.script(tape.recording, wrapped)
    assert (script.readable, script.events, script.tracks) == (False, (), ())
    for attempt in (
        stranger.media(tape.recording, wrapped, 0, 1, voice=True),
        stranger.export(tape.recording, wrapped, desk.folder / "out"),
        stranger.bundle(tape.recording, wrapped, export_of(tape.recording), unstamped),
    ):
        with pytest.raises(EvidenceUnavailable):
            await attempt
    assert list((desk.folder / "exports").iterdir()) == []


async def test_what_is_not_there_cannot_be_read(desk: Desk) -> None:
    nothing = RecordingId("rec_" + "z" * 26)
    for attempt in (desk.reader.verify(nothing), desk.reader.script(nothing, ())):
        with pytest.raises(EvidenceUnavailable):
            await attempt


async def test_a_reading_goes_with_the_class_that_was_erased_and_never_comes_back_by_old_keys(
    desk: Desk,
) -> None:
    tape = await taped(desk, 24)
    before = await key_of(desk, tape)
    other = RecorderReader(tape.folder.parent, desk.key, desk.reader._ring)
    for reader in (desk.reader, other):
        await reader.script(tape.recording, before)
        assert tape.recording in reader._kept
    keeping = Keeping(desk.tools, desk.database.custody, desk.vault)
    sara = Asker(Principal("Person", "per_" + "s" * 26, DeskRole.SUPERVISOR), "Sara Lind")
    await keeping.erase(sara, tape.recording, ["voice"], "The customer asked for it")
    assert tape.recording not in desk.reader._kept
    await desk.reader.script(tape.recording, before)
    assert tape.recording not in desk.reader._kept
    assert (await desk.reader.script(tape.recording, await key_of(desk, tape))).readable
    assert int(EvidenceClass.VOICE) not in cast(
        "dict[int, bytes]", desk.reader._kept[tape.recording].reading._dek
    )


async def test_a_reading_nobody_asks_for_is_dropped_also_where_another_process_erases(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = await taped(desk, 12)
    monkeypatch.setattr(limits, "REPLAY_READING_IDLE_MS", 1)
    dropped, drop = asyncio.Event(), desk.reader._drop

    def told(recording: RecordingId) -> None:
        drop(recording)
        dropped.set()

    monkeypatch.setattr(desk.reader, "_drop", told)
    await desk.reader.script(tape.recording, await key_of(desk, tape))
    async with asyncio.timeout(30):
        await dropped.wait()
    assert tape.recording not in desk.reader._kept


@pytest.mark.parametrize(("width", "height", "given"), [(16_384, 16_384, 0), (65_535, 1, 0), (1920, 1080, 1)])
def test_a_picture_that_no_decoder_should_be_given_is_not_sent(width: int, height: int, given: int) -> None:
    record = picture(7, 1, Frame(Codec.VP8, width, height, 0, b"pixels"), key=True)
    assert len(list(unpack_frames(_packed(record, voice=True)))) == given


def test_key_frames_are_thinned_evenly_and_keep_the_first() -> None:
    assert _thinned([]) == ()
    assert _thinned([5, 6, 7]) == (5, 6, 7)
    many = list(range(10 * limits.REPLAY_KEYS_MAX))
    thin = _thinned(many)
    assert (thin[0], thin[1], len(thin)) == (0, 10, limits.REPLAY_KEYS_MAX)
