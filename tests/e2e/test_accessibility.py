"""axe over the live pages as they really stand, step by step: nothing serious, in light and dark, wide and narrow."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.house import House
from tests.e2e.people import RECORDED, SEEN, TALK, Customer, Host, Vendor, auditor_arrives, last
from tests.gallery.gallery import AXE, AXE_RUN
from tests.peers.chromium import NARROW, WIDE, Browsers

MATEO = "Mateo Villar"
STILL_MS = 800


class Examiner:
    """Runs axe and keeps what is serious."""

    def __init__(self) -> None:
        self.found: list[str] = []

    async def look(self, page: Page, step: str) -> None:
        await last(page, STILL_MS)
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        for violation in await self._serious(page):
            self.found += [f"{step}: {violation['id']}: {node}" for node in violation["nodes"][:3]]

    async def _serious(self, page: Page) -> list[dict[str, Any]]:
        violations: list[dict[str, Any]] = await page.evaluate(AXE_RUN)
        return [one for one in violations if one["impact"] in {"serious", "critical"}]


async def test_nothing_serious_in_a_whole_session(house: House, browsers: Browsers) -> None:
    axe = Examiner()
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    await axe.look(anna.page, "desk")
    await anna.opens(house, house.link("session_id"))
    await axe.look(anna.page, "console: code")
    grace = await Customer.sits_down(browsers)
    await grace.joins_by_code(house, await anna.reads_the_code())
    digits = await grace.reads_the_digits()
    await axe.look(grace.page, "customer: who")
    await axe.look(anna.page, "console: match")
    await anna.types_the_digits(digits)
    await expect(grace.page.get_by_role("heading", name=RECORDED)).to_be_visible()
    await axe.look(grace.page, "customer: consent")
    await axe.look(anna.page, "console: asking")
    await grace.answers(yes=True, heading=RECORDED)
    await axe.look(grace.page, "customer: waiting")
    await axe.look(anna.page, "console: ready")
    await anna.asks_for("view_screen")
    await grace.answers(yes=True, heading=SEEN)
    await axe.look(grace.page, "customer: choose")
    await grace.shares()
    await anna.sees_the_picture_move()

    mateo = await Vendor.opens(browsers, house.link("vendor", "invite_url"))
    await axe.look(mateo.page, "vendor: invitation")
    await mateo.redeems(MATEO, house.link("vendor", "pin"))
    await axe.look(mateo.page, "vendor: lobby")
    await anna.page.locator("[data-list=lobby] [data-act=admit]").click()
    await grace.answers(yes=True, heading=SEEN)
    await grace.answers(yes=False, heading=TALK)
    await mateo.sees_the_picture_move()
    await anna.says("Good morning")
    for page, who in ((anna.page, "console"), (mateo.page, "vendor"), (grace.page, "customer")):
        await axe.look(page, f"{who}: sharing")
        await page.emulate_media(color_scheme="dark")
        await axe.look(page, f"{who}: sharing, dark")
        await page.emulate_media(color_scheme="light")
    await anna.page.set_viewport_size(NARROW)
    await axe.look(anna.page, "console: sharing, narrow")
    await anna.page.set_viewport_size(WIDE)
    for act in ("open-invite", "open-handover", "open-end"):
        await anna.page.locator(f"[data-act={act}]").click()
        await axe.look(anna.page, f"console: {act}")
        await anna.page.keyboard.press("Escape")
    await grace.page.locator("[data-act=hide]").click()
    await axe.look(grace.page, "customer: hidden")
    await anna.ends("Everything is reachable by keyboard.")
    await axe.look(anna.page, "console: ended")
    await axe.look(mateo.page, "vendor: out")
    await axe.look(grace.page, "customer: ended")
    await grace.page.get_by_role("link", name="See your receipt").click()
    await axe.look(grace.page, "receipt")

    page = await auditor_arrives(browsers, house.link("sign_in", "auditor"))
    await axe.look(page, "recordings")
    await page.locator("main a[href*='/recordings/rec_']").first.click()
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "ok")
    await axe.look(page, "replay")
    await page.emulate_media(color_scheme="dark")
    await axe.look(page, "replay, dark")
    assert axe.found == []
