"""Sources become tracks, dark times become gaps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from concierge.adapters.evidence_tracks import OpenRecording
from concierge.domain import events as ev
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.domain.reasons import EndReason, PauseReason
from concierge.services.media_port import EncodedFrame, SourceId
from recorder.frames import Codec, Frame
from recorder.records import EvidenceClass, Record, RecordType
from tests.services.desk import START_MS, FakeClock

SCREEN, VOICE = SourceId("sur_1"), SourceId("par_1")


def opened(clock: FakeClock | None = None, next_track: int = 1) -> OpenRecording:
    handle: Any = None
    return OpenRecording(handle, START_MS, clock or FakeClock(), next_track)


def vp8(width: int, height: int, *, key: bool) -> EncodedFrame:
    return EncodedFrame("VP8", 90_000, key, width, height, b"frame")


def test_a_surface_record_stands_before_the_first_frame_and_every_new_size() -> None:
    recording = opened()
    frames = [vp8(640, 360, key=True), vp8(0, 0, key=False), vp8(640, 360, key=True), vp8(800, 600, key=True)]
    kinds = [[record.type for record in recording.frame(SCREEN, frame)] for frame in frames]
    assert kinds == [
        [RecordType.CLOCK, RecordType.SURFACE, RecordType.FRAME],
        [RecordType.FRAME],
        [RecordType.FRAME],
        [RecordType.SURFACE, RecordType.FRAME],
    ]


def test_a_frame_is_kept_exactly_as_it_came() -> None:
    clock = FakeClock()
    recording = opened(clock)
    clock.now_ms += 1_234
    record = recording.frame(SCREEN, vp8(640, 360, key=True))[-1]
    assert Frame.unpack(record.body) == Frame(Codec.VP8, 640, 360, 90_000, b"frame")
    assert (record.at_us, record.is_key, record.cls) == (1_234_000, True, EvidenceClass.PICTURE)


@pytest.mark.parametrize(
    ("name", "codec"), [("VP8", Codec.VP8), ("VP9", Codec.VP9), ("H264", Codec.H264), ("AV1", Codec.AV1)]
)
def test_every_codec_of_the_registry_is_recorded_under_its_number(name: str, codec: Codec) -> None:
    frame = EncodedFrame(name, 90_000, True, 640, 360, b"frame")
    assert Frame.unpack(opened().frame(SCREEN, frame)[-1].body).codec == codec


def test_tracks_are_numbered_once_and_go_on_after_a_restart() -> None:
    recording = opened(next_track=7)
    assert [recording.track_of(source) for source in (SCREEN, VOICE, SCREEN)] == [7, 8, 7]


def test_a_voice_is_sealed_as_voice() -> None:
    _clock, surface, frame = opened().frame(VOICE, EncodedFrame("opus", 960, True, 0, 0, b"sound"))
    assert (surface.type, frame.type) == (RecordType.SURFACE, RecordType.AUDIO)
    assert {surface.cls, frame.cls} == {EvidenceClass.VOICE}


def samples(records: list[Record]) -> list[tuple[int, int, int]]:
    found = [(record.at_us, json.loads(record.body)) for record in records if record.type == RecordType.CLOCK]
    return [(at_us, fields["steady_ms"], fields["wall_ms"]) for at_us, fields in found]


def test_both_clocks_are_sampled_first_once_a_minute_and_at_every_step() -> None:
    """The wall clock jumps three days back and forth; order and times stay, the samples show it."""
    clock, days = FakeClock(), 3 * 24 * 3_600_000
    recording = opened(clock)
    taken = list(recording.frame(VOICE, EncodedFrame("opus", 960, True, 0, 0, b"sound")))
    for seconds, step in ((30, 0), (31, 0), (1, -days), (1, days), (60, 0)):
        clock.now_ms += seconds * 1000
        clock.offset_ms += step
        stepped = [ev.ClockStepped(seq=1, at_ms=clock.now_ms, by_ms=step)] if step else []
        taken += recording.records_of(stepped)
        taken += recording.frame(VOICE, EncodedFrame("opus", 960, True, 0, 0, b"sound"))
    assert [record.at_us for record in taken] == sorted(record.at_us for record in taken)
    assert [(at_us // 1_000_000, wall - steady) for at_us, steady, wall in samples(taken)] == [
        (0, 0),
        (61, 0),
        (62, -days),
        (63, 0),
        (123, 0),
    ]


def gaps(recording: OpenRecording, *events: ev.Event) -> list[tuple[int, int, str]]:
    found = [record for record in recording.records_of(events) if record.type == RecordType.GAP]
    fields = [json.loads(record.body) for record in found]
    return [(field["from_us"], field["until_us"], field["reason"]) for field in fields]


def test_a_hidden_screen_is_a_gap_when_it_is_shown_again_or_closed() -> None:
    surface = SurfaceId("sur_1")
    recording = opened()
    hidden = ev.SurfaceHidden(seq=1, at_ms=START_MS + 1_000, surface=surface)
    shown = ev.SurfaceUnhidden(seq=2, at_ms=START_MS + 4_000, surface=surface)
    assert gaps(recording, hidden) == []
    assert gaps(recording, shown) == [(1_000_000, 4_000_000, "hidden by the customer")]
    again = ev.SurfaceHidden(seq=3, at_ms=START_MS + 5_000, surface=surface)
    closed = ev.SurfaceClosed(seq=4, at_ms=START_MS + 6_000, surface=surface)
    assert gaps(recording, again, closed) == [(5_000_000, 6_000_000, "hidden by the customer")]
    assert gaps(recording, closed) == []


def test_a_pause_is_one_gap_however_many_reasons_it_had() -> None:
    recording = opened()
    first = ev.SessionPaused(seq=1, at_ms=START_MS + 1_000, reason=PauseReason.HOST_LOST)
    second = ev.SessionPaused(seq=2, at_ms=START_MS + 2_000, reason=PauseReason.CUSTOMER_LOST)
    resumed = ev.SessionResumed(seq=3, at_ms=START_MS + 9_000)
    assert gaps(recording, first, second, resumed) == [(1_000_000, 9_000_000, "the session was paused")]


def test_what_is_dark_at_the_end_is_a_gap_up_to_the_end() -> None:
    recording = opened()
    paused = ev.SessionPaused(seq=1, at_ms=START_MS + 1_000, reason=PauseReason.HOST_LEFT)
    ended = ev.SessionEnded(seq=2, at_ms=START_MS + 3_000, reason=EndReason.HOST_LEFT, by=None)
    assert [gap[:2] for gap in gaps(recording, paused, ended)] == [(1_000_000, 3_000_000)]


def test_chat_is_sealed_as_conversation_and_the_rest_as_control() -> None:
    recording = opened()
    said = ev.ChatSaid(seq=1, at_ms=START_MS, participant=ParticipantId("par_1"), text="hello")
    resumed = ev.SessionResumed(seq=2, at_ms=START_MS)
    classes = [record.cls for record in recording.records_of([said, resumed])[1:]]
    assert classes == [EvidenceClass.CONVERSATION, EvidenceClass.CONTROL]
