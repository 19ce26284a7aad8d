"""A handle takes or refuses at once, and its lag and its queue have limits that a stop can still pass."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from recorder import events
from recorder.errors import RecordingUnavailableError
from recorder.handle import RecordingHandle, State, Work
from recorder.limits import FLUSH_AFTER_US, MAX_QUEUE_BYTES, MAX_RECORD_BYTES, MAX_UNSYNCED_US
from recorder.records import EvidenceClass, Record, RecordType
from tests.recorder.studio import event_record, filler


class Desk:
    """A handle without a thread: the test plays the writer."""

    def __init__(self) -> None:
        self.now = 0
        self.reasons: list[str] = []
        self.handle = RecordingHandle(
            threading.Condition(), lambda: self.now, self.reasons.append, Work(open=True)
        )

    def opened(self) -> RecordingHandle:
        self.handle.succeed(self.handle.take())
        return self.handle


def refusal(future: Future[int]) -> str:
    return str(future.exception(0))


def test_nothing_is_taken_before_it_is_open() -> None:
    desk = Desk()
    with pytest.raises(RecordingUnavailableError, match="not open"):
        desk.handle.enqueue(event_record(0))
    assert "not open" in refusal(desk.handle.commit([event_record(0)]))
    assert desk.opened().state is State.RUNNING


def test_a_stream_record_is_due_soon_and_a_commit_at_once() -> None:
    desk = Desk()
    handle = desk.opened()
    assert handle.due_in(0) is None
    handle.enqueue(filler(0, 10))
    desk.now = 50_000
    assert handle.due_in(desk.now) == FLUSH_AFTER_US - 50_000
    future = handle.commit([event_record(1)])
    assert handle.due_in(desk.now) == 0
    assert not future.cancel()
    work = handle.take()
    assert [record.type for record in work.records] == [RecordType.RECTANGLES, RecordType.EVENT]
    assert handle.due_in(desk.now) is None


def test_a_full_segment_is_due_at_once() -> None:
    handle = Desk().opened()
    handle.enqueue(filler(0, 256 * 1024))
    assert handle.due_in(0) == 0


def test_lag_is_the_age_of_the_oldest_record_that_is_not_durable() -> None:
    desk = Desk()
    handle = desk.opened()
    assert handle.lag_us() == 0
    handle.enqueue(filler(0, 10))
    desk.now = 30_000
    handle.enqueue(filler(0, 10))
    assert handle.lag_us() == 30_000
    work = handle.take()
    handle.enqueue(filler(0, 10))
    desk.now = 70_000
    assert handle.lag_us() == 70_000
    handle.succeed(work)
    assert handle.lag_us() == 40_000
    handle.succeed(handle.take())
    assert handle.lag_us() == 0


def test_while_the_disk_hangs_streams_are_refused_and_a_stop_is_taken() -> None:
    desk = Desk()
    handle = desk.opened()
    handle.enqueue(filler(0, 10))
    handle.take()
    desk.now = MAX_UNSYNCED_US + 1
    with pytest.raises(RecordingUnavailableError, match="keep up"):
        handle.enqueue(filler(0, 10))
    handle.enqueue(event_record(1))
    handle.enqueue(events.event(0, 2, {"text": "bye"}, cls=EvidenceClass.CONVERSATION))
    assert "keep up" in refusal(handle.commit([event_record(3), filler(0, 10)]))
    assert len(handle.take().records) == 2


def test_a_full_queue_refuses_streams_before_it_refuses_a_stop() -> None:
    handle = Desk().opened()
    for _ in range(MAX_QUEUE_BYTES // MAX_RECORD_BYTES - 1):
        handle.enqueue(filler(0, MAX_RECORD_BYTES))
    handle.enqueue(filler(0, MAX_RECORD_BYTES - 200))
    with pytest.raises(RecordingUnavailableError, match="full"):
        handle.enqueue(filler(0, 200))
    control = Record(RecordType.EVENT, EvidenceClass.CONTROL, 0, 0, 0, bytes(3 * 1024 * 1024))
    handle.enqueue(control)
    with pytest.raises(RecordingUnavailableError, match="full"):
        handle.enqueue(control)


def test_a_class_that_cannot_be_sealed_is_refused_at_the_door() -> None:
    handle = Desk().opened()
    with pytest.raises(ValueError, match="does not seal"):
        handle.enqueue(Record(1, 99, 0, 0, 0, b""))
    assert "does not seal" in refusal(handle.commit([Record(1, 99, 0, 0, 0, b"")]))


def test_a_failure_breaks_every_promise_and_never_looks_healthy() -> None:
    desk = Desk()
    handle = desk.opened()
    futures = [handle.commit([event_record(0)])]
    desk.now = 10_000
    handle.take()
    futures.append(handle.commit([event_record(1)]))
    desk.now = 20_000
    lost = handle.fail("the disk failed", desk.now)
    assert lost == futures
    assert handle.state is State.FAILED
    desk.now = 50_000
    assert handle.lag_us() == 50_000
    with pytest.raises(RecordingUnavailableError, match="the disk failed"):
        handle.enqueue(event_record(2))
    with pytest.raises(RecordingUnavailableError):
        handle.close(events.summary(0, {}))
    handle.resume(5)
    with pytest.raises(RecordingUnavailableError, match="opening"):
        handle.resume(5)
    work = handle.take()
    assert (work.resume_at_us, work.records) == (5, [])
    handle.succeed(work)
    assert (handle.state, handle.lag_us()) == (State.RUNNING, 0)


def test_nothing_is_taken_after_close() -> None:
    handle = Desk().opened()
    handle.enqueue(event_record(0))
    handle.close(events.summary(5, {}))
    for act in (lambda: handle.enqueue(event_record(1)), lambda: handle.close(events.summary(6, {}))):
        with pytest.raises(RecordingUnavailableError, match="closed"):
            act()
    work = handle.take()
    assert len(work.records) == 1
    assert work.closing is not None
    handle.succeed(work)
    assert handle.state is State.CLOSED


def test_an_owner_that_raises_hurts_nobody() -> None:
    def angry(reason: str) -> None:
        raise RuntimeError(reason)

    RecordingHandle(threading.Condition(), lambda: 0, angry, Work()).report("the disk failed")


def test_only_a_failed_recording_is_abandoned() -> None:
    handle = Desk().opened()
    with pytest.raises(RecordingUnavailableError, match="running"):
        handle.abandon()
    handle.fail("the disk failed", 0)
    handle.abandon()
    assert handle.state is State.CLOSED
