from __future__ import annotations

import json

import pytest

from concierge.adapters.portraits import PillowPortraits
from concierge.demo import portraits as drawings
from concierge.domain.errors import Refused
from concierge.domain.portrait import owner_of_person, owner_of_vendor
from concierge.services.portraits import Album, Portraits
from tests.services.desk import Desk

PICTURE = drawings.drawn(drawings.ANNA)


def portraits_of(desk: Desk, album: Album) -> Portraits:
    return Portraits(desk.database.portraits, PillowPortraits(), album, desk.clock, desk.tools.mint)


async def test_a_portrait_is_seen_by_everybody_in_the_session_and_not_by_its_former_address(
    desk: Desk,
) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    portraits = portraits_of(desk, desk.tools.album)
    owner = owner_of_person(desk.anna.id)
    first = await portraits.put(owner, PICTURE, desk.anna.id)
    for who in (live.decided.host, customer, vendor):
        await desk.page(live, who)
        live.send_view(who)
        seats = {seat["id"]: seat["portrait"] for seat in desk.pages[who].view["seats"]}
        assert seats.pop(live.decided.host) == first.address
        assert set(seats.values()) == {""}
    second = await portraits.put(owner, PICTURE, desk.anna.id)
    assert second.address != first.address
    assert await portraits.find(first.address) is None
    assert await portraits.drop(owner, desk.anna.id)
    assert desk.tools.album.of(owner) == ""


async def test_a_vendors_portrait_belongs_to_company_and_name(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    who = live.decided.seats[vendor].who
    portraits = portraits_of(desk, desk.tools.album)
    kept = await portraits.put(owner_of_vendor(desk.company.id, who.name), PICTURE, "test")
    assert desk.tools.album.of_participant(who) == kept.address


async def test_a_refused_picture_changes_nothing_and_leaves_no_leaf(desk: Desk) -> None:
    portraits = portraits_of(desk, desk.tools.album)
    kept = await portraits.put("per_anna", PICTURE, "per_anna")
    before = await desk.database.audit.tail(1)
    with pytest.raises(Refused):
        await portraits.put("per_anna", b"no picture", "per_anna")
    assert desk.tools.album.of("per_anna") == kept.address
    assert await desk.database.audit.tail(1) == before
    assert {"bytes", "sha256"} == json.loads(before[0][1].detail).keys()


async def test_a_server_that_starts_again_knows_every_face(desk: Desk) -> None:
    kept = await portraits_of(desk, desk.tools.album).put("per_anna", PICTURE, "per_anna")
    later = Album()
    await portraits_of(desk, later).start()
    assert later.of("per_anna") == kept.address
