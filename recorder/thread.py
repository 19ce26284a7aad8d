"""The one writer thread of a process: it writes and syncs all recordings, in rounds.

A round takes from every recording that is due, appends everything, then syncs each file once: a busy process pays for
one sync a recording and round, not one a record. A failing recording is given up at once and alone; the others go on.
A *hanging* disk stops the round, which every handle shows as a growing `lag_us`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from recorder.envelope import ContentKeys
from recorder.errors import RecorderError, RecordingUnavailableError
from recorder.handle import RecordingHandle, Work
from recorder.installation import SignerSource
from recorder.limits import STOP_DEADLINE_S
from recorder.manifest import Header, Opening
from recorder.recovery import recover
from recorder.segment import SegmentFlag
from recorder.store import Files, RealFiles
from recorder.tape import Tape
from recorder.trial import Trial, try_disk


def boot_time_us() -> int:
    """Microseconds since boot, counting suspend: steady, never set back."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def describe(error: Exception) -> str:
    """Why the disk failed, in a few words that name no path."""
    if isinstance(error, OSError):
        return f"the disk failed: {error.strerror or error.__class__.__name__}"
    if isinstance(error, RecorderError):
        return str(error)
    return f"the recorder failed: {error.__class__.__name__}"


class RecordingThread:
    """Start one for the process, create recordings from it, stop it last."""

    def __init__(self, *, files: Files | None = None, clock: Callable[[], int] = boot_time_us) -> None:
        self._files = files or RealFiles()
        self._clock = clock
        self._wake = threading.Condition()
        self._tapes: dict[RecordingHandle, Tape] = {}
        self._trials: list[Trial] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin writing."""
        self._thread.start()

    def stop(self, deadline_s: float = STOP_DEADLINE_S) -> bool:
        """Write and sync everything taken, then end; recordings that were not closed stay open on disk.

        Waits at most `deadline_s` seconds; whether everything was written in that time.
        """
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def create(
        self,
        directory: Path,
        header: Header,
        dek: ContentKeys,
        signers: SignerSource,
        on_failure: Callable[[str], None],
    ) -> RecordingHandle:
        """Begin a recording in a directory that holds none. Returns at once; await `handle.opened`.

        `signers` makes a certified ephemeral signer for each epoch (`InstallationKey.signer`); it and `on_failure`
        (given the reason) are called on the writer thread. Raises RecordingUnavailableError after `stop`.
        """
        tape = Tape(directory, header, dek, signers=signers, files=self._files)
        return self._adopt(tape, on_failure, Work(open=True))

    def reopen(
        self,
        directory: Path,
        header: Header,
        dek: ContentKeys,
        signers: SignerSource,
        on_failure: Callable[[str], None],
        *,
        at_us: int,
        stopped: bool = False,
        restore: tuple[str, str] | None = None,
        trust: bytes | None = None,
    ) -> RecordingHandle:
        """At a new start: recover, then go on in a new epoch whose first segment is a signed gap up to `at_us`.

        `stopped` says that the recorder was stopped in order (then the epoch is *resumed*) and did not crash.
        `restore` (operator, backup) says that a backup was put back: the epoch is *restored* and says so, signed.

        Blocks while it reads the whole recording: call it on a thread of your own. Raises as `recovery.recover`.
        """
        footing = recover(directory, header, dek, trust=trust, files=self._files)
        tape = Tape(directory, header, dek, signers=signers, files=self._files, footing=footing)
        return self._adopt(
            tape, on_failure, Work(open=True, stopped=stopped, restore=restore, resume_at_us=at_us)
        )

    def abandon(self, handle: RecordingHandle) -> None:
        """Give up a failed recording for good and drop its keys; recovery can still close it on disk later.

        Raises RecordingUnavailableError unless it has failed and is not being resumed.
        """
        with self._wake:
            handle.abandon()
            tape = self._tapes.pop(handle)
        tape.forget()

    def durable_bytes(self, handle: RecordingHandle) -> tuple[int, int] | None:
        """The epoch a recording writes and how many bytes of its file are durable; None when it is not being written."""
        with self._wake:
            tape = self._tapes.get(handle)
        return None if tape is None else tape.durable_bytes

    def try_out(self, folder: Path) -> Future[None]:
        """Ask the writer thread, in its turn, for a small durable write in a directory of recordings.

        The future resolves when the thread works and its disk took it, or holds RecordingUnavailableError. A disk that
        hangs never answers: wait with a deadline. Raises RecordingUnavailableError when the thread has ended.
        """
        trial = Trial(folder, Future())
        trial.answer.set_running_or_notify_cancel()
        with self._wake:
            if self._stopping or not self._thread.is_alive():
                raise RecordingUnavailableError("the recorder has stopped")
            self._trials.append(trial)
            self._wake.notify_all()
        return trial.answer

    def _adopt(self, tape: Tape, on_failure: Callable[[str], None], opening: Work) -> RecordingHandle:
        with self._wake:
            if self._stopping:
                raise RecordingUnavailableError("the recorder is stopping")
            handle = RecordingHandle(self._wake, self._clock, on_failure, opening)
            self._tapes[handle] = tape
            self._wake.notify_all()
        return handle

    def _run(self) -> None:
        while True:
            with self._wake:
                due = self._due()
                while not due and not self._trials and not self._stopping:
                    self._wake.wait(self._patience())
                    due = self._due()
                jobs = [(handle, self._tapes[handle], handle.take()) for handle in due]
                trials, self._trials = self._trials, []
            if not jobs and not trials:
                break
            self._round(jobs)
            for trial in trials:
                self._answer(trial)
        for handle, tape in list(self._tapes.items()):
            tape.forget()
            self._fail(handle, RecordingUnavailableError("the recorder has stopped"), report=False)

    def _answer(self, trial: Trial) -> None:
        try:
            try_disk(trial.folder, self._files)
        except Exception as error:  # noqa: BLE001 - whatever it is, recordings are written by this thread too
            trial.answer.set_exception(RecordingUnavailableError(describe(error)))
        else:
            trial.answer.set_result(None)

    def _due(self) -> list[RecordingHandle]:
        now = self._clock()
        waits = [(handle, handle.due_in(now)) for handle in self._tapes]
        return [handle for handle, wait in waits if wait is not None and (wait == 0 or self._stopping)]

    def _patience(self) -> float | None:
        now = self._clock()
        waits = [wait for handle in self._tapes if (wait := handle.due_in(now)) is not None]
        return min(waits) / 1e6 if waits else None

    def _round(self, jobs: list[tuple[RecordingHandle, Tape, Work]]) -> None:
        written = [job for job in jobs if self._attempt(job, _write)]
        for handle, tape, work in written:
            if not self._attempt((handle, tape, work), _sync):
                continue
            with self._wake:
                handle.reached = tape.durable
                handle.succeed(work)
                if work.closing is not None:
                    del self._tapes[handle]
            if work.closing is not None:
                tape.forget()
            for promise in work.promises:
                promise.set_result(tape.durable.next_segment - 1)

    def _attempt(self, job: tuple[RecordingHandle, Tape, Work], act: Callable[[Tape, Work], None]) -> bool:
        handle, tape, work = job
        try:
            act(tape, work)
        except Exception as error:  # noqa: BLE001 - whatever it is, this recording has failed and must say so
            tape.give_up()
            self._fail(handle, error)
            return False
        return True

    def _fail(self, handle: RecordingHandle, error: Exception, *, report: bool = True) -> None:
        reason = describe(error)
        with self._wake:
            lost = handle.fail(reason, self._clock())
        if report:
            handle.report(reason)
        for promise in lost:
            promise.set_exception(RecordingUnavailableError(reason))


def _write(tape: Tape, work: Work) -> None:
    if work.open and work.resume_at_us is None:
        tape.create()
    elif work.resume_at_us is not None:
        crashed = work.open and not work.stopped
        opening = Opening.RECOVERED if crashed else Opening.RESUMED
        if work.restore is not None:
            tape.go_on(Opening.RESTORED, work.resume_at_us, Opening.RESTORED.value, work.restore)
        else:
            tape.go_on(opening, work.resume_at_us, "stopped" if work.stopped else opening.value)
    tape.write(work.records)
    if work.closing is not None:
        tape.write([work.closing], SegmentFlag.FINAL)


def _sync(tape: Tape, _work: Work) -> None:
    tape.sync()
