"""Recordings out of a real bucket: replayed, verified and exported after the local copy went; deleted when the lock lets go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from concierge.adapters.recording_files import ASIDE
from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.services.disk_watch import DiskRules, DiskSpace, DiskWatch
from concierge.services.replays import Replays
from concierge.services.stored import Stored
from concierge.services.storing import DAY_MS
from tests.peers.line import Line
from tests.peers.seaweed import Weed
from tests.services.desk import Desk
from tests.services.warehouse import Warehouse, warehouse_of

pytestmark = pytest.mark.peer

AUDITOR = Principal("Person", "per_" + "x" * 26, DeskRole.AUDITOR)


@pytest.fixture
async def warehouse(desk: Desk, weed: Weed, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Warehouse]:
    monkeypatch.setattr(limits, "PIECE_MAX_BYTES", 256 * 1024)
    async with warehouse_of(desk, weed) as warehouse:
        yield warehouse


async def away(warehouse: Warehouse) -> RecordingId:
    """A recording that is only in the bucket."""
    recording = await warehouse.recorded()
    storing = warehouse.storing(local_keep_days=1)
    await storing.round()
    warehouse.desk.clock.now_ms += 2 * DAY_MS
    await storing.round()
    assert storing.state.wrong == ""
    assert await warehouse.parts.files.sizes(recording) == {}
    return recording


async def test_replaying_brings_the_recording_back_and_finds_it_whole(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    recording = await away(warehouse)
    replays = Replays(desk.tools, desk.reader, warehouse.stored())
    verification = await replays.verify(AUDITOR, recording)
    assert (verification.status, verification.signer) == ("ok", "trusted")
    replay = await replays.open(AUDITOR, recording)
    assert replay.script.events
    assert replay.script.tracks
    assert await replays.media(AUDITOR, recording, 0, replay.script.duration_us + 1)
    assert await warehouse.leaves("LocalCopyFetched") == [recording]


async def test_what_came_back_goes_again_when_nobody_looks(warehouse: Warehouse) -> None:
    desk, storing = warehouse.desk, warehouse.storing(local_keep_days=1)
    recording = await away(warehouse)
    await warehouse.stored().bring_back(recording)
    await storing.round()
    assert await warehouse.parts.files.sizes(recording)
    desk.clock.now_ms += limits.FETCHED_KEEP_MS
    await storing.round()
    assert await warehouse.parts.files.sizes(recording) == {}


async def test_two_who_ask_at_once_fetch_once(warehouse: Warehouse) -> None:
    recording, stored = await away(warehouse), warehouse.stored()
    await asyncio.gather(*(stored.bring_back(recording) for _ in range(4)))
    assert await warehouse.leaves("LocalCopyFetched") == [recording]


async def test_an_unreachable_bucket_says_so_and_leaves_nothing_half(desk: Desk, weed: Weed) -> None:
    async with warehouse_of(desk, weed) as near, Line(weed.endpoint) as line:
        recording = await away(near)
        async with warehouse_of(desk, weed, name=near.bucket, endpoint=line.endpoint) as far:
            line.cut = True
            with pytest.raises(
                EvidenceUnavailable, match="cannot be brought back: the bucket does not answer"
            ):
                await Replays(desk.tools, desk.reader, far.stored()).verify(AUDITOR, recording)
            assert await near.parts.files.sizes(recording) == {}
            assert list((desk.folder / "recordings" / ASIDE).iterdir()) == []
            line.cut = False
            await far.stored().here(recording)
        assert await near.parts.files.sizes(recording)


async def test_a_forged_piece_is_not_brought_back(warehouse: Warehouse) -> None:
    recording = await away(warehouse)
    piece = (await warehouse.parts.bucket.pieces(recording))[0]
    await warehouse.parts.bucket.delete(piece)
    client = warehouse.weed.client()
    client.put_object(Bucket=warehouse.bucket, Key=piece.key, Body=bytes(piece.size))
    client.close()
    with pytest.raises(EvidenceUnavailable, match="is something else in the bucket"):
        await warehouse.stored().here(recording)
    assert await warehouse.parts.files.sizes(recording) == {}
    checked = await warehouse.stored().verify(recording)
    assert len(checked.wrong) == 1
    assert checked.good > 0


async def test_an_unlocked_recording_is_deleted_and_never_uploaded_again(warehouse: Warehouse) -> None:
    recording = await away(warehouse)
    deleted = await warehouse.stored().delete(recording)
    assert deleted.locked == 0
    assert deleted.deleted > 0
    assert warehouse.objects() == []
    storing = warehouse.storing()
    await storing.round()
    assert (storing.state.wrong, warehouse.objects()) == ("", [])
    assert await warehouse.leaves("StoredRecordingDeleted") == [recording]
    await warehouse.stored().here(recording)
    assert await warehouse.parts.files.sizes(recording) == {}


async def test_a_locked_recording_stays_until_its_lock_ends(desk: Desk, weed: Weed) -> None:
    desk.clock.now_ms = int(time.time() * 1000)
    async with warehouse_of(desk, weed, lock="compliance") as warehouse:
        recording = await warehouse.recorded()
        await warehouse.storing(lock_days=1).round()
        deleted = await warehouse.stored().delete(recording)
        assert deleted.deleted == 0
        assert deleted.locked == len(warehouse.objects()) > 0


class Small:
    """A disk of 1 GB with so much room."""

    def __init__(self, free: int) -> None:
        self.free = free

    def space(self) -> DiskSpace:
        return DiskSpace(10**9, self.free)


async def test_nothing_is_fetched_onto_a_disk_without_room(warehouse: Warehouse) -> None:
    recording = await away(warehouse)
    size = sum(one.piece.size for one in await warehouse.parts.ledger.pieces(recording))
    refuse = DiskRules().refuse_percent * 10**7
    disk = Small(refuse + size - 1)
    stored = Stored(warehouse.parts, DiskWatch(disk))
    with pytest.raises(EvidenceUnavailable, match="no room"):
        await stored.here(recording)
    assert await warehouse.parts.files.sizes(recording) == {}
    disk.free += 1
    await stored.here(recording)
    assert sum((await warehouse.parts.files.sizes(recording)).values()) == size
