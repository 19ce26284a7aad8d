"""The media's way is cut while the signalling lives: whoever looks is not deceived, and the picture comes back by itself."""

from __future__ import annotations

import pytest

from tests.e2e import picture
from tests.e2e.cable import media_cable
from tests.e2e.house import House
from tests.e2e.people import VIDEO, Customer, Host, in_state, last, meet, share
from tests.peers.chromium import Browsers

SHORT_MS, LONG_MS = 4_000, 20_000
"""Shorter than MEDIA_SILENT_MS, after which the broker gives a publisher up; and longer."""


@pytest.mark.torture
async def test_the_medias_path_is_cut_and_heals(
    shared_house: House,
    browsers: Browsers,
    torture: bool,  # noqa: FBT001 - a fixture
) -> None:
    async with media_cable() as cable:
        anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
        grace = await Customer.sits_down(browsers)
        await cable.lay(grace.page.context)
        await meet(shared_house, anna, grace, await shared_house.opens("The picture stands still"))
        await share(anna, grace)
        assert cable.carried > 0, "the media go through the cable"

        cable.pull()
        await last(grace.page, LONG_MS if torture else SHORT_MS)
        assert cable.lost > 0
        frozen = await picture.number_seen(anna.page, VIDEO)

        cable.plug()
        seen = await anna.sees_the_picture_move()
        await in_state(anna.page, "active")
        assert frozen is None or seen - frozen >= (LONG_MS if torture else SHORT_MS) // picture.STEP_MS // 2
        await anna.ends("The line was bad.")
