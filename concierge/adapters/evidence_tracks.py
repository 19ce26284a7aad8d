"""One open recording as the broker feeds it: events as records, sources as numbered tracks, hidden times as gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.event_codec import encode
from concierge.services.media_port import EncodedFrame, SourceId
from concierge.services.ports import Clock
from recorder import events as recorder_events
from recorder.errors import RecordingUnavailableError
from recorder.frames import Codec, Frame, picture, voice
from recorder.handle import RecordingHandle
from recorder.records import EvidenceClass, Record, RecordFlag, RecordType

_CODECS: Final = {
    "VP8": Codec.VP8,
    "VP9": Codec.VP9,
    "H264": Codec.H264,
    "AV1": Codec.AV1,
    "opus": Codec.OPUS,
}


class OpenRecording:
    """A recorder handle with what turns the broker's words into records. Times become microseconds since opening."""

    def __init__(self, handle: RecordingHandle, opened_ms: int, clock: Clock, next_track: int = 1) -> None:
        self.handle = handle
        self._opened_ms = opened_ms
        self._clock = clock
        self._next_track = next_track
        self._tracks: dict[SourceId, int] = {}
        self._sizes: dict[SourceId, tuple[int, int]] = {}
        self._dark: dict[str, int] = {}
        self._sampled_ms: int | None = None

    def now_us(self) -> int:
        """Return the time since the recording opened."""
        return self.at_us(self._clock.now())

    def at_us(self, at_ms: int) -> int:
        """Return a steady time as microseconds since the recording opened, never negative."""
        return max(0, at_ms - self._opened_ms) * 1000

    # --- events ---

    def records_of(self, events: Sequence[ev.Event]) -> list[Record]:
        """Return the records of several events, with a gap wherever a hidden or paused time ends."""
        stepped = any(isinstance(event, ev.ClockStepped) for event in events)
        records = self._clock_sample(again=stepped)
        for event in events:
            records.append(self._record_of(event))
            records.extend(self._gap_after(event))
        return records

    def _clock_sample(self, *, again: bool = False) -> list[Record]:
        """Return a sample of both clocks when the last is older than CLOCK_SAMPLE_MS, or one is wanted."""
        steady_ms = self._clock.now()
        if (
            not again
            and self._sampled_ms is not None
            and steady_ms - self._sampled_ms < limits.CLOCK_SAMPLE_MS
        ):
            return []
        self._sampled_ms = steady_ms
        return [recorder_events.clock(self.at_us(steady_ms), steady_ms, self._clock.wall())]

    def _record_of(self, event: ev.Event) -> Record:
        fields = encode(event)
        seq = fields.pop("seq")
        cls = EvidenceClass.CONVERSATION if event.conversation else EvidenceClass.CONTROL
        return recorder_events.event(self.at_us(event.at_ms), seq, fields, cls=cls)

    def _gap_after(self, event: ev.Event) -> list[Record]:
        match event:
            case ev.SurfaceHidden(surface=surface):
                self._dark.setdefault(f"hidden {surface}", event.at_ms)
            case ev.SurfaceUnhidden(surface=surface) | ev.SurfaceClosed(surface=surface):
                return self._light(f"hidden {surface}", event.at_ms)
            case ev.SessionPaused():
                self._dark.setdefault("paused", event.at_ms)
            case ev.SessionResumed():
                return self._light("paused", event.at_ms)
            case ev.SessionEnded():
                return [gap for dark in list(self._dark) for gap in self._light(dark, event.at_ms)]
            case _:
                pass
        return []

    def _light(self, dark: str, until_ms: int) -> list[Record]:
        since_ms = self._dark.pop(dark, None)
        if since_ms is None:
            return []
        reason = "the session was paused" if dark == "paused" else "hidden by the customer"
        return [recorder_events.gap(self.at_us(since_ms), self.at_us(until_ms), reason)]

    # --- frames ---

    def track_of(self, source: SourceId) -> int:
        """Return the number of a source's track; the first call makes one."""
        if source not in self._tracks:
            self._tracks[source] = self._next_track
            self._next_track += 1
        return self._tracks[source]

    def frame(self, source: SourceId, frame: EncodedFrame) -> list[Record]:
        """Return the records of a frame, with a surface record in front whenever the picture's size is new."""
        track, at_us = self.track_of(source), self.now_us()
        samples = self._clock_sample()
        body = Frame(_CODECS[frame.codec], frame.width, frame.height, frame.timestamp, frame.payload)
        if frame.codec == "opus":
            records = [voice(at_us, track, body)]
            size = (0, 0)
        else:
            records = [picture(at_us, track, body, key=frame.key)]
            size = (frame.width, frame.height) if frame.key else self._sizes.get(source, (0, 0))
        if self._sizes.get(source) != size:
            self._sizes[source] = size
            records.insert(0, _surface(at_us, track, source, frame.codec, size))
        return [*samples, *records]

    def missing(self, milliseconds: int, reason: str) -> Record:
        """Return the gap for frames that could not be repaired."""
        until_us = self.now_us()
        return recorder_events.gap(max(0, until_us - milliseconds * 1000), until_us, reason)


def _surface(at_us: int, track: int, source: SourceId, codec: str, size: tuple[int, int]) -> Record:
    """A SURFACE record says which source a track number stands for from here on, and its size in pixels."""
    cls = EvidenceClass.VOICE if codec == "opus" else EvidenceClass.PICTURE
    fields = {"codec": codec, "height": size[1], "source": source, "track": track, "width": size[0]}
    body = recorder_events.canonical(fields)
    return Record(RecordType.SURFACE, cls, at_us, track, RecordFlag.NONE, body)


class Sink:
    """FrameSink of one recording. Every refusal is EvidenceUnavailable, and then nothing is forwarded."""

    def __init__(self, recording: OpenRecording) -> None:
        self._recording = recording

    def arriving(self, source: SourceId) -> None:  # noqa: ARG002 - one recording, one queue for all sources
        """Refuse while what was taken is not durable within EVIDENCE_LAG_MAX_MS."""
        if self._recording.handle.lag_us() > limits.EVIDENCE_LAG_MAX_MS * 1000:
            raise EvidenceUnavailable("the recording does not keep up")

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        """Queue a frame."""
        try:
            for record in self._recording.frame(source, frame):
                self._recording.handle.enqueue(record)
        except RecordingUnavailableError as error:
            raise EvidenceUnavailable(str(error)) from None

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:  # noqa: ARG002 - as arriving
        """Queue a gap; when even that is refused, the pause that follows is the gap.

        What the plane held back was hidden or paused: the events that say so make that gap.
        """
        if reason == "held":
            return
        try:
            self._recording.handle.enqueue(self._recording.missing(milliseconds, reason))
        except RecordingUnavailableError as error:
            raise EvidenceUnavailable(str(error)) from None
