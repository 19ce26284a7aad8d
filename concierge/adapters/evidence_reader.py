"""Reading recordings for replay, verification and export (port EvidenceReader), over the recorder's own reader.

A verified reading is kept for the next chunk of the same viewer as long as the files have not changed; the recorder
verifies again whatever it reads.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

from concierge.adapters.evidence import event_of
from concierge.adapters.evidence_bundle import Bundles
from concierge.adapters.evidence_keys import content_keys
from concierge.adapters.keys import Keyring, KeyUnavailable, KmsSilent
from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.events import Event
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.replay_port import Exported, Gap, Script, Track, Verification
from concierge.wire import replay as wire
from recorder.envelope import ContentKeys
from recorder.errors import RecorderError
from recorder.export import export_recording
from recorder.frames import Frame
from recorder.reading import Reading, read_recording
from recorder.records import EvidenceClass, Record, RecordType
from recorder.verdict import Verdict

_Stamp = tuple[tuple[str, int, int], ...]


class Sealed(EvidenceUnavailable):
    """A recording's key cannot be had; `why` is erased, kek_lost or kms_silent."""

    def __init__(self, why: str, words: str) -> None:
        super().__init__(words)
        self.why = why


class RecorderReader:
    """EvidenceReader over the directory of recordings."""

    def __init__(self, folder: Path, trust: bytes, ring: Keyring) -> None:
        self._folder = folder
        self._trust = trust
        self._ring = ring
        self._bundles = Bundles(folder.parent / "exports")
        self._kept: OrderedDict[RecordingId, tuple[_Stamp, Reading]] = OrderedDict()
        self._forgotten: dict[RecordingId, int] = {}

    async def verify(self, recording: RecordingId) -> Verification:
        """Check the whole chain without any content key."""
        reading = await asyncio.to_thread(self._read, recording, None)
        return _verification(reading.verdict)

    async def script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        """Verify and return what happened when."""
        return await asyncio.to_thread(self._script, recording, keys)

    async def media(
        self, recording: RecordingId, keys: Sequence[WrappedKey], from_us: int, until_us: int, *, voice: bool
    ) -> bytes:
        """Return a stretch of frames."""
        until_us = min(until_us, from_us + limits.REPLAY_CHUNK_MAX_US)
        return await asyncio.to_thread(self._media, recording, keys, from_us, until_us, voice=voice)

    async def export(self, recording: RecordingId, keys: Sequence[WrappedKey], folder: Path) -> Exported:
        """Write WebM and events into `folder`."""
        return await asyncio.to_thread(self._export, recording, keys, folder)

    async def bundle(self, recording: RecordingId, keys: Sequence[WrappedKey], about: str) -> Path:
        """Write WebM, events, verdict and `about` into one zip file."""
        place = await asyncio.to_thread(self._place, recording)
        try:
            return await asyncio.to_thread(self._bundle, recording, keys, about, place)
        except BaseException:
            self._bundles.give_up(place)
            raise

    async def discard(self, bundle: Path) -> None:
        """Delete a bundle."""
        await asyncio.to_thread(self._bundles.discard, bundle)

    async def forget(self, recording: RecordingId) -> None:
        """Drop every reading and export of a recording; one that is being made now is not kept either."""
        self._forgotten[recording] = self._forgotten.get(recording, 0) + 1
        self._kept.pop(recording, None)
        await asyncio.to_thread(self._bundles.forget, recording)

    # --- on a thread ---

    def _dek(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> ContentKeys:
        """Raises Sealed, in words that say why it cannot be played."""
        if not keys:
            raise Sealed("erased", "the recording's key was destroyed")
        try:
            return content_keys(self._ring.unwrap(recording, keys))
        except KmsSilent as error:
            raise Sealed("kms_silent", str(error)) from None
        except KeyUnavailable as error:
            raise Sealed("kek_lost", str(error)) from None

    def _read(self, recording: RecordingId, dek: ContentKeys | None) -> Reading:
        directory = self._folder / recording
        try:
            return read_recording(directory, dek, self._trust)
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the recording cannot be read: {error}") from None

    def _reading(self, recording: RecordingId, dek: ContentKeys | None) -> Reading:
        """Return a verified reading, the kept one when no file has changed since."""
        forgotten = self._forgotten.get(recording)
        stamp = (*_stamp(self._folder / recording), *_opened(dek))
        kept = self._kept.get(recording)
        if dek is not None and kept is not None and kept[0] == stamp:
            self._kept.move_to_end(recording)
            return kept[1]
        reading = self._read(recording, dek)
        if dek is not None and forgotten == self._forgotten.get(recording):
            self._kept[recording] = (stamp, reading)
            while len(self._kept) > limits.REPLAY_READINGS_KEPT:
                self._kept.popitem(last=False)
        return reading

    def _script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        dek, sealed = None, ""
        try:
            dek = self._dek(recording, keys)
        except Sealed as error:
            sealed = error.why
        reading = self._reading(recording, dek)
        records = list(_sparse(reading)) if dek is not None else []
        told: dict[int, tuple[Event, int]] = {}
        for record in records:
            if (event := event_of(record)) is not None:
                told.setdefault(event.seq, (event, record.at_us))
        return Script(
            verification=_verification(reading.verdict),
            readable=dek is not None,
            sealed=sealed,
            events=tuple(told[seq][0] for seq in sorted(told)),
            at_us=tuple(told[seq][1] for seq in sorted(told)),
            gaps=tuple(_gap(record) for record in records if record.type == RecordType.GAP),
            tracks=_tracks(records),
            duration_us=reading.verdict.until_us,
        )

    def _media(
        self, recording: RecordingId, keys: Sequence[WrappedKey], from_us: int, until_us: int, *, voice: bool
    ) -> bytes:
        dek = self._dek(recording, keys)
        reading = self._reading(recording, dek)
        segment = reading.index.segment_at(from_us)
        if segment is None:
            return b""
        chunk = bytearray()
        try:
            for record in reading.records(segment):
                if record.at_us >= until_us and record.type in {RecordType.FRAME, RecordType.AUDIO}:
                    break
                if from_us <= record.at_us < until_us:
                    chunk += _packed(record, voice=voice)
        except RecorderError as error:
            raise EvidenceUnavailable(str(error)) from None
        return bytes(chunk)

    def _place(self, recording: RecordingId) -> Path:
        try:
            return self._bundles.place(recording)
        except OSError as error:
            raise EvidenceUnavailable(f"the export failed: {error}") from None

    def _bundle(self, recording: RecordingId, keys: Sequence[WrappedKey], about: str, place: Path) -> Path:
        dek = self._dek(recording, keys)
        try:
            return self._bundles.make(place, self._read(recording, dek), about)
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the export failed: {error}") from None

    def _export(self, recording: RecordingId, keys: Sequence[WrappedKey], folder: Path) -> Exported:
        dek = self._dek(recording, keys)
        try:
            muxed = export_recording(self._read(recording, dek), folder)
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the export failed: {error}") from None
        return Exported(webm=muxed.path, events=folder / "events.jsonl")


def _stamp(directory: Path) -> _Stamp:
    try:
        files = sorted(directory.iterdir())
        return tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    except OSError as error:
        raise EvidenceUnavailable(f"the recording is not there: {error.strerror}") from None


def _opened(dek: ContentKeys | None) -> _Stamp:
    """What of a recording these keys open: another set of classes is another reading."""
    return () if dek is None or isinstance(dek, bytes) else tuple(("class", cls, 0) for cls in sorted(dek))


def _verification(verdict: Verdict) -> Verification:
    fault = verdict.fault
    return Verification(
        status=verdict.status.value,
        signer=verdict.signer.value,
        closed=verdict.closed,
        segments=verdict.segments,
        until_us=verdict.until_us,
        recoveries=verdict.recoveries,
        bad_segment=fault.segment if fault else None,
        fault=fault.reason if fault else "",
        fault_from_us=fault.from_us if fault else None,
        fault_until_us=fault.until_us if fault else None,
        installation=verdict.installation.hex() if verdict.installation else "",
    )


def _sparse(reading: Reading) -> Iterable[Record]:
    """Every record, the frames without their payload: what a script needs and no more memory than that."""
    for record in reading.records():
        if record.type in {RecordType.FRAME, RecordType.AUDIO}:
            yield Record(record.type, record.cls, record.at_us, record.track, record.flags, b"")
        else:
            yield record


def _gap(record: Record) -> Gap:
    fields = json.loads(record.body)
    return Gap(
        fields.get("from_us", record.at_us), fields.get("until_us", record.at_us), fields.get("reason", "")
    )


def _tracks(records: list[Record]) -> tuple[Track, ...]:
    """Put together what surface records say and which frames there are."""
    said: dict[int, dict[str, object]] = {}
    shown: dict[int, list[Record]] = {}
    for record in records:
        if record.type == RecordType.SURFACE:
            said[record.track] = json.loads(record.body)
        elif record.type in {RecordType.FRAME, RecordType.AUDIO}:
            shown.setdefault(record.track, []).append(record)
    tracks = []
    for number, fields in sorted(said.items()):
        frames = shown.get(number)
        if not frames:
            continue
        voice = frames[0].cls == EvidenceClass.VOICE
        tracks.append(
            Track(
                number=number,
                source=str(fields.get("source", "")),
                kind="voice" if voice else "picture",
                codec=str(fields.get("codec", "")),
                width=int(str(fields.get("width", 0))),
                height=int(str(fields.get("height", 0))),
                keys_us=() if voice else _thinned([record.at_us for record in frames if record.is_key]),
                from_us=frames[0].at_us,
                until_us=frames[-1].at_us,
            )
        )
    return tuple(tracks)


def _thinned(times: list[int]) -> tuple[int, ...]:
    """Return at most REPLAY_KEYS_MAX of the times, evenly and with the first: decoding may begin earlier than it must."""
    step = -(-len(times) // limits.REPLAY_KEYS_MAX)
    return tuple(times[:: max(1, step)])


def _packed(record: Record, *, voice: bool) -> bytes:
    if record.type == RecordType.FRAME:
        kind = wire.PICTURE
    elif record.type == RecordType.AUDIO and voice:
        kind = wire.VOICE
    else:
        return b""
    frame = Frame.unpack(record.body)
    flags = wire.KEY if record.is_key else 0
    return wire.pack_frame(
        record.at_us, record.track, kind, flags, int(frame.codec), frame.width, frame.height, frame.payload
    )
