from __future__ import annotations

import pytest

from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import SurfaceId
from concierge.domain.surface import Condition
from concierge.services.picturing import tell_picture
from concierge.wire import messages as wire
from tests.services.desk import Desk


async def test_what_is_told_goes_to_whoever_sees_the_picture_and_changes_are_kept(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    await tell_picture(live, customer, wire.TellPicture(surface, Condition.STILL, 640, 360, 5_000))
    host = desk.pages[live.decided.host]
    told = {"type": "picture_told", "surface": surface, "condition": "still", "width": 640, "height": 360}
    assert host.of("picture_told") == [{**told, "age_ms": 5_000}]
    assert desk.pages[customer].of("picture_told") == []
    shown = live.view(live.decided.host).view.surfaces
    assert [(one.condition, one.width, one.height) for one in shown] == [(Condition.STILL, 640, 360)]
    before = live.decided.last_seq
    await tell_picture(live, customer, wire.TellPicture(surface, Condition.STILL, 640, 360, 6_000))
    assert live.decided.last_seq == before
    assert host.of("picture_told")[-1]["age_ms"] == 6_000


async def test_nobody_tells_of_a_picture_that_is_not_theirs(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    with pytest.raises(Refused) as caught:
        await tell_picture(live, live.decided.host, wire.TellPicture(surface, Condition.MUTED, 1, 1, 0))
    assert caught.value.code == "not_shared"
    with pytest.raises(Refused):
        await tell_picture(live, customer, wire.TellPicture(SurfaceId("sur_x"), Condition.MUTED, 1, 1, 0))
    with pytest.raises(BadInput):
        await tell_picture(live, customer, wire.TellPicture(surface, Condition.MUTED, 1, 1, -1))
