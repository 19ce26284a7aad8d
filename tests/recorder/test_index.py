"""Seeking finds the segment of a time and the key frame before it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recorder.index import KeyFrame, SeekIndex
from recorder.records import EvidenceClass, Record, RecordFlag, RecordType


def frame(at_us: int, track: int, *, key: bool) -> Record:
    flags = RecordFlag.KEY if key else RecordFlag.NONE
    return Record(RecordType.FRAME, EvidenceClass.PICTURE, at_us, track, flags, b"")


@given(st.lists(st.tuples(st.integers(1, 500), st.booleans()), min_size=1, max_size=30), st.integers(0, 9000))
def test_it_agrees_with_looking_through_everything(steps: list[tuple[int, bool]], wanted: int) -> None:
    index, at_us = SeekIndex(), 0
    frames: list[tuple[int, int, bool]] = []
    for segment, (step, key) in enumerate(steps, start=7):
        at_us += step
        frames.append((segment, at_us, key))
        index.add(segment, at_us, [frame(at_us, 1, key=key)])
    assert index.segment_at(wanted) == next((segment for segment, at, _ in frames if at >= wanted), None)
    keys = [KeyFrame(at, segment) for segment, at, key in frames if key and at <= wanted]
    assert index.key_frame_before(1, wanted) == (keys[-1] if keys else None)


def test_tracks_are_kept_apart_and_voice_is_no_key_frame() -> None:
    index = SeekIndex()
    voice = Record(RecordType.AUDIO, EvidenceClass.VOICE, 3, 9, RecordFlag.KEY, b"")
    index.add(0, 10, [frame(5, 2, key=True), frame(6, 1, key=True), voice])
    assert index.tracks() == [1, 2]
    assert index.key_frame_before(2, 10) == KeyFrame(5, 0)
    assert index.key_frame_before(9, 10) is None
    assert SeekIndex().segment_at(0) is None
