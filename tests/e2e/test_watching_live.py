"""A supervisor watches a recording while it is made: the picture moves, the customer reads who watches, and it ends in a verdict."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.house import House
from tests.e2e.people import Customer, Host, meet, share
from tests.peers.chromium import Browsers

CANVAS = "[data-ref=canvas]"
TOLD = "[data-panel=watched]"
SHOWN_LATER = """(canvas, least) => new Promise((done) => {
  const look = () => Number(canvas.dataset.atUs ?? 0) > least ? done(Number(canvas.dataset.atUs)) : requestAnimationFrame(look);
  look();
})"""


async def test_a_supervisor_watches_while_it_is_recorded(shared_house: House, browsers: Browsers) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    await meet(shared_house, anna, grace, await shared_house.opens("The scanner is mute"))
    await share(anna, grace)
    await expect(grace.page.locator(TOLD)).to_be_hidden()

    # --- from the list of live sessions; told by name to customer and host ---
    sofia = await Host.arrives(browsers, shared_house.link("sign_in", "supervisor"))
    row = sofia.page.locator("[data-list=live] li", has_text="The scanner is mute")
    await row.get_by_role("link", name="Watch").click()
    await expect(grace.page.locator(TOLD)).to_contain_text("Sofia")
    await expect(anna.page.locator(TOLD)).to_contain_text("Sofia")

    # --- what is recorded moves here, seconds behind, opened and verified by this browser ---
    page = sofia.page
    canvas = page.locator(CANVAS)
    await expect(page.locator("[data-panel=player]")).to_be_visible()
    first = await canvas.evaluate(SHOWN_LATER, 0)
    assert await canvas.evaluate(SHOWN_LATER, first + 3_000_000) > first
    await expect(page.locator("[data-ref=live-badge]")).to_contain_text("Live,")
    await expect(page.locator("[data-ref=own]")).to_have_attribute("data-state", "good")
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "open")
    await anna.says("The new driver is in.")
    await expect(page.locator("[data-list=events]")).to_contain_text("The new driver is in.")

    # --- sought back it stands where it is asked to; "Go to now" follows again ---
    await page.locator("[data-ref=seek]").fill("0")
    await page.locator("[data-act=go-to-now]").click()
    await expect(page.locator("[data-act=go-to-now]")).to_be_hidden()
    await canvas.evaluate(SHOWN_LATER, first + 3_000_000)

    # --- the end: the ordinary replay, and its verdict ---
    await anna.ends("Seen by two.")
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "ok")
    await expect(page.locator("[data-ref=live-badge]")).to_have_count(0)
