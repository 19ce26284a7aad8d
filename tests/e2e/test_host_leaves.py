"""The host leaves on purpose with a vendor inside: the vendor is out, the customer is told, nothing is seen meanwhile."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.house import House
from tests.e2e.people import SEEN, TALK, VIDEO, Customer, Host, Vendor, in_state, share
from tests.peers.chromium import Browsers

MATEO = "Mateo Villar"
DARK = "[...document.querySelectorAll('video')].every(v => !v.srcObject || v.hidden || !v.checkVisibility())"


async def test_the_host_leaves_with_a_vendor_inside(house: House, browsers: Browsers) -> None:
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    session = house.link("session_id")
    await anna.opens(house, session)
    grace = await Customer.sits_down(browsers)
    await grace.joins_by_code(house, await anna.reads_the_code())
    await anna.types_the_digits(await grace.reads_the_digits())
    await grace.answers(yes=True, heading="May this session be recorded?")
    await share(anna, grace)
    mateo = await Vendor.opens(browsers, house.link("vendor", "invite_url"))
    await mateo.redeems(MATEO, house.link("vendor", "pin"))
    await anna.page.locator("[data-list=lobby] [data-act=admit]").click()
    await grace.answers(yes=True, heading=SEEN)
    await grace.answers(yes=False, heading=TALK)
    await mateo.sees_the_picture_move()

    console = anna.page.url
    await anna.page.locator("[data-act=open-end]").click()
    await anna.page.locator("[data-ref=dialog-end] [data-act=leave]").click()

    # --- the vendor is out, and knows why; the customer is told that nobody sees anything ---
    out = mateo.page.locator("[data-panel=out]")
    await expect(out).to_contain_text("nobody from outside stays without a host")
    assert await mateo.page.evaluate(DARK)
    await expect(grace.page.locator("[data-panel=paused]")).to_contain_text("has left")
    await expect(grace.page.locator("[data-ref=indicator-text]")).to_have_text("Paused: nobody sees anything")
    known = await house.call(f"/api/v1/sessions/{session}")
    assert known["state"] == "paused"

    # --- the host comes back: the picture goes on for the host, and the vendor stays out ---
    await anna.opens_again(console)
    await in_state(anna.page, "active")
    await expect(grace.page.locator("[data-panel=paused]")).to_be_hidden()
    await anna.sees_the_picture_move()
    await mateo.page.reload()
    await expect(mateo.page.locator(VIDEO)).to_have_count(0)
    await anna.ends("Left for a moment.")
