"""Exported pictures and voices decode to as many frames as were recorded, sizes changing on the way or not."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import av
import pytest

from recorder.errors import ExportUnavailableError
from recorder.frames import Codec, Frame
from recorder.mux import Muxed, mux
from recorder.records import Record
from tests.recorder.reels import STEP_US, interleaved, pictures, speech

SIZES = [(64, 48), (128, 96), (64, 48)]


def muxed(records: list[Record], tmp_path: Path) -> Muxed:
    return mux(lambda: records, tmp_path)


def decoded(path: Path | None) -> list[list[tuple[int, int, int]]]:
    """For each picture stream, `(width, height, ms)` of every frame a decoder gives back."""
    assert path is not None
    found = []
    with av.open(str(path)) as container:
        count = len(container.streams.video)
    for number in range(count):
        with av.open(str(path)) as container:
            frames = container.decode(video=number)
            found.append([(frame.width, frame.height, frame.pts or 0) for frame in frames])
    return found


@pytest.mark.parametrize(("codec", "suffix"), [(Codec.VP8, ".webm"), (Codec.H264, ".mkv")])
def test_every_frame_decodes_at_its_time_and_size(codec: Codec, suffix: str, tmp_path: Path) -> None:
    done = muxed(pictures(codec, SIZES), tmp_path)
    assert done.path is not None
    assert done.path.suffix == suffix
    (frames,) = decoded(done.path)
    wanted = [(w, h) for w, h in SIZES for _ in range(8)]
    assert [(w, h) for w, h, _ in frames] == wanted
    assert [ms for *_, ms in frames] == [n * STEP_US // 1000 for n in range(24)]
    assert [(track.written, track.skipped) for track in done.tracks] == [(24, 0)]


def test_voice_and_several_surfaces_stand_side_by_side(tmp_path: Path) -> None:
    records = interleaved(
        pictures(Codec.VP8, [(64, 48)], 10), pictures(Codec.VP8, [(96, 64)], 5, track=3), speech(25)
    )
    done = muxed(records, tmp_path)
    assert [len(frames) for frames in decoded(done.path)] == [10, 5]
    with av.open(str(done.path)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name in {"opus", "libopus"}
        assert (stream.codec_context.extradata or b"").startswith(b"OpusHead")
        assert sum(1 for _ in container.decode(audio=0)) == 25


def test_frames_before_the_first_key_frame_are_counted_not_written(tmp_path: Path) -> None:
    records = pictures(Codec.VP8, [(64, 48), (64, 48)], 6)[2:]
    done = muxed(records, tmp_path)
    assert [(track.written, track.skipped) for track in done.tracks] == [(6, 4)]
    assert [len(frames) for frames in decoded(done.path)] == [6]


def test_frames_at_one_time_keep_their_order(tmp_path: Path) -> None:
    records = [replace(record, at_us=5_000) for record in pictures(Codec.VP8, [(64, 48)], 6)]
    (frames,) = decoded(muxed(records, tmp_path).path)
    assert len({ms for *_, ms in frames}) == 6


def test_unknown_codecs_are_counted_and_nothing_is_written_for_nothing(tmp_path: Path) -> None:
    strange = replace(pictures(Codec.VP8, [(64, 48)], 1)[0], body=Frame(99, 64, 48, 0, b"x").pack())
    assert muxed([strange, strange], tmp_path) == Muxed(None, (), 2)
    assert list(tmp_path.iterdir()) == []


def test_what_no_player_should_decode_is_counted_not_written(tmp_path: Path) -> None:
    first, second, third = pictures(Codec.VP8, [(64, 48)], 3)
    bomb = replace(first, body=Frame(Codec.VP8, 16_384, 16_384, 0, b"x").pack())
    half = replace(first, body=b"\x01")
    done = muxed([bomb, first, half, second, bomb, third], tmp_path)
    assert done.unknown_codecs == 3
    assert [track.written for track in done.tracks] == [3]


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    records = pictures(Codec.VP8, [(64, 48)], 2)
    muxed(records, tmp_path)
    with pytest.raises(FileExistsError):
        muxed(records, tmp_path)


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = pictures(Codec.VP8, [(64, 48)], 2)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ExportUnavailableError, match="export"):
        muxed(records, tmp_path)
