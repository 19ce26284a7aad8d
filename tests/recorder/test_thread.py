"""One thread writes all recordings: durable means on disk, a failing disk is told at once, and one never hurts another."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import events
from recorder.errors import RecordingUnavailableError
from recorder.handle import RecordingHandle, State
from recorder.limits import MAX_UNSYNCED_US
from recorder.manifest import Header
from recorder.reading import read_recording
from recorder.records import Record, RecordType
from recorder.store import Files, RealFiles
from recorder.thread import RecordingThread, describe
from recorder.verdict import Status
from tests.recorder.disks import CountingFiles, HangingFiles, SmallDisk, failing_at
from tests.recorder.studio import DEK, HEADER, PINNED, event_record, filler
from tests.recorder.test_records import any_record

WAIT = 20


@contextmanager
def running(files: Files | None = None, clock: Callable[[], int] | None = None) -> Iterator[RecordingThread]:
    thread = RecordingThread(files=files, clock=clock) if clock else RecordingThread(files=files)
    thread.start()
    try:
        yield thread
    finally:
        assert thread.stop(WAIT)


class Owner:
    """Remembers what it was told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.told = threading.Event()

    def __call__(self, reason: str) -> None:
        self.reasons.append(reason)
        self.told.set()


def create(
    thread: RecordingThread, directory: Path, owner: Callable[[str], None] | None = None
) -> RecordingHandle:
    return thread.create(directory, HEADER, DEK, PINNED.signer, owner or Owner())


def recorded(directory: Path) -> list[int]:
    return [fields["seq"] for _, fields in read_recording(directory, DEK, PINNED.public).events()]


def test_what_is_acknowledged_is_on_disk(tmp_path: Path) -> None:
    with running() as thread:
        recording = create(thread, tmp_path / "rec")
        recording.opened.result(WAIT)
        for seq in range(5):
            recording.enqueue(filler(seq * 1000, 100))
            assert recording.commit([event_record(seq)]).result(WAIT) == seq
            assert recorded(tmp_path / "rec") == list(range(seq + 1))
        assert recording.commit([]).result(WAIT) == 4
        assert recording.lag_us() == 0
        assert recording.close(events.summary(9_000, {"end_reason": "done"})).result(WAIT) == 5
        assert recording.state is State.CLOSED
    assert read_recording(tmp_path / "rec", DEK, PINNED.public).verdict.good


@given(st.lists(st.tuples(st.booleans(), st.lists(any_record, max_size=5)), max_size=8))
def test_any_records_come_back_as_they_were_taken(steps: list[tuple[bool, list[Record]]]) -> None:
    with TemporaryDirectory() as place, running() as thread:
        recording = create(thread, Path(place) / "rec")
        recording.opened.result(WAIT)
        for together, records in steps:
            if together:
                recording.commit(records)
            else:
                for record in records:
                    recording.enqueue(record)
        recording.close(events.summary(0, {})).result(WAIT)
        reading = read_recording(Path(place) / "rec", DEK, PINNED.public)
        assert reading.verdict.good
        assert list(reading.records())[:-1] == [record for _, records in steps for record in records]


def test_streams_are_written_without_being_asked(tmp_path: Path) -> None:
    files = CountingFiles()
    synced = threading.Event()

    def watch(operation: str, _count: int) -> OSError | None:
        if operation == "fdatasync" and files.calls.count("write") >= 2:
            synced.set()
        return None

    files.fails = watch
    with running(files) as thread:
        recording = create(thread, tmp_path / "rec")
        recording.opened.result(WAIT)
        recording.enqueue(filler(0, 10))
        assert synced.wait(WAIT)


def test_many_commits_share_a_sync(tmp_path: Path) -> None:
    files = HangingFiles()
    with running(files) as thread:
        recording = create(thread, tmp_path / "rec")
        recording.opened.result(WAIT)
        files.hanging = True
        first = recording.commit([event_record(0)])
        assert files.reached.wait(WAIT)
        rest = [recording.commit([event_record(seq)]) for seq in range(1, 100)]
        assert not first.done()
        files.hanging = False
        files.release.set()
        assert first.result(WAIT) == 0
        assert {future.result(WAIT) for future in rest} == {1}


def test_a_recording_may_not_begin_where_one_is(tmp_path: Path) -> None:
    with running() as thread:
        create(thread, tmp_path / "rec").opened.result(WAIT)
        owner = Owner()
        second = create(thread, tmp_path / "rec", owner)
        with pytest.raises(RecordingUnavailableError, match="exists"):
            second.opened.result(WAIT)
        assert owner.told.wait(WAIT)
        with pytest.raises(RecordingUnavailableError):
            second.resume(5).result(WAIT)
        thread.abandon(second)


def play(
    thread: RecordingThread, directory: Path, owner: Owner
) -> tuple[RecordingHandle, list[int], list[Future[int]]]:
    """Commit ten events one by one until the disk fails; the acknowledged ones, and the futures that failed."""
    recording = create(thread, directory, owner)
    acknowledged: list[int] = []
    failed: list[Future[int]] = []
    if recording.opened.exception(WAIT) is None:
        for seq in range(10):
            future = recording.commit([event_record(seq), filler(seq * 1000, 50)])
            if future.exception(WAIT) is not None:
                failed.append(future)
                break
            acknowledged.append(seq)
    return recording, acknowledged, failed


@pytest.mark.parametrize("number", range(1, 27))
def test_a_disk_that_fails_once_anywhere(number: int, tmp_path: Path) -> None:
    """Told at once, never retried on that descriptor, gone on behind a signed gap, nothing acknowledged lost."""
    files, owner = failing_at(number), Owner()
    with running(files) as thread:
        recording, acknowledged, failed = play(thread, tmp_path / "rec", owner)
        assert owner.told.wait(WAIT)
        assert owner.reasons == ["the disk failed: Input/output error"]
        assert recording.state is State.FAILED
        assert files.failed <= files.closed
        assert all("Input/output" in str(future.exception()) for future in failed)
        with pytest.raises(RecordingUnavailableError, match="Input/output"):
            recording.enqueue(event_record(99))
        assert recording.lag_us() > 0
        recording.resume(60_000).result(WAIT)
        recording.commit([event_record(50)]).result(WAIT)
        recording.close(events.summary(70_000, {})).result(WAIT)
    reading = read_recording(tmp_path / "rec", DEK, PINNED.public)
    assert reading.verdict.good
    assert recorded(tmp_path / "rec") == [*acknowledged, 50]
    gaps = [events.parse(record.body) for record in reading.records() if record.type == RecordType.GAP]
    assert [(gap["reason"], gap["until_us"]) for gap in gaps] == [("resumed", 60_000)]
    assert files.touched_after_failure == []


def test_a_failing_recording_does_not_hurt_another(tmp_path: Path) -> None:
    broken = threading.Event()

    class OneBad(RealFiles):
        def __init__(self) -> None:
            self.bad = -1

        def create(self, path: Path) -> int:
            descriptor = super().create(path)
            self.bad = descriptor if path.parent.name == "bad" else self.bad
            return descriptor

        def fdatasync(self, descriptor: int) -> None:
            if broken.is_set() and descriptor == self.bad:
                raise OSError(5, os.strerror(5))
            super().fdatasync(descriptor)

    with running(OneBad()) as thread:
        bad, fine = create(thread, tmp_path / "bad"), create(thread, tmp_path / "fine")
        bad.opened.result(WAIT)
        fine.opened.result(WAIT)
        broken.set()
        lost, kept = bad.commit([event_record(0)]), fine.commit([event_record(0)])
        assert kept.result(WAIT) == 0
        with pytest.raises(RecordingUnavailableError):
            lost.result(WAIT)
        fine.close(events.summary(1, {})).result(WAIT)
    assert read_recording(tmp_path / "fine", DEK, PINNED.public).verdict.good


def test_a_hanging_disk_shows_as_lag_and_a_stop_is_still_taken(tmp_path: Path) -> None:
    files, now = HangingFiles(), [0]
    with running(files, lambda: now[0]) as thread:
        recording = create(thread, tmp_path / "rec")
        recording.opened.result(WAIT)
        files.hanging = True
        future = recording.commit([event_record(0)])
        assert files.reached.wait(WAIT)
        now[0] = MAX_UNSYNCED_US + 1
        assert recording.lag_us() > MAX_UNSYNCED_US
        with pytest.raises(RecordingUnavailableError, match="keep up"):
            recording.enqueue(filler(0, 10))
        stop = recording.commit([event_record(1)])
        files.hanging = False
        files.release.set()
        assert (future.result(WAIT), stop.result(WAIT)) == (0, 1)
        assert recording.lag_us() == 0


def test_stopping_writes_what_was_taken_and_leaves_it_open(tmp_path: Path) -> None:
    thread = RecordingThread()
    thread.start()
    recording = create(thread, tmp_path / "rec")
    recording.opened.result(WAIT)
    recording.enqueue(event_record(7))
    assert thread.stop(WAIT)
    assert recorded(tmp_path / "rec") == [7]
    assert read_recording(tmp_path / "rec", DEK, PINNED.public).verdict.status is Status.OPEN
    with pytest.raises(RecordingUnavailableError, match="stopped"):
        recording.enqueue(event_record(8))
    with pytest.raises(RecordingUnavailableError, match="stopping"):
        create(thread, tmp_path / "another")


def test_a_crashed_recording_is_reopened_and_goes_on(tmp_path: Path) -> None:
    with running() as thread:
        create(thread, tmp_path / "rec").opened.result(WAIT)
    with running() as thread:
        recording = thread.reopen(tmp_path / "rec", HEADER, DEK, PINNED.signer, Owner(), at_us=5_000)
        assert recording.opened.result(WAIT) == 0
        recording.commit([event_record(1)]).result(WAIT)
        recording.close(events.summary(9_000, {})).result(WAIT)
    verdict = read_recording(tmp_path / "rec", DEK, PINNED.public).verdict
    assert (verdict.status, verdict.gaps, verdict.epochs) == (Status.RECOVERED, 1, 2)


def test_a_signer_that_cannot_be_had_is_a_failure_like_any_other(tmp_path: Path) -> None:
    def none(recording_id: str, epoch: int) -> object:
        raise TimeoutError(f"{recording_id} {epoch}")

    owner = Owner()
    with running() as thread:
        recording = thread.create(tmp_path / "rec", HEADER, DEK, none, owner)  # type: ignore[arg-type]
        with pytest.raises(RecordingUnavailableError):
            recording.opened.result(WAIT)
        assert owner.told.wait(WAIT)


def test_reasons_name_no_path() -> None:
    assert describe(FileNotFoundError(2, "No such file", "/secret/path")) == "the disk failed: No such file"
    assert describe(KeyError("secret")) == "the recorder failed: KeyError"


# ------------------------------------------------------------------ a full disk


@contextmanager
def full_disk(place: Path) -> Iterator[tuple[Path, Files, Callable[[], None]]]:
    """A real file system of 512 KiB where mounting is permitted, else a disk that counts: `(place, files, free)`."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False, timeout=10).returncode:
        small = SmallDisk(512 * 1024)
        yield place, small, small.free
        return

    def grow() -> None:
        subprocess.run(["mount", "-o", "remount,size=8m", str(place)], check=True, timeout=10)

    try:
        yield place, RealFiles(), grow
    finally:
        subprocess.run(["umount", str(place)], check=True, timeout=10)


def test_a_full_disk_fails_visibly_and_is_gone_on_with_when_there_is_room(tmp_path: Path) -> None:
    header = Header(HEADER.recording_id, HEADER.session_id, HEADER.ticket_id, HEADER.opened_at_ms)
    owner = Owner()
    with full_disk(tmp_path / "disk") as (place, files, free):
        with running(files) as thread:
            recording = thread.create(place / "rec", header, DEK, PINNED.signer, owner)
            recording.opened.result(WAIT)
            acknowledged = []
            for seq in range(100):
                if recording.commit([event_record(seq), filler(seq * 1000, 20_000)]).exception(WAIT):
                    break
                acknowledged.append(seq)
            assert 5 < len(acknowledged) < 40
            assert owner.told.wait(WAIT)
            assert owner.reasons == ["the disk failed: No space left on device"]
            free()
            recording.resume(500_000).result(WAIT)
            recording.close(events.summary(600_000, {})).result(WAIT)
        assert read_recording(place / "rec", DEK, PINNED.public).verdict.good
        assert recorded(place / "rec") == acknowledged


def test_a_trial_says_whether_the_thread_can_write_and_leaves_nothing(tmp_path: Path) -> None:
    disk = SmallDisk(0)
    thread = RecordingThread(files=disk)
    with pytest.raises(RecordingUnavailableError, match="stopped"):
        thread.try_out(tmp_path)
    thread.start()
    with pytest.raises(RecordingUnavailableError, match="No space left"):
        thread.try_out(tmp_path).result(WAIT)
    disk.free()
    assert thread.try_out(tmp_path).result(WAIT) is None
    assert list(tmp_path.iterdir()) == []
    assert thread.stop(WAIT)
    with pytest.raises(RecordingUnavailableError, match="stopped"):
        thread.try_out(tmp_path)


def test_a_trial_behind_a_hanging_disk_does_not_answer(tmp_path: Path) -> None:
    disk = HangingFiles()
    with running(disk) as thread:
        disk.hanging = True
        create(thread, tmp_path / "rec")
        assert disk.reached.wait(WAIT)
        answer = thread.try_out(tmp_path)
        assert not answer.done()
        disk.release.set()
        assert answer.result(WAIT) is None


def test_a_recording_put_back_from_a_backup_says_so_signed(tmp_path: Path) -> None:
    with running() as thread:
        recording = create(thread, tmp_path / "rec")
        recording.opened.result(WAIT)
        recording.commit([event_record(1)]).result(WAIT)
    said = ("Kim", "Monday's backup")
    with running() as thread:
        recording = thread.reopen(
            tmp_path / "rec", HEADER, DEK, PINNED.signer, Owner(), at_us=9_000_000, restore=said
        )
        recording.opened.result(WAIT)
        recording.close(events.summary(9_500_000, {})).result(WAIT)
    reading = read_recording(tmp_path / "rec", DEK, PINNED.public)
    assert (reading.verdict.status, reading.verdict.rollbacks, reading.verdict.gaps) == (
        Status.RECOVERED,
        1,
        1,
    )
    (record,) = (one for one in reading.records() if one.type == RecordType.RESTORED)
    fields = events.parse(record.body)
    assert (fields["operator"], fields["backup"]) == said
    assert fields["lost_from_us"] < fields["lost_until_us"] == record.at_us == 9_000_000
