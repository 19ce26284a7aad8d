"""One recording as the broker sees it: a queue that never blocks, and promises that are kept or broken, never forgotten.

Rules: a record is taken or refused at once; a future from here resolves only when its records and all before them are
durable, and fails as soon as that can no longer become true. Once failed, nothing is taken until `resume`.
Every field is guarded by the writer thread's condition; futures and callbacks run outside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum

from recorder.errors import RecordingUnavailableError
from recorder.limits import (
    FLUSH_AFTER_US,
    MAX_QUEUE_BYTES,
    MAX_UNSYNCED_US,
    QUEUE_RESERVE_BYTES,
    SEGMENT_TARGET_BYTES,
)
from recorder.records import NEVER_REFUSED, RECORD_OVERHEAD, EvidenceClass, Record
from recorder.writer import BEGINNING

_CLASSES = frozenset(EvidenceClass)


class State(StrEnum):
    """What a handle is doing."""

    OPENING = "opening"
    RUNNING = "running"
    FAILED = "failed"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(slots=True)
class Work:
    """What the writer thread takes from a handle in one round."""

    open: bool = False
    stopped: bool = False
    restore: tuple[str, str] | None = None
    """Operator and backup, at the first opening after a restore."""
    resume_at_us: int | None = None
    records: list[Record] = field(default_factory=list)
    closing: Record | None = None
    promises: list[Future[int]] = field(default_factory=list)


def new_promise() -> Future[int]:
    """A future that its holder cannot cancel: cancelling a wait does not undo what is being written."""
    promise: Future[int] = Future()
    promise.set_running_or_notify_cancel()
    return promise


class RecordingHandle:
    """A recording in progress; made by `RecordingThread`. Its methods are for any thread and never block on a disk.

    `opened` resolves when the recording's head is durable (after a crash: when the recovery is).
    """

    def __init__(
        self,
        wake: threading.Condition,
        clock: Callable[[], int],
        on_failure: Callable[[str], None],
        opening: Work,
    ) -> None:
        self._wake = wake
        self._clock = clock
        self._on_failure = on_failure
        self._state = State.OPENING
        self._reason = "not open yet"
        self._work = opening
        self._queued_bytes = 0
        self._queued_since: int | None = None
        self._busy_since: int | None = None
        self._busy: Work | None = None
        self._failed_since = 0
        self._urgent = True
        self.reached = BEGINNING
        """Where the durable chain ends; the writer thread puts a new value here, never a changed one."""
        self.opened = new_promise()
        opening.promises.append(self.opened)

    @property
    def state(self) -> State:
        """What the recording is doing now."""
        with self._wake:
            return self._state

    def enqueue(self, record: Record) -> None:
        """Take one record to be written soon.

        Raises RecordingUnavailableError when it cannot be taken, ValueError for a class this recorder does not seal.
        """
        with self._wake:
            if self._put((record,)) or self._queued_bytes >= SEGMENT_TARGET_BYTES:
                self._wake.notify_all()

    def commit(self, records: Iterable[Record]) -> Future[int]:
        """Take records, all or none, and write them at once.

        The future holds the last segment's number once they, and everything taken before, are durable; or
        RecordingUnavailableError. An empty commit waits for what was taken before.
        """
        promise = new_promise()
        with self._wake:
            try:
                self._put(tuple(records))
            except (RecordingUnavailableError, ValueError) as error:
                promise.set_exception(error)
                return promise
            self._promise(promise)
        return promise

    def lag_us(self) -> int:
        """The age of the oldest record that is not durable yet, in microseconds; 0 when there is none.

        After a failure: the time since the oldest record that was lost was taken, so that it never looks healthy.
        """
        with self._wake:
            return self._lag(self._clock())

    def resume(self, at_us: int) -> Future[int]:
        """After a failure: try to go on in a new epoch, with a signed gap up to `at_us`.

        The future holds the gap's segment number, or fails as before, and then this may be tried again.
        Raises RecordingUnavailableError when there is nothing to resume.
        """
        promise = new_promise()
        with self._wake:
            if self._state is not State.FAILED:
                raise RecordingUnavailableError(f"the recording is {self._state.value}")
            self._state, self._reason = State.OPENING, "resuming"
            self._work.resume_at_us = at_us
            self._promise(promise)
        return promise

    def close(self, closing: Record) -> Future[int]:
        """Write `closing` (see `events.summary`) as the final segment, then drop the keys. Nothing is taken after.

        Raises RecordingUnavailableError when the recording is not running.
        """
        promise = new_promise()
        with self._wake:
            if self._state is not State.RUNNING:
                raise RecordingUnavailableError(self._reason)
            self._state, self._reason = State.CLOSING, "the recording is closed"
            self._work.closing = closing
            self._promise(promise)
        return promise

    # ------------------------------------------------------------- for the writer thread, which holds the condition

    def due_in(self, now: int) -> int | None:
        """In how many microseconds this handle wants to be written; None: not at all."""
        if self._urgent or self._queued_bytes >= SEGMENT_TARGET_BYTES:
            return 0
        return None if self._queued_since is None else max(0, self._queued_since + FLUSH_AFTER_US - now)

    def take(self) -> Work:
        """Everything to be done now. Followed by exactly one `succeed` or `fail`."""
        work, self._work = self._work, Work()
        self._busy, self._busy_since = work, self._queued_since
        self._queued_since, self._urgent, self._queued_bytes = None, False, 0
        return work

    def succeed(self, work: Work) -> None:
        """The work is durable. The thread resolves its promises afterwards."""
        self._busy, self._busy_since = None, None
        if work.closing is not None:
            self._state = State.CLOSED
        elif self._state is State.OPENING and (work.open or work.resume_at_us is not None):
            self._state, self._reason = State.RUNNING, ""

    def fail(self, reason: str, now: int) -> list[Future[int]]:
        """The disk failed: drop what is queued, take nothing more; the promises that can no longer be kept."""
        self._failed_since = now - self._lag(now)
        lost = [*(self._busy.promises if self._busy else ()), *self._work.promises]
        self._work, self._busy = Work(), None
        self._queued_since = self._busy_since = None
        self._queued_bytes, self._urgent = 0, False
        self._state, self._reason = State.FAILED, reason
        return lost

    def report(self, reason: str) -> None:
        """Tell the owner, who must not be able to hurt the writer thread. Called outside the condition."""
        try:
            self._on_failure(reason)
        except Exception:  # noqa: BLE001, S110 - other recordings are written by this thread too
            pass

    def abandon(self) -> None:
        """A failed recording is given up for good. Raises RecordingUnavailableError when it has not failed."""
        if self._state is not State.FAILED:
            raise RecordingUnavailableError(f"the recording is {self._state.value}")
        self._state = State.CLOSED

    # ------------------------------------------------------------- inside

    def _put(self, records: Sequence[Record]) -> bool:
        """Queue records, all or none; whether the queue was empty before."""
        if self._state is not State.RUNNING:
            raise RecordingUnavailableError(self._reason)
        if not all(record.cls in _CLASSES for record in records):
            raise ValueError("a class this recorder does not seal")
        now = self._clock()
        size = sum(len(record.body) + RECORD_OVERHEAD for record in records)
        reserved = all(record.cls in NEVER_REFUSED for record in records)
        if not reserved and self._lag(now) > MAX_UNSYNCED_US:
            raise RecordingUnavailableError("the disk does not keep up")
        if self._queued_bytes + size > MAX_QUEUE_BYTES + (QUEUE_RESERVE_BYTES if reserved else 0):
            raise RecordingUnavailableError("the recorder's queue is full")
        empty = self._queued_since is None
        if records:
            self._work.records.extend(records)
            self._queued_bytes += size
            self._queued_since = now if empty else self._queued_since
        return empty

    def _promise(self, promise: Future[int]) -> None:
        self._work.promises.append(promise)
        self._urgent = True
        self._wake.notify_all()

    def _lag(self, now: int) -> int:
        if self._state is State.FAILED:
            return max(1, now - self._failed_since)
        since = self._busy_since if self._busy_since is not None else self._queued_since
        return 0 if since is None else max(1, now - since)
