"""The recorder behind the EvidenceLog port: events and frames become records; failures become EvidenceUnavailable.

Enqueueing happens in the caller's turn on the event loop, so the order of calls is the order in the recording.
The data key is in memory only while a recording is open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from concierge.adapters.evidence_tracks import OpenRecording, Sink
from concierge.adapters.keys import Keyring, KeyUnavailable
from concierge.domain.errors import BadInput, EvidenceUnavailable
from concierge.domain.event_codec import decode
from concierge.domain.events import Event
from concierge.domain.ids import RecordingId
from concierge.services.media_port import FrameSink
from concierge.services.ports import Clock, RecordingOpening
from recorder import events as recorder_events
from recorder.errors import RecorderError, RecordingClosedError, RecordingUnavailableError
from recorder.handle import State
from recorder.installation import InstallationKey
from recorder.manifest import Header
from recorder.reading import read_recording
from recorder.records import Record, RecordType
from recorder.thread import RecordingThread


class RecorderEvidence:
    """EvidenceLog over one recorder thread and a directory of recordings."""

    def __init__(
        self, folder: Path, thread: RecordingThread, key: InstallationKey, ring: Keyring, clock: Clock
    ) -> None:
        self._folder = folder
        self._thread = thread
        self._key = key
        self._ring = ring
        self._clock = clock
        self._open: dict[RecordingId, OpenRecording] = {}
        self._closed: set[RecordingId] = set()
        self._watcher: Callable[[RecordingId, str], None] = lambda _recording, _reason: None

    def watch(self, callback: Callable[[RecordingId, str], None]) -> None:
        """Name who is told, on the event loop, when a recording can no longer be written."""
        self._watcher = callback

    # --- opening ---

    async def open(self, opening: RecordingOpening) -> bytes:
        """Create a recording; return its wrapped data key."""
        dek = self._ring.fresh()
        directory = self._folder / opening.recording
        try:
            directory.mkdir(mode=0o700, parents=True)
            handle = self._thread.create(
                directory, _header(opening), dek, self._key.signer, self._failure_of(opening.recording)
            )
            await asyncio.wrap_future(handle.opened)
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the recording cannot be opened: {error}") from None
        self._open[opening.recording] = OpenRecording(handle, opening.opened_ms, self._clock)
        return self._ring.wrap(opening.recording, dek)

    async def reopen(self, opening: RecordingOpening, wrapped_key: bytes) -> list[Event]:
        """Recover after a crash into a new epoch; return every event the recording holds.

        A recording that was closed just before the crash stays closed, and `close` then has nothing left to do.
        """
        directory = self._folder / opening.recording
        on_failure = self._failure_of(opening.recording)
        try:
            dek = self._ring.unwrap(opening.recording, wrapped_key)
            events, tracks = await asyncio.to_thread(_read_back, directory, dek, self._key.public)
        except (OSError, RecorderError, KeyUnavailable, BadInput) as error:
            raise EvidenceUnavailable(f"the recording cannot be recovered: {error}") from None
        try:
            at_us = (self._clock.now() - opening.opened_ms) * 1000
            handle = await asyncio.to_thread(
                lambda: self._thread.reopen(
                    directory,
                    _header(opening),
                    dek,
                    self._key.signer,
                    on_failure,
                    at_us=at_us,
                    trust=self._key.public,
                )
            )
            await asyncio.wrap_future(handle.opened)
        except RecordingClosedError:
            self._closed.add(opening.recording)
            return events
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the recording cannot be recovered: {error}") from None
        self._open[opening.recording] = OpenRecording(
            handle, opening.opened_ms, self._clock, next_track=tracks
        )
        return events

    def _failure_of(self, recording: RecordingId) -> Callable[[str], None]:
        """The recorder calls from its own thread; whoever watches is called on the loop."""
        loop = asyncio.get_running_loop()

        def report(reason: str) -> None:
            loop.call_soon_threadsafe(self._watcher, recording, reason)

        return report

    # --- writing ---

    def commit(self, recording: RecordingId, events: Sequence[Event]) -> Awaitable[None]:
        """Enqueue now; the awaitable resolves when durable."""
        current = self._current(recording)
        future = current.handle.commit(current.records_of(events))
        return _durable(future)

    def enqueue(self, recording: RecordingId, events: Sequence[Event]) -> None:
        """Enqueue stream events."""
        current = self._current(recording)
        try:
            for record in current.records_of(events):
                current.handle.enqueue(record)
        except RecordingUnavailableError as error:
            raise EvidenceUnavailable(str(error)) from None

    def frames(self, recording: RecordingId) -> FrameSink:
        """Return the sink through which pictures and voices enter the queue."""
        return Sink(self._current(recording))

    def lag_ms(self, recording: RecordingId) -> int:
        """Age of the oldest thing enqueued and not yet durable; 0 for a recording that is closed."""
        current = self._open.get(recording)
        return 0 if current is None else current.handle.lag_us() // 1000

    async def resume(self, recording: RecordingId, reason: str) -> None:  # noqa: ARG002 - the recorder names the failure
        """Try to write again after a failure, behind a signed gap. Nothing to do when it writes."""
        current = self._current(recording)
        if current.handle.state is State.RUNNING:
            return
        try:
            await asyncio.wrap_future(current.handle.resume(current.now_us()))
        except RecorderError as error:
            raise EvidenceUnavailable(str(error)) from None

    async def close(self, recording: RecordingId, summary: str) -> None:
        """Write the final segment; the recorder drops the ephemeral signing key."""
        if recording in self._closed:
            self._closed.discard(recording)
            return
        current = self._current(recording)
        closing = recorder_events.summary(current.now_us(), json.loads(summary))
        try:
            await asyncio.wrap_future(current.handle.close(closing))
        except RecorderError as error:
            raise EvidenceUnavailable(str(error)) from None
        del self._open[recording]

    def _current(self, recording: RecordingId) -> OpenRecording:
        current = self._open.get(recording)
        if current is None:
            raise EvidenceUnavailable(f"{recording} is not open")
        return current


async def _durable(future: Future[int]) -> None:
    try:
        await asyncio.wrap_future(future)
    except RecordingUnavailableError as error:
        raise EvidenceUnavailable(str(error)) from None


def _header(opening: RecordingOpening) -> Header:
    return Header(opening.recording, opening.session, opening.ticket, opening.opened_ms)


def _read_back(directory: Path, dek: bytes, trust: bytes) -> tuple[list[Event], int]:
    """Return the events in order of their numbers, and the first track number that is free."""
    reading = read_recording(directory, dek, trust)
    by_number: dict[int, Event] = {}
    track = 0
    for record in reading.records():
        track = max(track, record.track)
        event = event_of(record)
        if event is not None:
            by_number.setdefault(event.seq, event)
    return [by_number[number] for number in sorted(by_number)], track + 1


def event_of(record: Record) -> Event | None:
    """Return the session event an EVENT record holds, or None for any other record. Raises BadInput."""
    if record.type != RecordType.EVENT:
        return None
    return decode(recorder_events.parse(record.body))
