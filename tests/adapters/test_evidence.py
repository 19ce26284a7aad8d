"""The recorder behind its port: order, durability, refusals in the core's words, recovery, nothing left open by mistake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from concierge.adapters.evidence import RecorderEvidence
from concierge.adapters.evidence_keys import CLASS_NAMES, content_keys
from concierge.adapters.evidence_reader import RecorderReader
from concierge.adapters.keys import Keyring
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.domain.wrapped_key import EVERY, WrappedKey
from concierge.services.media_port import EncodedFrame, SourceId
from concierge.services.ports import RecordingOpening
from recorder.installation import InstallationKey
from recorder.limits import MAX_QUEUE_BYTES, QUEUE_RESERVE_BYTES
from recorder.store import Files, RealFiles
from recorder.thread import RecordingThread
from tests.recorder.disks import CountingFiles, HangingFiles, SmallDisk
from tests.services.desk import START_MS, FakeClock

OPENING = RecordingOpening(RecordingId("rec_" + "r" * 26), SessionId("ses_x"), TicketId("tic_x"), START_MS)
ID = OPENING.recording
SCREEN = SourceId("sur_1")
SUMMARY = '{"reason": "completed"}'


class Bench:
    """A recorder with its port and a reader over one folder."""

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self.clock = FakeClock()
        self.thread = RecordingThread(files=files)
        self.thread.start()
        self.key = InstallationKey.load_or_generate(folder / "installation.pem")
        self.ring = Keyring(b"k" * 32)
        self.log = RecorderEvidence(folder / "recordings", self.thread, self.key, self.ring, self.clock)
        self.reader = RecorderReader(folder / "recordings", self.key, self.ring)
        self.failures: list[tuple[str, str]] = []
        self.log.watch(lambda recording, reason: self.failures.append((recording, reason)))

    async def numbers(self, wrapped: Sequence[WrappedKey]) -> list[int]:
        script = await self.reader.script(ID, wrapped)
        assert script.verification.fault == ""
        return [event.seq for event in script.events]


@asynccontextmanager
async def bench(folder: Path, files: Files | None = None) -> AsyncIterator[Bench]:
    made = Bench(folder, files)
    try:
        yield made
    finally:
        if isinstance(files, HangingFiles):
            files.hanging = False
            files.release.set()
        await asyncio.to_thread(made.thread.stop)


def step(seq: int) -> ev.Event:
    return ev.ClockStepped(seq=seq, at_ms=START_MS + seq, by_ms=seq)


def frame(size: int = 100) -> EncodedFrame:
    return EncodedFrame("VP8", 0, True, 64, 48, bytes(size))


async def test_what_is_awaited_is_durable_and_in_the_order_of_the_calls(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        wrapped = await made.log.open(OPENING)
        waits = [made.log.commit(ID, [step(n), step(n + 1)]) for n in (1, 3, 5)]
        made.log.enqueue(ID, [step(7)])
        last = made.log.commit(ID, [step(8)])
        await last
        assert await made.numbers(wrapped) == [1, 2, 3, 4, 5, 6, 7, 8]
        await asyncio.gather(*waits)
        assert made.log.lag_ms(ID) == 0


async def test_the_wrapped_key_opens_it_and_lies_nowhere_in_the_folder(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        wrapped = await made.log.open(OPENING)
        await made.log.commit(ID, [step(1)])
        dek = content_keys(made.ring.unwrap(ID, wrapped))
        assert isinstance(dek, dict)
        assert len(wrapped) == len(set(dek.values())) == len(CLASS_NAMES)
        for path in (tmp_path / "recordings").rglob("*.crec"):
            data = path.read_bytes()
            assert not any(key in data for key in dek.values())
            assert not any(one.sealed in data for one in wrapped)


async def test_a_closed_recording_is_whole_and_takes_nothing_more(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        wrapped = await made.log.open(OPENING)
        await made.log.commit(ID, [step(1)])
        made.log.frames(ID).frame(SCREEN, frame())
        await made.log.close(ID, SUMMARY)
        script = await made.reader.script(ID, wrapped)
        assert (script.verification.status, script.verification.signer) == ("ok", "trusted")
        assert [track.source for track in script.tracks] == [SCREEN]
        for refused in (
            lambda: made.log.commit(ID, [step(2)]),
            lambda: made.log.enqueue(ID, [step(2)]),
            lambda: made.log.frames(ID),
        ):
            with pytest.raises(EvidenceUnavailable):
                refused()
        assert made.log.lag_ms(ID) == 0


async def test_a_directory_that_holds_a_recording_is_not_written_over(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        wrapped = await made.log.open(OPENING)
        await made.log.commit(ID, [step(1)])
        with pytest.raises(EvidenceUnavailable):
            await made.log.open(OPENING)
        assert await made.numbers(wrapped) == [1]


async def test_a_full_disk_fails_what_waits_tells_the_watcher_and_goes_on_behind_a_gap(
    tmp_path: Path,
) -> None:
    disk = SmallDisk(1 << 20)
    async with bench(tmp_path, disk) as made:
        wrapped = await made.log.open(OPENING)
        await made.log.commit(ID, [step(1)])
        disk.room = 10
        with pytest.raises(EvidenceUnavailable, match="No space left"):
            await made.log.commit(ID, [step(2)])
        await asyncio.sleep(0)
        assert made.failures == [(ID, "the disk failed: No space left on device")]
        assert made.log.lag_ms(ID) >= 0
        with pytest.raises(EvidenceUnavailable):
            made.log.commit(ID, [step(2)])
        with pytest.raises(EvidenceUnavailable):
            made.log.frames(ID).frame(SCREEN, frame())
        with pytest.raises(EvidenceUnavailable):
            await made.log.resume(ID, "try")
        disk.free()
        await made.log.resume(ID, "try")
        await made.log.resume(ID, "nothing to do")
        await made.log.commit(ID, [step(2)])
        await made.log.close(ID, SUMMARY)
        assert await made.numbers(wrapped) == [1, 2]
        assert (await made.reader.script(ID, wrapped)).gaps


async def test_a_queue_that_is_full_refuses_at_once_and_takes_nothing_smaller_out_of_turn(
    tmp_path: Path,
) -> None:
    """Order is kept by refusing synchronously: a caller who was refused does not hand over what comes after."""
    disk = HangingFiles()
    async with bench(tmp_path, disk) as made:
        await made.log.open(OPENING)
        disk.hanging = True
        first = made.log.commit(ID, [step(1)])
        await asyncio.to_thread(disk.reached.wait, 10)
        big = "x" * limits.CHAT_MAX_CHARS
        queued, seq = 0, 2
        with pytest.raises(EvidenceUnavailable, match="queue is full"):  # noqa: PT012 - until it is full
            while queued <= MAX_QUEUE_BYTES + QUEUE_RESERVE_BYTES:
                lines = [
                    ev.ChatSaid(seq=seq + n, at_ms=START_MS, participant="par_x", text=big)  # type: ignore[arg-type]
                    for n in range(500)
                ]
                made.log.commit(ID, lines)
                queued, seq = queued + 500 * limits.CHAT_MAX_CHARS, seq + 500
        disk.release.set()
        await first


async def test_frames_are_refused_while_the_disk_hangs_for_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = HangingFiles()
    async with bench(tmp_path, disk) as made:
        await made.log.open(OPENING)
        sink = made.log.frames(ID)
        disk.hanging = True
        sink.arriving(SCREEN)
        sink.frame(SCREEN, frame())
        await asyncio.to_thread(disk.reached.wait, 10)
        sink.arriving(SCREEN)
        monkeypatch.setattr(limits, "EVIDENCE_LAG_MAX_MS", 0)
        with pytest.raises(EvidenceUnavailable):
            sink.arriving(SCREEN)


async def test_a_wait_that_is_given_up_neither_undoes_nor_complains(tmp_path: Path) -> None:
    disk = HangingFiles()
    async with bench(tmp_path, disk) as made:
        wrapped = await made.log.open(OPENING)
        disk.hanging = True
        waiting = made.log.commit(ID, [step(1)])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await waiting
        disk.hanging = False
        disk.release.set()
        await made.log.commit(ID, [step(2)])
        assert await made.numbers(wrapped) == [1, 2]


async def test_opening_gives_up_on_a_disk_that_hangs_and_closes_what_comes_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVIDENCE_COMMIT_MS", 50)
    disk = HangingFiles()
    async with bench(tmp_path, disk) as made:
        disk.hanging = True
        with pytest.raises(EvidenceUnavailable, match="does not answer"):
            await made.log.open(OPENING)
        disk.hanging = False
        disk.release.set()
        async with asyncio.timeout(10):
            while not await closed(made):  # noqa: ASYNC110 - written by another thread
                await asyncio.sleep(0.01)


async def closed(made: Bench) -> bool:
    try:
        return (await made.reader.verify(ID)).closed
    except EvidenceUnavailable:
        return False


async def test_a_failed_opening_keeps_no_key(tmp_path: Path) -> None:
    disk = SmallDisk(0)
    async with bench(tmp_path, disk) as made:
        with pytest.raises(EvidenceUnavailable):
            await made.log.open(OPENING)
        async with asyncio.timeout(10):
            while made.thread._tapes:  # noqa: ASYNC110 - let go on another thread
                await asyncio.sleep(0.01)
        disk.free()
        assert await made.log.open(OPENING)


async def test_after_a_crash_every_event_comes_back_and_writing_goes_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        wrapped = await made.log.open(OPENING)
        await made.log.commit(ID, [step(1), step(2)])
        made.log.frames(ID).frame(SCREEN, frame())
        await made.log.commit(ID, [])
    async with bench(tmp_path) as made:
        made.clock.now_ms += 5_000
        assert [event.seq for event in await made.log.reopen(OPENING, wrapped)] == [1, 2]
        made.log.frames(ID).frame(SourceId("sur_2"), frame())
        await made.log.commit(ID, [step(3)])
        await made.log.close(ID, SUMMARY)
        script = await made.reader.script(ID, wrapped)
        assert (script.verification.status, script.verification.recoveries) == ("recovered", 1)
        assert [event.seq for event in script.events] == [1, 2, 3]
        assert len({track.number for track in script.tracks}) == 2, "numbers go on"


async def test_a_recording_closed_before_the_crash_stays_closed(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        wrapped = await made.log.open(OPENING)
        await made.log.commit(ID, [step(1)])
        await made.log.close(ID, SUMMARY)
    async with bench(tmp_path) as made:
        assert [event.seq for event in await made.log.reopen(OPENING, wrapped)] == [1]
        await made.log.resume(ID, "nothing to do")
        await made.log.close(ID, json.dumps({}))
        assert (await made.reader.verify(ID)).status == "ok"


@pytest.mark.parametrize(
    "wrapped", [(), (WrappedKey(EVERY, "", 1, b"\x01" + bytes(60)),)], ids=["destroyed", "another"]
)
async def test_without_its_key_a_recording_is_not_reopened(
    tmp_path: Path, wrapped: tuple[WrappedKey, ...]
) -> None:
    async with bench(tmp_path) as made:
        await made.log.open(OPENING)
        await made.log.commit(ID, [step(1)])
    async with bench(tmp_path) as made:
        with pytest.raises(EvidenceUnavailable, match="key"):
            await made.log.reopen(OPENING, wrapped)


async def test_a_recording_that_is_not_there_is_not_reopened(tmp_path: Path) -> None:
    async with bench(tmp_path, RealFiles()) as made:
        with pytest.raises(EvidenceUnavailable):
            await made.log.reopen(OPENING, made.ring.wrap(ID, {EVERY: made.ring.fresh()}))


async def test_a_trial_asked_often_wears_no_disk_and_a_hanging_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = CountingFiles()
    async with bench(tmp_path, disk) as it:
        await asyncio.gather(*(it.log.try_out() for _ in range(20)))
        assert disk.calls.count("create") == 1
    hanging = HangingFiles()
    hanging.hanging = True
    monkeypatch.setattr(limits, "READY_WAIT_MS", 50)
    async with bench(tmp_path, hanging) as it:
        for _ in range(2):
            with pytest.raises(EvidenceUnavailable, match="does not answer"):
                await it.log.try_out()
        hanging.release.set()
        await asyncio.to_thread(it.thread.try_out(tmp_path).result, 20)
        await it.log.try_out()
