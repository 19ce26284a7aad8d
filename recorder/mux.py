"""From frame records to a file a player opens: encoded frames are copied, never decoded or encoded again.

WebM where every codec fits it, else Matroska. One stream a track. A change of size needs no new stream: VP8, VP9 and
H.264 key frames carry their own. Frames before a track's first key frame cannot be decoded and are counted as skipped.
PyAV is imported only here and only when asked for (the `export` extra).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recorder.errors import ExportUnavailableError, VerificationError
from recorder.frames import Codec, Frame
from recorder.records import Record, RecordType

if TYPE_CHECKING:
    from av.container import OutputContainer

_NAMES: Final = {Codec.VP8: "vp8", Codec.VP9: "vp9", Codec.AV1: "av1", Codec.H264: "h264", Codec.OPUS: "opus"}
_WEBM: Final = frozenset({Codec.VP8, Codec.VP9, Codec.AV1, Codec.OPUS})
_TIME_BASE: Final = Fraction(1, 1000)
_OPUS_RATE: Final = 48_000


@dataclass(slots=True)
class Track:
    """One stream of the export: `(record type, track number)`, its first key frame, and what was written of it."""

    kind: int
    number: int
    first: Frame
    written: int = 0
    skipped: int = 0
    last_ms: int = -1
    stream: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Muxed:
    """What was written: the file, None when there was nothing to see or hear, and its tracks."""

    path: Path | None
    tracks: tuple[Track, ...]
    unknown_codecs: int


def mux(records: Callable[[], Iterable[Record]], directory: Path, stem: str = "recording") -> Muxed:
    """Write all pictures and voices to `directory/stem.webm` (or `.mkv`).

    `records` is called twice: once to find the tracks, once to copy. Raises ExportUnavailableError when PyAV is not
    installed or refuses the frames, FileExistsError when the file is there already.
    """
    tracks, unknown = _find_tracks(records())
    if not tracks:
        return Muxed(None, (), unknown)
    try:
        import av
    except ImportError as error:
        raise ExportUnavailableError("writing pictures needs PyAV: install the `export` extra") from error
    webm = all(track.first.codec in _WEBM for track in tracks.values())
    path = directory / f"{stem}.{'webm' if webm else 'mkv'}"
    with path.open("xb") as file:
        try:
            with av.open(file, "w", format="webm" if webm else "matroska") as output:
                for track in tracks.values():
                    track.stream = _add_stream(output, track)
                _copy(records(), tracks, output)
        except av.FFmpegError as error:
            raise ExportUnavailableError("the frames fit no container") from error
    return Muxed(path, tuple(tracks.values()), unknown)


def _find_tracks(records: Iterable[Record]) -> tuple[dict[tuple[int, int], Track], int]:
    """The tracks that have a key frame, in order of appearance, and how many frames are unknown, malformed or too large."""
    tracks: dict[tuple[int, int], Track] = {}
    unknown = 0
    for record in records:
        if record.type not in {RecordType.FRAME, RecordType.AUDIO}:
            continue
        frame = _frame(record)
        if frame is None or frame.codec not in _NAMES:
            unknown += 1
        elif record.is_key:
            tracks.setdefault((record.type, record.track), Track(record.type, record.track, frame))
    return tracks, unknown


def _frame(record: Record) -> Frame | None:
    """The frame of a record; None when it is malformed, or a picture that no player should be asked to decode."""
    try:
        frame = Frame.unpack(record.body)
    except VerificationError:
        return None
    return frame if frame.presentable else None


def _add_stream(output: OutputContainer, track: Track) -> Any:
    codec = Codec(track.first.codec)
    if codec is Codec.OPUS:
        return output.add_stream_from_template(_opus_template())
    if codec is Codec.H264:
        return output.add_stream_from_template(_h264_template(track.first.payload))
    stream = output.add_mux_stream(_NAMES[codec], width=track.first.width, height=track.first.height)
    stream.time_base = _TIME_BASE
    return stream


def _opus_template() -> Any:
    """A stream with the OpusHead (RFC 7845, section 5.1) that players ask for, from a file that holds silence."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as output:
        stream = output.add_stream("libopus", rate=_OPUS_RATE, layout="stereo")
        silence = av.AudioFrame(format="s16", layout="stereo", samples=960)
        silence.sample_rate = _OPUS_RATE
        silence.planes[0].update(bytes(silence.planes[0].buffer_size))
        for packet in [*stream.encode(silence), *stream.encode(None)]:
            output.mux(packet)
    buffer.seek(0)
    return av.open(buffer).streams.audio[0]


def _h264_template(key_frame: bytes) -> Any:
    """A stream with the parameter sets that stand in front of a key frame (Annex B)."""
    import av

    return av.open(io.BytesIO(key_frame), format="h264").streams.video[0]


def _copy(records: Iterable[Record], tracks: dict[tuple[int, int], Track], output: OutputContainer) -> None:
    import av

    for record in records:
        track = tracks.get((record.type, record.track))
        if track is None:
            continue
        frame = _frame(record)
        if frame is None:
            continue
        if frame.codec != track.first.codec or (not track.written and not record.is_key) or not frame.payload:
            track.skipped += 1
            continue
        track.last_ms = max(track.last_ms + 1, record.at_us // 1000)
        packet = av.Packet(frame.payload)
        packet.stream = track.stream
        packet.time_base = _TIME_BASE
        packet.pts = packet.dts = track.last_ms
        packet.is_keyframe = record.is_key
        output.mux(packet)
        track.written += 1
