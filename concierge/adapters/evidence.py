"""The recorder behind the EvidenceLog port: events and frames become records; failures become EvidenceUnavailable.

Enqueueing happens in the caller's turn on the event loop, so the order of calls is the order in the recording.
The data key is in memory only while a recording is open.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import structlog

from concierge.adapters.evidence_heads import NotedSigners, head_of
from concierge.adapters.evidence_keys import content_keys, fresh_keys
from concierge.adapters.evidence_tracks import OpenRecording, Sink
from concierge.adapters.keys import Keyring, KeyUnavailable, KmsSilent
from concierge.domain import limits
from concierge.domain.errors import BadInput, EvidenceUnavailable, KeysSilent
from concierge.domain.event_codec import decode
from concierge.domain.events import BrokerStopped, Event
from concierge.domain.ids import RecordingId
from concierge.domain.recording_head import RecordingHead
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.media_port import FrameSink
from concierge.services.ports import Clock, RecordingOpening
from recorder import events as recorder_events
from recorder.envelope import ContentKeys
from recorder.errors import RecorderError, RecordingClosedError, RecordingUnavailableError
from recorder.handle import State
from recorder.installation import InstallationKey, fingerprint
from recorder.manifest import Header
from recorder.reading import read_recording
from recorder.records import Record, RecordType
from recorder.store import epoch_path
from recorder.thread import RecordingThread
from recorder.verdict import Status

_log = structlog.get_logger(__name__)


class RecorderEvidence:
    """EvidenceLog over one recorder thread and a directory of recordings."""

    def __init__(
        self, folder: Path, thread: RecordingThread, key: InstallationKey, ring: Keyring, clock: Clock
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._thread = thread
        self._key = key
        self._ring = ring
        self._clock = clock
        self._open: dict[RecordingId, OpenRecording] = {}
        self._closed: dict[RecordingId, RecordingHead] = {}
        self._signers: dict[RecordingId, NotedSigners] = {}
        self._watcher: Callable[[RecordingId, str], None] = lambda _recording, _reason: None
        self._trial: Future[None] | None = None
        self._tried_at = 0.0

    def watch(self, callback: Callable[[RecordingId, str], None]) -> None:
        """Name who is told, on the event loop, when a recording can no longer be written."""
        self._watcher = callback

    # --- opening ---

    async def open(self, opening: RecordingOpening) -> tuple[WrappedKey, ...]:
        """Create a recording; return its wrapped data keys. Waits at most EVIDENCE_COMMIT_MS for the disk.

        The recorder makes the directory on its own thread: a disk that hangs must not hold up the event loop.
        """
        deks = fresh_keys(self._ring)
        try:
            wrapped = await asyncio.to_thread(self._ring.wrap, opening.recording, deks)
        except KeyUnavailable as error:
            raise EvidenceUnavailable(f"the recording's key cannot be wrapped: {error}") from None
        directory = self._folder / opening.recording
        signers = NotedSigners(self._key.signer)
        try:
            handle = self._thread.create(
                directory,
                _header(opening),
                content_keys(deks),
                signers,
                self._failure_of(opening.recording),
            )
        except RecorderError as error:
            raise EvidenceUnavailable(f"the recording cannot be opened: {error}") from None
        current = OpenRecording(handle, opening.opened_ms, self._clock)
        try:
            async with asyncio.timeout(limits.EVIDENCE_COMMIT_MS / 1000):
                await asyncio.wrap_future(handle.opened)
        except (RecorderError, TimeoutError, asyncio.CancelledError) as error:
            handle.opened.add_done_callback(lambda opened: self._let_go(current, opened))
            if isinstance(error, asyncio.CancelledError):
                raise
            reason = str(error) or "the disk does not answer"
            raise EvidenceUnavailable(f"the recording cannot be opened: {reason}") from None
        self._open[opening.recording] = current
        self._signers[opening.recording] = signers
        return wrapped

    def _let_go(self, current: OpenRecording, opened: Future[int]) -> None:
        """Nobody waits for this recording any more: close what came too late, drop the keys of what failed."""
        try:
            if opened.exception() is None:
                current.handle.close(recorder_events.summary(current.now_us(), {"reason": "not_opened"}))
            else:
                self._thread.abandon(current.handle)
        except RecorderError as error:
            _log.warning("recording_not_let_go", reason=str(error))

    async def reopen(
        self,
        opening: RecordingOpening,
        keys: Sequence[WrappedKey],
        restore: tuple[str, str] | None = None,
    ) -> list[Event]:
        """Recover after a crash into a new epoch; return every event the recording holds.

        `restore` (operator, backup) opens it as *restored* instead: a declared rollback. A recording that was closed just before the crash stays closed, and `close` then has nothing left to do.
        """
        directory = self._folder / opening.recording
        on_failure = self._failure_of(opening.recording)
        try:
            dek = await asyncio.to_thread(self._dek, opening.recording, keys)
            events, tracks, stopped, head = await asyncio.to_thread(
                _read_back, directory, dek, self._key.public
            )
        except KmsSilent as error:
            raise KeysSilent(f"the recording cannot be recovered yet: {error}") from None
        except (OSError, RecorderError, KeyUnavailable, BadInput) as error:
            raise EvidenceUnavailable(f"the recording cannot be recovered: {error}") from None
        signers = NotedSigners(self._key.signer)
        try:
            at_us = (self._clock.now() - opening.opened_ms) * 1000
            handle = await asyncio.to_thread(
                lambda: self._thread.reopen(
                    directory,
                    _header(opening),
                    dek,
                    signers,
                    on_failure,
                    at_us=at_us,
                    stopped=stopped,
                    restore=restore,
                    trust=self._key.public,
                )
            )
            await asyncio.wrap_future(handle.opened)
        except RecordingClosedError:
            self._closed[opening.recording] = head
            return events
        except (OSError, RecorderError) as error:
            raise EvidenceUnavailable(f"the recording cannot be recovered: {error}") from None
        self._open[opening.recording] = OpenRecording(
            handle, opening.opened_ms, self._clock, next_track=tracks
        )
        self._signers[opening.recording] = signers
        return events

    def _dek(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> ContentKeys:
        return content_keys(self._ring.unwrap(recording, keys))

    def _failure_of(self, recording: RecordingId) -> Callable[[str], None]:
        """The recorder calls from its own thread; whoever watches is called on the loop."""
        loop = asyncio.get_running_loop()

        def report(reason: str) -> None:
            loop.call_soon_threadsafe(self._watcher, recording, reason)

        return report

    # --- trying ---

    @property
    def fingerprint(self) -> str:
        """The name of the installation key that signs recordings, as people compare it."""
        return fingerprint(self._key.public)

    async def try_out(self) -> None:
        """Return when the writer thread has just made a small write durable. Raises EvidenceUnavailable.

        Asked often, it answers from the trial of the last TRIAL_EVERY_MS: whoever watches must not wear the disk out.
        """
        now = time.monotonic()
        recent = now - self._tried_at < limits.TRIAL_EVERY_MS / 1000
        trial = self._trial
        try:
            if trial is None or (trial.done() and not recent):
                trial = self._trial = self._thread.try_out(self._folder)
                self._tried_at = now
            async with asyncio.timeout(limits.READY_WAIT_MS / 1000):
                await asyncio.shield(asyncio.wrap_future(trial))
        except RecorderError as error:
            raise EvidenceUnavailable(str(error)) from None
        except TimeoutError:
            raise EvidenceUnavailable("the disk does not answer") from None

    # --- writing ---

    def commit(self, recording: RecordingId, events: Sequence[Event]) -> Awaitable[None]:
        """Enqueue now; the awaitable resolves when durable. Raises EvidenceUnavailable when the queue takes nothing."""
        current = self._current(recording)
        future = current.handle.commit(current.records_of(events))
        if future.done() and future.exception() is not None:
            raise EvidenceUnavailable(str(future.exception()))
        return _durable(asyncio.wrap_future(future))

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

    def durable(self, recording: RecordingId) -> tuple[str, int] | None:
        """Return the file being written and how many of its bytes are durable; None when nothing is being written."""
        current = self._open.get(recording)
        durable = None if current is None else self._thread.durable_bytes(current.handle)
        return None if durable is None else (epoch_path(self._folder, durable[0]).name, durable[1])

    async def resume(self, recording: RecordingId, reason: str) -> None:  # noqa: ARG002 - the recorder names the failure
        """Try to write again after a failure, behind a signed gap. Nothing to do when it writes, or is closed already."""
        if recording in self._closed:
            return
        current = self._current(recording)
        if current.handle.state is State.RUNNING:
            return
        try:
            await asyncio.wrap_future(current.handle.resume(current.now_us()))
        except RecorderError as error:
            raise EvidenceUnavailable(str(error)) from None

    def head(self, recording: RecordingId) -> RecordingHead | None:
        """Return how far the recording durably reaches; None when it is not open here."""
        current = self._open.get(recording)
        return None if current is None else self._signers[recording].head(current.handle)

    async def close(self, recording: RecordingId, summary: str) -> RecordingHead:
        """Write the final segment; the recorder drops the ephemeral signing key. Return where the recording ends."""
        if recording in self._closed:
            return self._closed.pop(recording)
        current = self._current(recording)
        closing = recorder_events.summary(current.now_us(), json.loads(summary))
        try:
            await asyncio.wrap_future(current.handle.close(closing))
        except RecorderError as error:
            raise EvidenceUnavailable(str(error)) from None
        del self._open[recording]
        return self._signers.pop(recording).head(current.handle)

    def _current(self, recording: RecordingId) -> OpenRecording:
        current = self._open.get(recording)
        if current is None:
            raise EvidenceUnavailable(f"{recording} is not open")
        return current


def _durable(written: asyncio.Future[int]) -> asyncio.Future[None]:
    """Return a future in the session core's words; one that nobody waits for any more complains to nobody."""
    durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def tell(written: asyncio.Future[int]) -> None:
        error = None if written.cancelled() else written.exception()
        if durable.done():
            return
        if written.cancelled():
            durable.cancel()
        elif error is not None:
            durable.set_exception(EvidenceUnavailable(str(error)))
            durable.exception()
        else:
            durable.set_result(None)

    written.add_done_callback(tell)
    return durable


def _header(opening: RecordingOpening) -> Header:
    return Header(opening.recording, opening.session, opening.ticket, opening.opened_ms)


def _read_back(
    directory: Path, dek: ContentKeys, trust: bytes
) -> tuple[list[Event], int, bool, RecordingHead]:
    """Return the events in order of their numbers, the first free track number, whether it ends with a stop, and where.

    It does when the very last thing there is the word of an orderly stop, with nothing torn behind it.
    """
    reading = read_recording(directory, dek, trust)
    by_number: dict[int, Event] = {}
    track, last = 0, None
    for record in reading.records():
        track = max(track, record.track)
        event = last = event_of(record)
        if event is not None:
            by_number.setdefault(event.seq, event)
    stopped = isinstance(last, BrokerStopped) and reading.verdict.status is Status.OPEN
    return [by_number[number] for number in sorted(by_number)], track + 1, stopped, head_of(reading.verdict)


def event_of(record: Record) -> Event | None:
    """Return the session event an EVENT record holds, or None for any other record. Raises BadInput."""
    if record.type != RecordType.EVENT:
        return None
    return decode(recorder_events.parse(record.body))
