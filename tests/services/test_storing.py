"""Recordings into a real bucket: while they are written, when they end, and after whatever may come in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from concierge.adapters.bucket import S3Bucket
from concierge.adapters.db.storage import DatabaseStorage
from concierge.domain import limits
from concierge.domain.ids import RecordingId
from concierge.services.media_port import SourceId
from concierge.services.ports import StoreUnavailable
from concierge.services.storage_port import BucketUnreachable, Piece, Placed, whole_files
from concierge.services.storing import DAY_MS, StorageRules, StorageState, Storing
from recorder.reading import read_recording
from tests.peers.line import Line
from tests.peers.seaweed import Weed
from tests.services.desk import Desk
from tests.services.warehouse import Warehouse, warehouse_of

pytestmark = pytest.mark.peer


@pytest.fixture
async def warehouse(desk: Desk, weed: Weed, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Warehouse]:
    monkeypatch.setattr(limits, "PIECE_MAX_BYTES", 256 * 1024)
    async with warehouse_of(desk, weed) as warehouse:
        yield warehouse


def local(desk: Desk, recording: RecordingId) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (desk.folder / "recordings" / recording).iterdir()}


async def in_the_bucket(warehouse: Warehouse, recording: RecordingId) -> dict[str, bytes]:
    """What a stranger with the right to read puts together from the names alone."""
    chains = whole_files(await warehouse.parts.bucket.pieces(recording))
    return {
        file: b"".join([await warehouse.parts.bucket.read(piece) for piece in chain])
        for file, chain in chains.items()
    }


async def test_a_closed_recording_is_stored_byte_by_byte(warehouse: Warehouse) -> None:
    recording = await warehouse.recorded()
    storing = warehouse.storing()
    await storing.round()
    assert (storing.state.fault, storing.state.wrong, storing.state.waiting) == ("", "", 0)
    assert await in_the_bucket(warehouse, recording) == local(warehouse.desk, recording)
    assert len(warehouse.objects()) >= 4
    assert await warehouse.leaves("RecordingStored") == [recording]
    before = warehouse.objects()
    await storing.round()
    assert warehouse.objects() == before
    assert await warehouse.leaves("RecordingStored") == [recording]


async def test_what_is_durable_is_stored_while_the_session_goes_on(warehouse: Warehouse) -> None:
    desk, storing = warehouse.desk, warehouse.storing()
    live, _customer, surface = await desk.sharing()
    await storing.round()
    first = await in_the_bucket(warehouse, live.decided.recording)
    await warehouse.show(live, SourceId(surface), 40)
    await storing.round()
    desk.clock.now_ms += limits.PIECE_EVERY_MS
    desk.beat(live)
    await storing.round()
    second = await in_the_bucket(warehouse, live.decided.recording)
    await warehouse.end(live)
    await storing.round()
    whole = await in_the_bucket(warehouse, live.decided.recording)
    file = "epoch-0000.crec"
    assert 0 < len(first[file]) < len(second[file]) < len(whole[file])
    assert whole[file].startswith(second[file])
    assert second[file].startswith(first[file])
    assert whole == local(desk, live.decided.recording)


async def test_the_right_to_put_is_enough(desk: Desk, weed: Weed) -> None:
    async with warehouse_of(desk, weed, way="appender", lock="compliance") as warehouse:
        recording = await warehouse.recorded()
        storing = warehouse.storing(lock_days=3, local_keep_days=0)
        await storing.round()
        assert await warehouse.parts.ledger.is_stored(recording)
        # What cannot be read back is never taken away here, and somebody is told.
        desk.clock.now_ms += DAY_MS
        await storing.round()
        assert local(desk, recording)
        assert "the bucket cannot be read" in storing.state.wrong


async def test_a_bucket_that_is_away_costs_nothing_and_is_caught_up_with(desk: Desk, weed: Weed) -> None:
    async with Line(weed.endpoint) as line, warehouse_of(desk, weed, endpoint=line.endpoint) as warehouse:
        line.cut = True
        storing = warehouse.storing()
        recording = await warehouse.recorded()
        await storing.round()
        assert "does not answer" in storing.state.fault
        assert storing.state.since_ms == desk.clock.wall()
        assert storing.state.waiting > 0
        assert warehouse.objects() == []
        line.cut = False
        await storing.round()
        assert storing.state == StorageState(stored=1)
        assert await warehouse.parts.ledger.is_stored(recording)


async def test_it_comes_back_by_itself(desk: Desk, weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BUCKET_LOOK_EVERY_MS", 20)
    async with Line(weed.endpoint) as line, warehouse_of(desk, weed, endpoint=line.endpoint) as warehouse:
        line.cut = True
        storing = warehouse.storing()
        running = asyncio.create_task(storing.run())
        recording = await warehouse.recorded()
        await desk.until(lambda: storing.state.fault != "")
        line.cut = False
        await desk.until(lambda: storing.state.stored == 1)
        running.cancel()
        assert await warehouse.leaves("RecordingStored") == [recording]


async def test_a_slow_bucket_holds_up_no_session(desk: Desk, weed: Weed) -> None:
    async with Line(weed.endpoint) as line, warehouse_of(desk, weed, endpoint=line.endpoint) as warehouse:
        await warehouse.recorded(60)
        line.pause_s = 0.05
        storing = asyncio.create_task(warehouse.storing().round())
        async with asyncio.timeout(10):
            await line.passed.wait()
        live, _customer, surface = await desk.sharing()
        await warehouse.show(live, SourceId(surface), 5)
        assert not storing.done()
        assert live.decided.state == "active"
        storing.cancel()


async def test_what_is_garbled_on_the_way_is_sent_again(desk: Desk, weed: Weed) -> None:
    async with Line(weed.endpoint) as line, warehouse_of(desk, weed, endpoint=line.endpoint) as warehouse:
        recording = await warehouse.recorded()
        line.garble_up = b"CREC"
        storing = warehouse.storing()
        await storing.round()
        assert line.garbled > 0
        assert storing.state.fault
        line.garble_up = None
        await storing.round()
        assert await in_the_bucket(warehouse, recording) == local(desk, recording)


class Forgetful(DatabaseStorage):
    """A broker killed between the bucket's answer and the database's: nobody knows that the piece is there."""

    async def placed(self, piece: Piece, at_ms: int) -> None:
        raise StoreUnavailable("killed")


class Closed(S3Bucket):
    """A broker killed between planning and sending."""

    async def put_new(self, piece: Piece, body: bytes, locked_until_ms: int | None) -> Placed:
        raise BucketUnreachable("killed")


async def test_a_piece_sent_just_before_a_crash_is_not_sent_twice(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    recording = await warehouse.recorded()
    killed = replace(warehouse.parts, ledger=Forgetful(desk.database.store))
    await Storing(killed, StorageRules()).round()
    assert warehouse.objects()
    await warehouse.storing().round()
    assert await in_the_bucket(warehouse, recording) == local(desk, recording)
    client = warehouse.weed.client()
    versions = client.list_object_versions(Bucket=warehouse.bucket)["Versions"]
    client.close()
    assert len(versions) == len(warehouse.objects())


async def test_a_recording_changed_before_it_was_stored_is_told_and_holds_up_no_other(
    warehouse: Warehouse,
) -> None:
    desk = warehouse.desk
    recording = await warehouse.recorded()
    closed = Closed(warehouse.weed.settings(warehouse.bucket))
    await Storing(replace(warehouse.parts, bucket=closed), StorageRules()).round()
    closed.stop()
    storing = warehouse.storing()
    file = desk.folder / "recordings" / recording / "epoch-0000.crec"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    await storing.round()
    assert "has changed here" in storing.state.wrong
    assert await warehouse.leaves("RecordingNotStored") == [recording]
    file.write_bytes(whole)
    desk.clock.now_ms += limits.BUCKET_BACKOFF_MAX_MS
    await storing.round()
    assert storing.state.wrong == ""
    assert await in_the_bucket(warehouse, recording) == local(desk, recording)


async def test_a_recording_that_is_gone_before_it_was_stored_is_told(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    recording = await warehouse.recorded()
    (warehouse.desk.folder / "recordings" / recording).rename(tmp_path / "elsewhere")
    storing = warehouse.storing()
    await storing.round()
    assert "gone from here" in storing.state.wrong
    assert storing.state.fault == ""


async def test_a_local_copy_is_released_only_when_all_of_it_was_read_back(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    recording = await warehouse.recorded()
    storing = warehouse.storing(local_keep_days=7)
    await storing.round()
    await storing.round()
    assert local(desk, recording)
    desk.clock.now_ms += 8 * DAY_MS
    pieces = await warehouse.parts.bucket.pieces(recording)
    lost = await warehouse.parts.bucket.read(pieces[0])
    await warehouse.parts.bucket.delete(pieces[0])
    await storing.round()
    assert local(desk, recording)
    assert "is not in the bucket" in storing.state.wrong
    await warehouse.parts.bucket.put_new(pieces[0], lost, None)
    desk.clock.now_ms += limits.BUCKET_BACKOFF_MAX_MS
    await storing.round()
    assert not (desk.folder / "recordings" / recording).exists()
    assert await warehouse.leaves("LocalCopyReleased") == [recording]
    assert (await warehouse.parts.ledger.totals()).released == 1


async def test_what_is_stored_verifies_without_us(warehouse: Warehouse) -> None:
    desk = warehouse.desk
    recording = await warehouse.recorded(10)
    await warehouse.storing().round()
    stored = await in_the_bucket(warehouse, recording)
    place = desk.folder / "stranger"
    place.mkdir()
    for name, body in stored.items():
        (place / name).write_bytes(body)
    assert read_recording(place, None, desk.key.public).verdict.status.value == "ok"
