"""The plane's clock: what is wrong with one peer connection is nobody else's loss."""

from __future__ import annotations

import asyncio

import pytest

from concierge.services.media_port import MediaKind, SourceId
from tests.media.offers import offer, video
from tests.media.peers import CUSTOMER, SCREEN, SESSION, MovingPicture, publish, running_plane


async def test_a_publisher_that_breaks_the_clock_does_not_stop_it_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running_plane() as (plane, _, _):
        publisher = await publish(plane, MovingPicture())
        other = SourceId("sur_other")
        await plane.publish(SESSION, CUSTOMER, other, MediaKind.PICTURE, offer(video()))
        ticked = asyncio.Event()

        def broken(_now: float) -> None:
            raise RuntimeError("a fault")

        monkeypatch.setattr(plane._sources[SCREEN], "tick", broken)
        monkeypatch.setattr(plane._sources[other], "tick", lambda _now: ticked.set())
        async with asyncio.timeout(10):
            await ticked.wait()
        await publisher.close()
