"""The bucket, over a real S3 server: never overwritten, checked on the way, locked, and enough with the right to put."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from concierge.adapters.bucket import S3Bucket
from concierge.domain.ids import RecordingId
from concierge.services.storage_port import (
    BucketRefused,
    BucketUnreachable,
    Piece,
    PieceDiffers,
    Placed,
)
from tests.peers.line import Line
from tests.peers.seaweed import Weed

pytestmark = pytest.mark.peer

BODY = b"sealed" * 1_000
RECORDING = RecordingId("rec_" + "a" * 26)
HOUR_MS = 60 * 60_000


def piece(body: bytes = BODY, start: int = 0, recording: RecordingId = RECORDING) -> Piece:
    return Piece(recording, "epoch-0000.crec", start, start + len(body), hashlib.sha256(body).digest())


class Buckets:
    """Makes ports and plain clients for one bucket, and closes them."""

    def __init__(self, weed: Weed, name: str) -> None:
        self.weed, self.name = weed, name
        self._open: list[Any] = []

    def port(self, way: str = "owner", read_ms: int = 10_000, **more: Any) -> S3Bucket:
        bucket = S3Bucket(self.weed.settings(self.name, way, **more), read_ms)
        self._open.append(bucket.stop)
        return bucket

    def plain(self, way: str = "owner") -> Any:
        client = self.weed.client(way)
        self._open.append(client.close)
        return client

    def stop(self) -> None:
        for stop in self._open:
            stop()


@pytest.fixture
def buckets(weed: Weed) -> Iterator[Buckets]:
    made = Buckets(weed, weed.bucket())
    yield made
    made.stop()


async def test_a_piece_is_put_once_and_read_back(buckets: Buckets) -> None:
    bucket = buckets.port(prefix="desk/")
    assert await bucket.put_new(piece(), BODY, None) is Placed.NEW
    assert await bucket.put_new(piece(), BODY, None) is Placed.THERE_ALREADY
    assert await bucket.read(piece()) == BODY
    assert await bucket.pieces(RECORDING) == [piece()]
    assert await bucket.pieces(RecordingId("rec_other")) == []
    stored = buckets.plain().list_objects_v2(Bucket=buckets.name)["Contents"]
    assert [entry["Key"] for entry in stored] == [f"desk/{piece().key}"]


async def test_what_is_not_the_piece_is_never_sent(buckets: Buckets) -> None:
    with pytest.raises(PieceDiffers):
        await buckets.port().put_new(piece(), BODY[:-1] + b"?", None)
    assert await buckets.port().pieces(RECORDING) == []


async def test_a_piece_that_is_not_there_is_missed(buckets: Buckets) -> None:
    with pytest.raises(PieceDiffers, match="is not in the bucket"):
        await buckets.port().read(piece())


async def test_who_may_only_put_stores_everything_and_can_neither_read_nor_list_nor_delete(
    buckets: Buckets,
) -> None:
    bucket = buckets.port("appender", lock="compliance")
    until_ms = int(time.time() * 1000) + HOUR_MS
    assert await bucket.put_new(piece(), BODY, until_ms) is Placed.NEW
    assert await bucket.put_new(piece(), BODY, until_ms) is Placed.THERE_ALREADY
    for refused in (bucket.read(piece()), bucket.pieces(RECORDING), bucket.delete(piece())):
        with pytest.raises(BucketRefused, match=r"AccessDenied|403"):
            await refused
    assert await buckets.port("reader").read(piece()) == BODY


async def test_a_late_append_under_a_taken_name_is_refused(buckets: Buckets) -> None:
    await buckets.port("appender").put_new(piece(), BODY, None)
    with pytest.raises(ClientError) as caught:
        buckets.plain("appender").put_object(
            Bucket=buckets.name, Key=piece().key, Body=b"forged", IfNoneMatch="*"
        )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


async def test_what_was_put_over_a_locked_piece_hides_nothing(buckets: Buckets) -> None:
    """A server that knows no condition on If-None-Match keeps an overwriting put as a newer version; the old one stays."""
    until_ms = int(time.time() * 1000) + HOUR_MS
    await buckets.port("appender", lock="compliance").put_new(piece(), BODY, until_ms)
    buckets.plain("appender").put_object(Bucket=buckets.name, Key=piece().key, Body=b"forged" * 1_000)
    assert await buckets.port().read(piece()) == BODY


@pytest.mark.parametrize("mode", ["compliance", "governance"])
async def test_a_locked_piece_cannot_be_deleted_before_its_time(buckets: Buckets, mode: str) -> None:
    until_ms = int(time.time() * 1000) + HOUR_MS
    bucket = buckets.port(lock=mode)
    await bucket.put_new(piece(), BODY, until_ms)
    (version,) = buckets.plain().list_object_versions(Bucket=buckets.name)["Versions"]
    kept = buckets.plain().get_object_retention(
        Bucket=buckets.name, Key=version["Key"], VersionId=version["VersionId"]
    )["Retention"]
    assert kept["Mode"] == mode.upper()
    assert abs(kept["RetainUntilDate"] - datetime.fromtimestamp(until_ms / 1000, UTC)).total_seconds() < 1
    with pytest.raises(BucketRefused):
        await bucket.delete(piece())
    assert await bucket.read(piece()) == BODY


async def test_an_unlocked_piece_is_deleted_with_all_its_versions(buckets: Buckets) -> None:
    bucket = buckets.port()
    await bucket.put_new(piece(), BODY, None)
    for _ in range(2):
        await bucket.delete(piece())
    assert "Versions" not in buckets.plain().list_object_versions(Bucket=buckets.name)


async def test_wrong_credentials_are_refused_and_not_tried_for_ever(buckets: Buckets) -> None:
    with pytest.raises(BucketRefused):
        await buckets.port("stranger").put_new(piece(), BODY, None)


async def test_a_bucket_that_is_away_is_unreachable(buckets: Buckets, free_port: int) -> None:
    bucket = buckets.port(endpoint=f"http://127.0.0.1:{free_port}")
    with pytest.raises(BucketUnreachable):
        await bucket.put_new(piece(), BODY, None)


async def test_a_bucket_that_never_answers_is_given_up(buckets: Buckets) -> None:
    async with Line(buckets.weed.endpoint) as line:
        line.silent = True
        with pytest.raises(BucketUnreachable):
            await buckets.port(endpoint=line.endpoint, read_ms=300).put_new(piece(), BODY, None)


async def test_what_was_garbled_on_the_way_up_is_not_stored(buckets: Buckets) -> None:
    async with Line(buckets.weed.endpoint) as line:
        bucket = buckets.port(endpoint=line.endpoint)
        line.garble_up = b"sealed"
        with pytest.raises(BucketUnreachable):
            await bucket.put_new(piece(), BODY, None)
        assert line.garbled > 0
        assert await buckets.port().pieces(RECORDING) == []
        line.garble_up = None
        assert await bucket.put_new(piece(), BODY, None) is Placed.NEW


async def test_what_was_garbled_on_the_way_down_is_not_believed(buckets: Buckets) -> None:
    await buckets.port().put_new(piece(), BODY, None)
    async with Line(buckets.weed.endpoint) as line:
        line.garble_down = b"sealed"
        with pytest.raises(PieceDiffers):
            await buckets.port(endpoint=line.endpoint).read(piece())
        assert line.garbled > 0
