from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from concierge.domain.capability import Capability
from concierge.services.live import LiveSession
from tests.server.serving import Served, served


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as place:
        yield place


async def with_phone(place: Served) -> tuple[LiveSession, str, str]:
    """Return a session, and the cookies of the customer's computer and phone."""
    desk = place.front.desk
    live = await desk.open()
    seat = await desk.customer(live)
    await desk.page(live, live.decided.host)
    await desk.match(live, seat.participant)
    await desk.yes(live, Capability.RECORD, live.decided.host)
    await desk.yes(live, Capability.VIEW_CAMERA, live.decided.host)
    phones = place.front.house.phones
    joined = await phones.join(phones.offer(live, seat.participant).address.rpartition("/")[2])
    session = live.decided.id
    return live, f"concierge_seat_{session}={seat.secret}", f"concierge_phone_{session}={joined.secret}"


async def refused(place: Served, live: LiveSession, cookie: str, origin: str) -> int:
    with pytest.raises(InvalidStatus) as raised:
        async with connect(
            f"ws://127.0.0.1:{place.port}/ws/sessions/{live.decided.id}/phone",
            additional_headers={"Cookie": cookie, "Origin": origin},
            proxy=None,
        ):
            pass
    return raised.value.response.status_code


async def test_the_phone_is_told_how_it_stands_and_heard_on_its_camera_alone(place: Served) -> None:
    live, _, phone = await with_phone(place)
    async with place.socket(live.decided.id, phone, query="/phone") as page:
        assert (await page.hello())["role"] == "customer"
        shown = await page.until("phone_shown")
        assert shown["may_show"]
        assert shown["surface"] is None
        await page.send(type="say", text="hello", id=1)
        assert (await page.until("refusal"))["code"] == "bad_input"
        await page.send(type="put_phone_away", id=2)
        assert (await page.until("farewell"))["reason"] == "left"
    assert not live.decided.phone


async def test_strangers_seats_and_other_sites_have_no_phone(place: Served) -> None:
    live, computer, phone = await with_phone(place)
    for cookie in ("", computer, f"concierge_phone_{live.decided.id}=wrong"):
        assert await refused(place, live, cookie, place.origin) == 403
    assert await refused(place, live, phone, "https://evil.example") == 403
