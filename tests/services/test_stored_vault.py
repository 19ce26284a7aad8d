"""Removing a recording that is stored too: gone here and there, or tried again, or locked and said so."""

from __future__ import annotations

import time

import pytest

from concierge.domain.errors import EvidenceUnavailable
from concierge.services.stored_vault import StoredVault
from tests.peers.line import Line
from tests.peers.seaweed import Weed
from tests.services.desk import Desk
from tests.services.warehouse import warehouse_of

pytestmark = pytest.mark.peer


async def test_what_is_removed_here_is_deleted_there(desk: Desk, weed: Weed) -> None:
    async with warehouse_of(desk, weed) as warehouse:
        recording = await warehouse.recorded(5)
        await warehouse.storing().round()
        vault = StoredVault(desk.vault, warehouse.stored())
        for _ in range(2):
            await vault.remove(recording)
        assert warehouse.objects() == []
        assert await warehouse.parts.files.sizes(recording) == {}


async def test_a_bucket_that_is_away_leaves_it_to_be_tried_again(desk: Desk, weed: Weed) -> None:
    async with Line(weed.endpoint) as line, warehouse_of(desk, weed, endpoint=line.endpoint) as warehouse:
        recording = await warehouse.recorded(5)
        await warehouse.storing().round()
        vault = StoredVault(desk.vault, warehouse.stored())
        line.cut = True
        with pytest.raises(EvidenceUnavailable, match="cannot be deleted"):
            await vault.remove(recording)
        assert warehouse.objects()
        line.cut = False
        await vault.remove(recording)
        assert warehouse.objects() == []


async def test_what_is_locked_stays_there(desk: Desk, weed: Weed) -> None:
    desk.clock.now_ms = int(time.time() * 1000)
    async with warehouse_of(desk, weed, lock="compliance") as warehouse:
        recording = await warehouse.recorded(5)
        await warehouse.storing(lock_days=1).round()
        await StoredVault(desk.vault, warehouse.stored()).remove(recording)
        assert warehouse.objects()
        assert await warehouse.parts.files.sizes(recording) == {}
