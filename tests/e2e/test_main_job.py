"""The main job, whole: from a ticket to a replay, with a vendor, in real browser windows."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e import picture
from tests.e2e.house import House
from tests.e2e.people import RECORDED, SEEN, TALK, VIDEO, Customer, Host, Vendor, auditor_arrives, hears
from tests.peers.chromium import Browsers

REPLAYED = "canvas[data-ref=canvas]"
MATEO = "Mateo Villar"


async def test_from_a_ticket_to_a_replay_with_a_vendor(house: House, browsers: Browsers) -> None:
    # --- the host picks the ticket up; the customer comes in by the code and is matched ---
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    await anna.page.get_by_role("link", name="Blank labels from the ward label printer").first.click()
    await expect(anna.page.get_by_role("heading", name="Blank labels")).to_be_visible()
    session = house.link("session_id")
    await anna.opens(house, session)
    code = await anna.reads_the_code()
    assert code == house.link("customer", "code")
    grace = await Customer.sits_down(browsers)
    await grace.joins_by_code(house, code)
    await anna.types_the_digits(await grace.reads_the_digits())

    # --- consents, one by one; then the picture ---
    await grace.answers(yes=True, heading=RECORDED)
    await anna.asks_for("view_screen")
    await grace.answers(yes=True, heading=SEEN)
    assert await anna.page.locator(VIDEO).evaluate("video => video.videoWidth") == 0
    await grace.shares()
    await anna.sees_the_picture_move()

    # --- the vendor: link, PIN, lobby, admitted, the customer's own yes ---
    mateo = await Vendor.opens(browsers, house.link("vendor", "invite_url"))
    await mateo.redeems(MATEO, house.link("vendor", "pin"))
    await expect(anna.page.locator("[data-list=lobby]").get_by_text(MATEO)).to_be_visible()
    await anna.page.locator("[data-list=lobby] [data-act=admit]").click()
    await expect(grace.page.locator("[data-panel=vendor]")).to_contain_text("Orvanta Print Systems")
    await grace.answers(yes=True, heading=SEEN)
    await grace.answers(yes=False, heading=TALK)
    await mateo.sees_the_picture_move()

    # --- chat and marks reach everyone ---
    await grace.says("The labels are blank again")
    for page in (anna.page, mateo.page, grace.page):
        await hears(page, "The labels are blank again")
    said_at = await picture.number_seen(anna.page, VIDEO)
    assert said_at is not None
    await anna.points()
    for page in (anna.page, mateo.page, grace.page):
        await expect(page.locator("[data-ref=marks] > *").first).to_be_attached()

    # --- the vendor is revoked: the picture stops, for the vendor alone ---
    await revoke(anna, mateo)
    await anna.sees_the_picture_move()

    # --- hand-over to Ben: named, briefed, present, and the customer agrees ---
    ben = await hand_over(house, browsers, anna, grace, session)
    await ben.sees_the_picture_move()
    await ben.says("Ben here: the driver is back to 7.3.9")
    await hears(grace.page, "Ben here: the driver is back to 7.3.9")

    # --- the end, and the customer's receipt ---
    await ben.ends("Driver rolled back to 7.3.9; labels print again.")
    await grace.page.get_by_role("link", name="See your receipt").click()
    await expect(grace.page.get_by_role("heading", name="Blank labels")).to_be_visible()
    for text in ("Anna Berger", "Ben Okafor", MATEO, "Orvanta Print Systems"):
        await expect(grace.page.get_by_text(text).first).to_be_visible()

    # --- the auditor sees the same picture at the same time mark ---
    await replay(house, browsers, said_at)


async def revoke(anna: Host, mateo: Vendor) -> None:
    page = await anna.page.context.new_page()
    await page.goto(anna.page.url.partition("/sessions/")[0] + "/invites")
    row = (
        page.locator("li, tr")
        .filter(has_text=MATEO)
        .filter(has=page.get_by_role("button", name="Revoke"))
        .first
    )
    await row.get_by_role("button", name="Revoke").click()
    confirm = page.get_by_role("button", name=re.compile("Revoke now"))
    if await confirm.first.is_visible():
        await confirm.first.click()
    await expect(mateo.page.locator("[data-panel=out]")).to_be_visible()
    assert await mateo.page.evaluate(
        "[...document.querySelectorAll('video')].every(v => !v.srcObject || v.hidden || !v.checkVisibility())"
    )
    await page.close()


async def hand_over(house: House, browsers: Browsers, anna: Host, grace: Customer, session: str) -> Host:
    ben = await Host.arrives(browsers, house.link("sign_in", "host2"))
    await anna.page.locator("[data-act=open-handover]").click()
    dialog = anna.page.locator("[data-ref=dialog-handover]")
    await dialog.get_by_text("Ben Okafor").click()
    await dialog.locator("#brief").fill("Driver 7.4.1 again. Roll it back, then a test label.")
    await dialog.get_by_role("button", name="Offer hand-over").click()
    await expect(dialog.locator("[data-panel=handover-waiting]")).to_be_visible()
    await ben.opens(house, session)
    offer = ben.page.locator("[data-ref=dialog-offer]")
    await expect(offer.get_by_text("Driver 7.4.1 again.")).to_be_visible()
    await offer.locator("[data-act=accept-handover]").click()
    await grace.answers(yes=True, heading=SEEN)
    return ben


async def replay(house: House, browsers: Browsers, said_at: int) -> None:
    page = await auditor_arrives(browsers, house.link("sign_in", "auditor"))
    await (
        page.locator("main a[href*='/recordings/rec_']")
        .filter(has_text="Blank labels from the ward")
        .first.click()
    )
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "ok")
    events = page.locator("[data-list=events]")
    await expect(events.get_by_text("The labels are blank again")).to_be_visible()
    await events.get_by_text("The labels are blank again").click()
    await same_picture(page, said_at)
    await one_byte_later(house, page)


async def same_picture(page: Page, said_at: int) -> None:
    """Within a second of the moment: chat and picture travel by different ways."""
    await picture.wait_until_near(page, REPLAYED, said_at, slack=1000 // picture.STEP_MS)


async def one_byte_later(house: House, page: Page) -> None:
    """One byte changed in the recording turns the verdict bad and names the segment."""
    recording = page.url.partition("/recordings/")[2].partition("?")[0]
    file = house.data / "recordings" / recording / "epoch-0000.crec"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    await page.reload()
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "bad")
    await expect(page.locator("[data-ref=verdict]")).to_contain_text(
        re.compile(r"segment.*\d+", re.IGNORECASE)
    )
