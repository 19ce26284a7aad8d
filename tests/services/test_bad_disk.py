"""A recorder that hangs, a disk that is full or broken, under a real session: paused, told, nothing unrecorded, nothing lost."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from concierge.services import journal as journal_module
from concierge.services.live import LiveSession
from concierge.services.media_port import EncodedFrame, FrameSink, SourceId
from concierge.wire import messages as wire
from recorder.store import Files
from tests.recorder.disks import CountingFiles, HangingFiles, SmallDisk
from tests.services.desk import Desk, desk_in

ROOM = 1 << 30


@asynccontextmanager
async def sharing_on(
    folder: Path, files: Files
) -> AsyncIterator[tuple[Desk, LiveSession, ParticipantId, SurfaceId]]:
    """Return a desk that beats, with a shared screen, over a disk of the test's own."""
    async with desk_in(folder, files=files) as desk:
        live, customer, surface = await desk.sharing()
        await desk.until(lambda: live.durable.last_seq == live.decided.last_seq)
        desk.registry.start()
        yield desk, live, customer, surface


def frame(number: int) -> EncodedFrame:
    return EncodedFrame("VP8", number * 3_000, number == 0, 64 if number == 0 else 0, 48, bytes(4_000))


def forward(sink: FrameSink, surface: SurfaceId, number: int) -> None:
    """What the plane does before it sends a packet on: nothing leaves that the recorder did not take."""
    sink.arriving(SourceId(surface))
    sink.frame(SourceId(surface), frame(number))


async def everything_is_kept_in_order(desk: Desk, live: LiveSession) -> None:
    """The recording, the database and the fold tell the same story, without a hole."""
    script = await desk.script(live)
    assert script.verification.fault == ""
    numbers = [event.seq for event in script.events]
    assert numbers == list(range(1, live.decided.last_seq + 1))
    assert list(script.events) == await desk.tools.sessions.events(live.decided.id)


async def paused_for_the_recording(desk: Desk, live: LiveSession, customer: ParticipantId) -> None:
    await desk.until(lambda: PauseReason.RECORDING_UNAVAILABLE in live.decided.pauses)
    assert live.steering.flows == frozenset()
    assert desk.plane.permitted == set()
    for participant in (live.decided.host, customer):
        view = desk.pages[participant].view
        assert view["state"] == "paused"
        assert view["pauses"] == ["recording_unavailable"]
        assert view["recording"]["available"] is False


async def resumed(desk: Desk, live: LiveSession, surface: SurfaceId) -> None:
    await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
    assert live.steering.flows == {Flow(surface, live.decided.host)}
    assert desk.pages[live.decided.host].view["recording"]["available"] is True


async def test_a_hung_recorder_pauses_and_everything_goes_on_when_it_wakes(tmp_path: Path) -> None:
    files = HangingFiles()
    async with sharing_on(tmp_path, files) as (desk, live, customer, surface):
        sink = desk.plane.open[SourceId(surface)]
        files.hanging = True
        forward(sink, surface, 0)
        await paused_for_the_recording(desk, live, customer)
        assert live.durable.state is State.ACTIVE, "the pause cannot be on the record yet"
        with pytest.raises(EvidenceUnavailable):
            forward(sink, surface, 1)
        said = asyncio.create_task(desk.send(live, customer, wire.Say("Is it me?")))
        await asyncio.sleep(0)
        assert not said.done(), "a line that is not on the record is nobody's to read"
        assert not desk.pages[live.decided.host].of("line")
        files.release.set()
        await asyncio.wait_for(said, 10)
        await resumed(desk, live, surface)
        assert [line["text"] for line in desk.pages[live.decided.host].of("line")] == ["Is it me?"]
        await everything_is_kept_in_order(desk, live)


async def test_a_stop_by_the_customer_ends_forwarding_while_the_recorder_hangs(tmp_path: Path) -> None:
    files = HangingFiles()
    async with sharing_on(tmp_path, files) as (desk, live, customer, surface):
        files.hanging = True
        forward(desk.plane.open[SourceId(surface)], surface, 0)
        await asyncio.to_thread(files.reached.wait, 10)
        await desk.send(live, customer, wire.StopEverything())
        assert desk.plane.permitted == set()
        assert desk.plane.open == {}
        assert desk.pages[customer].of("farewell")[-1]["reason"] == EndReason.CUSTOMER_STOPPED
        assert live.durable.state is State.ACTIVE, "and nothing of it is on the record yet"
        files.release.set()
        await desk.ended(live)
        await everything_is_kept_in_order(desk, live)
        assert (await desk.script(live)).verification.closed


async def test_a_revoke_acts_at_once_while_the_recorder_hangs(tmp_path: Path) -> None:
    files = HangingFiles()
    async with sharing_on(tmp_path, files) as (desk, live, _customer, surface):
        vendor = await desk.vendor(live)
        await desk.page(live, vendor)
        assert (surface, vendor) in desk.plane.permitted
        files.hanging = True
        forward(desk.plane.open[SourceId(surface)], surface, 0)
        await asyncio.to_thread(files.reached.wait, 10)
        await desk.send(live, live.decided.host, wire.RemoveParticipant(vendor))
        assert {viewer for _, viewer in desk.plane.permitted} == {live.decided.host}
        assert desk.pages[vendor].of("farewell")
        files.release.set()
        await desk.until(lambda: live.durable.seat(vendor) is None)
        await everything_is_kept_in_order(desk, live)


async def test_what_was_taken_and_given_again_waits_for_its_own_record(tmp_path: Path) -> None:
    files = HangingFiles()
    async with sharing_on(tmp_path, files) as (desk, live, customer, surface):
        files.hanging = True
        forward(desk.plane.open[SourceId(surface)], surface, 0)
        await asyncio.to_thread(files.reached.wait, 10)
        waiting = asyncio.create_task(desk.send(live, customer, wire.Say("one moment")))
        await asyncio.sleep(0)
        await desk.send(live, customer, wire.Hide(surface))
        again = asyncio.create_task(desk.send(live, customer, wire.Unhide(surface)))
        await asyncio.sleep(0)
        assert live.decided.surfaces == live.durable.surfaces, "shown by the record, which knows nothing yet"
        opened_at: list[int] = []
        desk.plane.on_open = lambda: opened_at.append(live.durable.last_seq)
        files.release.set()
        await asyncio.wait_for(asyncio.gather(waiting, again), 10)
        await resumed(desk, live, surface)
        script = await desk.script(live)
        shown_again = next(event.seq for event in script.events if type(event).__name__ == "SurfaceUnhidden")
        assert opened_at
        assert min(opened_at) >= shown_again


@pytest.mark.parametrize("patience_s", [0.005, 0.3])
async def test_a_full_disk_pauses_and_the_session_goes_on_behind_a_signed_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> None:
    monkeypatch.setattr(journal_module, "RETRY_S", patience_s)
    files = SmallDisk(ROOM)
    async with sharing_on(tmp_path, files) as (desk, live, customer, surface):
        sink = desk.plane.open[SourceId(surface)]
        forward(sink, surface, 0)
        files.room = 1_000
        forward(sink, surface, 1)
        await paused_for_the_recording(desk, live, customer)
        with pytest.raises(EvidenceUnavailable):
            forward(sink, surface, 2)
        files.free()
        await resumed(desk, live, surface)
        forward(desk.plane.open[SourceId(surface)], surface, 0)
        await desk.send(live, live.decided.host, wire.End("Solved", ""))
        await desk.ended(live)
        await everything_is_kept_in_order(desk, live)
        script = await desk.script(live)
        assert (script.verification.status, script.verification.signer) == ("ok", "trusted")
        assert script.gaps


@pytest.mark.parametrize("operation", ["fdatasync", "write"])
async def test_a_broken_disk_pauses_and_a_failed_descriptor_is_never_tried_again(
    tmp_path: Path, operation: str
) -> None:
    broken: list[str] = []
    files = CountingFiles(
        lambda name, _count: OSError(errno.EIO, os.strerror(errno.EIO)) if name in broken else None
    )
    async with sharing_on(tmp_path, files) as (desk, live, customer, surface):
        broken.append(operation)
        forward(desk.plane.open[SourceId(surface)], surface, 0)
        await paused_for_the_recording(desk, live, customer)
        await desk.send(live, customer, wire.Hide(surface))
        broken.clear()
        await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
        assert live.steering.flows == frozenset(), "still hidden"
        await desk.send(live, customer, wire.Unhide(surface))
        await resumed(desk, live, surface)
        assert files.touched_after_failure == []
        await everything_is_kept_in_order(desk, live)


async def test_a_session_that_ends_on_a_full_disk_is_closed_when_there_is_room(tmp_path: Path) -> None:
    files = SmallDisk(ROOM)
    async with sharing_on(tmp_path, files) as (desk, live, customer, _surface):
        files.room = 0
        await desk.send(live, customer, wire.StopEverything())
        assert desk.plane.permitted == set()
        files.free()
        await desk.ended(live)
        await everything_is_kept_in_order(desk, live)
        assert desk.registry.find(live.decided.id) is None


async def test_no_session_is_opened_on_a_full_disk_and_the_next_one_is(tmp_path: Path) -> None:
    files = SmallDisk(0)
    async with desk_in(tmp_path, files=files) as desk:
        with pytest.raises(EvidenceUnavailable) as caught:
            await desk.open()
        assert "the disk failed: No space left on device" in str(caught.value)
        assert desk.registry.all() == []
        files.free()
        live = await desk.open()
        assert live.decided.state is State.WAITING


async def test_no_session_is_opened_on_a_disk_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVIDENCE_COMMIT_MS", 100)
    files = HangingFiles()
    async with desk_in(tmp_path, files=files) as desk:
        files.hanging = True
        with pytest.raises(EvidenceUnavailable) as caught:
            await desk.open()
        assert "does not answer" in str(caught.value)
        assert desk.registry.all() == []
        files.hanging = False
        files.release.set()
        assert (await desk.open()).decided.state is State.WAITING
