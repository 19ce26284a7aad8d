"""The far end of "test my connection": who may, how often, and that it leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from concierge.domain import limits
from tests.media.offers import audio, offer
from tests.server.serving import Served, served


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as place:
        yield place


def knocking(place: Served, *, cookie: str = "", origin: str = "") -> Any:
    return connect(
        f"ws://127.0.0.1:{place.port}/ws/connection-test",
        additional_headers={"Cookie": cookie, "Origin": origin or place.origin},
        proxy=None,
    )


async def asked(page: ClientConnection, **given: str) -> dict[str, Any]:
    await page.send(json.dumps(given))
    answer: dict[str, Any] = json.loads(await page.recv())
    return answer


async def test_whoever_holds_an_open_invite_is_told_the_ways_and_answered(place: Served) -> None:
    made = await place.front.invite()
    async with knocking(place) as page:
        told = await asked(page, invite=made.link.rpartition("/")[2])
        assert set(told) == {"ice_servers", "ways"}
        for _ in range(limits.PROBE_OFFERS_MAX):
            assert (await asked(page, offer=offer(audio())))["answer"]
    assert place.front.house.registry.all() == []


async def test_a_seat_may_test_too(place: Served) -> None:
    live = await place.front.desk.open()
    seat = await place.front.desk.customer(live)
    session = live.decided.id
    async with knocking(place, cookie=f"concierge_seat_{session}={seat.secret}") as page:
        assert "ways" in await asked(page, session=session)


@pytest.mark.parametrize(
    "first", ["{}", "[]", "no", '{"invite": "guessed"}', '{"session": "ses_x"}', '{"invite": 1}']
)
async def test_strangers_are_answered_nothing(place: Served, first: str) -> None:
    async with knocking(place) as page:
        await page.send(first)
        with pytest.raises(ConnectionClosed):
            await page.recv()


async def test_a_page_of_another_site_may_not(place: Served) -> None:
    with pytest.raises(InvalidStatus) as raised:
        async with knocking(place, origin="https://evil.example"):
            pass
    assert raised.value.response.status_code == 403


async def test_so_many_at_once_and_not_one_more(place: Served) -> None:
    secret = (await place.front.invite()).link.rpartition("/")[2]
    opened = [await knocking(place) for _ in range(limits.PROBES_AT_ONCE_MAX + 1)]
    try:
        for page in opened[:-1]:
            await asked(page, invite=secret)
        with pytest.raises(ConnectionClosed):
            await asked(opened[-1], invite=secret)
    finally:
        for page in opened:
            await page.close()
