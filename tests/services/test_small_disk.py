"""A real disk of 16 MB, and one of 2 MB, that fills up under a live session: paused in time, closed cleanly, nothing unrecorded.

Needs to mount: a machine where that is not permitted fails here, and tests/services/test_bad_disk.py covers the rest.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from concierge.adapters.disk import MountedDisk
from concierge.domain.errors import EvidenceUnavailable, Refused
from concierge.domain.ids import ParticipantId
from concierge.domain.reasons import PauseReason
from concierge.domain.session import State
from concierge.services.disk_watch import DiskLevel, DiskRules, DiskWatch
from concierge.services.live import LiveSession
from concierge.services.media_port import EncodedFrame, SourceId
from concierge.wire import messages as wire
from tests.peers.line import Line
from tests.peers.seaweed import Weed
from tests.services.desk import Desk, desk_in
from tests.services.test_bad_disk import everything_is_kept_in_order
from tests.services.warehouse import warehouse_of

PAUSED_WITHIN_S = 1.0
FRAME_BYTES = 4_000


@contextmanager
def mounted(place: Path, size: str) -> Iterator[None]:
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(place)]
    tried = subprocess.run(mount, check=False, capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.fail(f"no disk of our own could be mounted: {tried.stderr.strip()}", pytrace=False)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@dataclass
class Scene:
    """A session that shares its screen, with recordings on a disk of their own."""

    desk: Desk
    live: LiveSession
    customer: ParticipantId
    source: SourceId
    place: Path
    number: int = 0

    def forward(self) -> bool:
        """One frame on, as the plane does it; whether it was let through."""
        sink = self.desk.plane.open.get(self.source)
        if sink is None or not self.desk.plane.permitted:
            return False
        key = self.number % 50 == 0
        picture = EncodedFrame(
            "VP8", self.number * 3_000, key, 64 if key else 0, 48 if key else 0, bytes(FRAME_BYTES)
        )
        try:
            sink.arriving(self.source)
            sink.frame(self.source, picture)
        except EvidenceUnavailable:
            return False
        self.number += 1
        self.desk.beat(self.live)
        return True

    def leave_free(self, free: int) -> None:
        """Fill the disk with something else."""
        ballast = max(0, shutil.disk_usage(self.place).free - free)
        with (self.place / "ballast").open("ab") as file:
            file.write(bytes(ballast))

    def make_room(self) -> None:
        (self.place / "ballast").unlink()


@asynccontextmanager
async def scene_on(tmp_path: Path, size: str) -> AsyncIterator[Scene]:
    place = tmp_path / "desk" / "recordings"
    with mounted(place, size):
        async with desk_in(tmp_path / "desk") as desk:
            desk.registry.disk = DiskWatch(MountedDisk(place), DiskRules())
            live, customer, surface = await desk.sharing()
            await desk.until(lambda: SourceId(surface) in desk.plane.open)
            desk.registry.start()
            yield Scene(desk, live, customer, SourceId(surface), place)


async def paused(scene: Scene) -> set[PauseReason]:
    """Wait until both pages were told; return why."""
    desk, live = scene.desk, scene.live
    for participant in (live.decided.host, scene.customer):
        await desk.until(lambda page=desk.pages[participant]: page.view["state"] == "paused")  # type: ignore[misc]
    assert desk.plane.permitted == set()
    return set(live.decided.pauses)


async def test_a_session_pauses_before_the_disk_is_full_and_closes_cleanly_on_the_reserve(
    tmp_path: Path,
) -> None:
    async with scene_on(tmp_path, "16m") as scene:
        desk, live = scene.desk, scene.live
        for _ in range(40):
            assert scene.forward()
        scene.leave_free(300 * 1024)
        began = time.monotonic()
        await desk.registry.disk.look()
        assert desk.registry.disk.level is DiskLevel.FULL
        assert await paused(scene) == {PauseReason.DISK_FULL}
        assert time.monotonic() - began < PAUSED_WITHIN_S
        assert not scene.forward()
        with pytest.raises(Refused, match="no room"):
            await desk.open()
        # The reserve is enough to say goodbye and to close.
        await desk.send(live, live.decided.host, wire.Say("The disk is full, I call you later."))
        await desk.send(live, live.decided.host, wire.End("Later", ""))
        await desk.ended(live)
        await everything_is_kept_in_order(desk, live)
        script = await desk.script(live)
        assert (script.verification.status, script.verification.closed) == ("ok", True)
        assert [gap.reason for gap in script.gaps] == ["the session was paused"]


async def test_it_goes_on_by_itself_when_there_is_room_again(tmp_path: Path) -> None:
    async with scene_on(tmp_path, "16m") as scene:
        desk, live = scene.desk, scene.live
        scene.leave_free(300 * 1024)
        await desk.registry.disk.look()
        assert await paused(scene) == {PauseReason.DISK_FULL}
        scene.make_room()
        await desk.registry.disk.look()
        assert desk.registry.disk.level is DiskLevel.PLENTY
        await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
        await desk.until(scene.forward)
        await desk.send(live, live.decided.host, wire.End("Solved", ""))
        await desk.ended(live)
        await everything_is_kept_in_order(desk, live)
        assert [gap.reason for gap in (await desk.script(live)).gaps] == ["the session was paused"]


async def test_even_2_mb_filled_at_once_leave_nothing_unrecorded(tmp_path: Path) -> None:
    """Faster than the watch can look: the kernel says ENOSPC, the recorder fails, and the session pauses all the same."""
    async with scene_on(tmp_path, "2m") as scene:
        desk, live = scene.desk, scene.live
        assert scene.forward()
        scene.leave_free(0)
        began = time.monotonic()
        while scene.forward() and time.monotonic() - began < 10:
            await desk.until(lambda: desk.tools.evidence.lag_ms(live.decided.recording) < 500)
        assert PauseReason.RECORDING_UNAVAILABLE in await paused(scene)
        assert time.monotonic() - began < PAUSED_WITHIN_S
        shown = scene.number
        assert not scene.forward()
        assert shown == scene.number
        scene.make_room()
        await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
        desk.beat(live)
        await desk.send(live, live.decided.host, wire.End("Solved", ""))
        await desk.ended(live)
        await everything_is_kept_in_order(desk, live)
        script = await desk.script(live)
        assert script.verification.status == "ok"
        assert script.gaps


@pytest.mark.peer
async def test_while_the_bucket_is_away_sessions_go_on_until_the_disk_is_full_and_heal_when_it_is_back(
    tmp_path: Path, weed: Weed
) -> None:
    async with scene_on(tmp_path, "16m") as scene, Line(weed.endpoint) as line:
        desk = scene.desk
        async with warehouse_of(desk, weed, endpoint=line.endpoint) as warehouse:
            line.cut = True
            storing = warehouse.storing(local_keep_days=0)
            for _ in range(400):
                assert scene.forward()
                await desk.until(lambda: desk.tools.evidence.lag_ms(scene.live.decided.recording) < 300)
            first = scene.live.decided.recording
            await warehouse.end(scene.live)
            await storing.round()
            assert storing.state.fault

            # The next session goes on without the bucket, up to the threshold.
            scene.live, scene.customer, surface = await desk.sharing()
            scene.source = SourceId(surface)
            await desk.until(scene.forward)
            scene.leave_free(300 * 1024)
            await desk.registry.disk.look()
            assert await paused(scene) == {PauseReason.DISK_FULL}

            # The bucket is back: the first recording goes up, its local copy leaves, and the session has room again.
            line.cut = False
            desk.clock.now_ms += 1
            desk.beat(scene.live)
            await storing.round()
            assert (storing.state.fault, storing.state.wrong) == ("", "")
            assert await warehouse.parts.files.sizes(first) == {}
            await desk.registry.disk.look()
            await desk.until(
                lambda: scene.live.durable == scene.live.decided and scene.live.decided.state is State.ACTIVE
            )
            await warehouse.stored().bring_back(first)
            assert (await desk.reader.verify(first)).status == "ok"
