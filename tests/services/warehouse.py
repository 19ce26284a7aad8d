"""A desk whose recordings go to a real bucket: what a test of storing needs, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from concierge.adapters.bucket import S3Bucket
from concierge.adapters.recording_files import LocalFiles
from concierge.domain.ids import RecordingId
from concierge.services.live import LiveSession
from concierge.services.media_port import EncodedFrame, SourceId
from concierge.services.storage_port import Bucket
from concierge.services.stored import Stored
from concierge.services.storing import StorageParts, StorageRules, Storing
from concierge.wire import messages as wire
from tests.peers.seaweed import Weed
from tests.services.desk import Desk


@dataclass
class Warehouse:
    """The parts, and what tests ask of them."""

    desk: Desk
    weed: Weed
    bucket: str
    parts: StorageParts

    def storing(self, **rules: Any) -> Storing:
        return Storing(self.parts, StorageRules(**rules))

    def stored(self) -> Stored:
        return Stored(self.parts)

    async def recorded(self, frames: int = 40, size: int = 20_000) -> RecordingId:
        """Hold a session in which pictures were forwarded, to its end."""
        live, _customer, surface = await self.desk.sharing()
        await self.show(live, SourceId(surface), frames, size)
        await self.end(live)
        return live.decided.recording

    async def show(self, live: LiveSession, source: SourceId, frames: int, size: int = 20_000) -> None:
        await self.desk.until(lambda: source in self.desk.plane.open)
        for number in range(frames):
            key = number == 0
            picture = EncodedFrame(
                "VP8", number * 3_000, key, 64 if key else 0, 48 if key else 0, bytes(size)
            )
            self.desk.plane.open[source].frame(source, picture)
        await self.desk.send(live, live.decided.host, wire.Say("Do you see it?"))

    async def end(self, live: LiveSession) -> None:
        await self.desk.send(live, live.decided.host, wire.End("Solved", ""))
        await self.desk.ended(live)

    async def leaves(self, kind: str) -> list[str]:
        tail = await self.desk.tools.audit.tail(500)
        return [leaf.subject for _, leaf in tail if leaf.kind == kind]

    def objects(self) -> list[str]:
        client = self.weed.client()
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        client.close()
        return keys


@asynccontextmanager
async def warehouse_of(
    desk: Desk, weed: Weed, *, bucket: Bucket | None = None, way: str = "owner", name: str = "", **more: Any
) -> AsyncIterator[Warehouse]:
    """Return a warehouse over a desk; `more` goes to the bucket's settings."""
    name = name or weed.bucket()
    own = S3Bucket(weed.settings(name, way, **more), 5_000)
    evidence: Any = desk.tools.evidence
    files = LocalFiles(desk.folder / "recordings", evidence.durable)
    parts = StorageParts(bucket or own, desk.database.storage, files, desk.tools.audit, desk.clock)
    try:
        yield Warehouse(desk, weed, name, parts)
    finally:
        own.stop()
