"""Reading recordings for replay, verification and export (port EvidenceReader), over the recorder's own reader.

A recording is read once to be opened: verified, indexed and told in one pass. That is kept for the next piece of the
same viewer as long as the files have not changed; the recorder verifies again whatever it reads for a piece.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from concierge.adapters.evidence import event_of
from concierge.adapters.evidence_bundle import Bundles
from concierge.adapters.evidence_keys import content_keys
from concierge.adapters.evidence_sealed import sealed_file, sealed_index
from concierge.adapters.keys import Keyring, KeyUnavailable, KmsSilent
from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.events import Event
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.export_port import Export, Stamp
from concierge.services.replay_port import Exported, Gap, Script, Track, Verification
from concierge.services.sealed_port import SealedIndex
from concierge.wire import replay as wire
from recorder.envelope import ContentKeys
from recorder.errors import RecorderError
from recorder.export import export_recording
from recorder.frames import Frame
from recorder.installation import InstallationKey
from recorder.reading import Look, Reading, read_recording
from recorder.records import EvidenceClass, Record, RecordType
from recorder.verdict import Verdict

_Stamp = tuple[tuple[str, int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """What one pass over a recording found, and how its files looked before."""

    stamp: _Stamp
    reading: Reading
    script: Script


class Sealed(EvidenceUnavailable):
    """A recording's key cannot be had; `why` is erased, kek_lost or kms_silent."""

    def __init__(self, why: str, words: str) -> None:
        super().__init__(words)
        self.why = why


class RecorderReader:
    """EvidenceReader over the directory of recordings."""

    def __init__(self, folder: Path, key: InstallationKey, ring: Keyring) -> None:
        self._folder = folder
        self._trust = key.public
        self._ring = ring
        self._bundles = Bundles(folder.parent / "exports", key)
        self._kept: OrderedDict[RecordingId, _Opened] = OrderedDict()
        self._forgotten: dict[RecordingId, int] = {}
        self._timers: dict[RecordingId, asyncio.TimerHandle] = {}

    async def verify(self, recording: RecordingId) -> Verification:
        """Check the whole chain without any content key."""
        reading = await asyncio.to_thread(self._read, recording, None)
        return _verification(reading.verdict)

    async def open(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Verification:
        """Verify, and read for `script` and `media` in the same pass where the keys open it."""
        try:
            return (await self.script(recording, keys)).verification
        except EvidenceUnavailable:
            return await self.verify(recording)

    async def script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        """Verify and return what happened when."""
        try:
            return await asyncio.to_thread(self._script, recording, keys)
        finally:
            self._expire(recording)

    async def media(
        self, recording: RecordingId, keys: Sequence[WrappedKey], from_us: int, until_us: int, *, voice: bool
    ) -> bytes:
        """Return a stretch of frames."""
        until_us = min(until_us, from_us + limits.REPLAY_CHUNK_MAX_US)
        try:
            return await asyncio.to_thread(self._media, recording, keys, from_us, until_us, voice=voice)
        finally:
            self._expire(recording)

    async def sealed(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> SealedIndex:
        """Return where its segments lie, and what opens them."""
        try:
            return await asyncio.to_thread(self._sealed, recording, keys)
        finally:
            self._expire(recording)

    async def sealed_file(self, recording: RecordingId, name: str) -> Path | None:
        """Return where a file of it lies."""
        return await asyncio.to_thread(sealed_file, self._folder / recording, name)

    async def export(self, recording: RecordingId, keys: Sequence[WrappedKey], folder: Path) -> Exported:
        """Write WebM and events into `folder`."""
        return await asyncio.to_thread(self._export, recording, keys, folder)

    async def bundle(
        self, recording: RecordingId, keys: Sequence[WrappedKey], export: Export, stamp: Stamp
    ) -> Path:
        """Write WebM, events, verdict, README, proofs and what signs for them into one zip file."""
        place = await asyncio.to_thread(self._place, recording)
        try:
            signature = await asyncio.to_thread(self._bundle, recording, keys, export, place)
            return await asyncio.to_thread(self._pack, place, await stamp(signature))
        except BaseException:  # also a reader who went away: what is half made is nobody's
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

    def _expire(self, recording: RecordingId) -> None:
        """A reading holds keys: one that nobody asks for is dropped, also when another process erases the recording."""
        if (timer := self._timers.pop(recording, None)) is not None:
            timer.cancel()
        if recording in self._kept:
            wait_s = limits.REPLAY_READING_IDLE_MS / 1000
            self._timers[recording] = asyncio.get_running_loop().call_later(wait_s, self._drop, recording)

    def _drop(self, recording: RecordingId) -> None:
        self._timers.pop(recording, None)
        self._kept.pop(recording, None)

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

    def _read(self, recording: RecordingId, dek: ContentKeys | None, look: Look | None = None) -> Reading:
        directory = self._folder / recording
        try:
            return read_recording(directory, dek, self._trust, look=look)
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the recording cannot be read: {error}") from None

    def _opened(self, recording: RecordingId, dek: ContentKeys) -> _Opened:
        """Return what one pass finds, the kept one when neither a file nor the set of keys has changed since."""
        forgotten = self._forgotten.get(recording)
        stamp = (*_stamp(self._folder / recording), *_classes(dek))
        kept = self._kept.get(recording)
        if kept is not None and kept.stamp == stamp:
            self._kept.move_to_end(recording)
            return kept
        seen: list[list[Record]] = []
        reading = self._read(recording, dek, lambda records: seen.append([sparse(one) for one in records]))
        believed = seen[: reading.verdict.segments] if reading.opens else []
        script = _script_of(reading.verdict, [record for segment in believed for record in segment])
        opened = _Opened(stamp, reading, script)
        # Whoever asked before an erasure may read after it, with keys that were to be gone: that is not kept.
        buried = set(reading.verdict.erased) & _opened_by(dek)
        if forgotten == self._forgotten.get(recording) and not buried:
            self._kept[recording] = opened
            while len(self._kept) > limits.REPLAY_READINGS_KEPT:
                self._kept.popitem(last=False)
        return opened

    def _script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        try:
            dek = self._dek(recording, keys)
        except Sealed as error:
            verdict = self._read(recording, None).verdict
            return replace(_script_of(verdict, []), readable=False, sealed=error.why)
        return self._opened(recording, dek).script

    def _sealed(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> SealedIndex:
        folder = self._folder / recording
        try:
            dek = self._dek(recording, keys)
        except Sealed:
            return sealed_index(folder, self._trust, None, None)
        return sealed_index(folder, self._trust, self._opened(recording, dek).reading, dek)

    def _media(
        self, recording: RecordingId, keys: Sequence[WrappedKey], from_us: int, until_us: int, *, voice: bool
    ) -> bytes:
        dek = self._dek(recording, keys)
        reading = self._opened(recording, dek).reading
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

    def _bundle(
        self, recording: RecordingId, keys: Sequence[WrappedKey], export: Export, place: Path
    ) -> bytes:
        reading = self._read(recording, self._dek(recording, keys))
        try:
            return self._bundles.write(place, reading, self._folder / recording, export)
        except (OSError, RecorderError, ValueError) as error:
            raise EvidenceUnavailable(f"the export failed: {error}") from None

    def _pack(self, place: Path, stamp: bytes | None) -> Path:
        try:
            return self._bundles.pack(place, stamp)
        except OSError as error:
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
        stats = [(file.name, file.stat()) for file in files]
    except OSError as error:
        raise EvidenceUnavailable(f"the recording is not there: {error.strerror}") from None
    # A time of modification can be set; a time of change cannot, short of setting the machine's clock.
    return tuple((name, one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for name, one in stats)


def _opened_by(dek: ContentKeys) -> set[int]:
    return set(map(int, EvidenceClass)) if isinstance(dek, bytes) else set(dek)


def _classes(dek: ContentKeys) -> _Stamp:
    """What of a recording these keys open: another set of classes is another reading."""
    return () if isinstance(dek, bytes) else tuple(("class", cls, 0, 0, 0) for cls in sorted(dek))


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


def _script_of(verdict: Verdict, records: list[Record]) -> Script:
    return told_of(_verification(verdict), records)


def told_of(found: Verification, records: list[Record]) -> Script:
    """Return what records tell, up to where they were verified."""
    told: dict[int, tuple[Event, int]] = {}
    for record in records:
        if (event := event_of(record)) is not None:
            told.setdefault(event.seq, (event, record.at_us))
    return Script(
        verification=found,
        readable=True,
        sealed="",
        events=tuple(told[seq][0] for seq in sorted(told)),
        at_us=tuple(told[seq][1] for seq in sorted(told)),
        gaps=tuple(_gap(record) for record in records if record.type == RecordType.GAP),
        tracks=_tracks(records),
        duration_us=found.until_us,
    )


def sparse(record: Record) -> Record:
    """A record, a frame without its payload: what a script needs and no more memory than that."""
    if record.type in {RecordType.FRAME, RecordType.AUDIO}:
        return Record(record.type, record.cls, record.at_us, record.track, record.flags, b"")
    return record


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
    if not frame.presentable:
        return b""  # no decoder of a page is given a picture of 16k x 16k; `recorder verify` judges it all the same
    flags = wire.KEY if record.is_key else 0
    return wire.pack_frame(
        record.at_us, record.track, kind, flags, int(frame.codec), frame.width, frame.height, frame.payload
    )
