"""When somebody drops, and between people: resumed from another browser, picked up by a colleague, stepping away, a sleep."""

from __future__ import annotations

import re
import signal
import time

from playwright.async_api import expect

from concierge.domain import limits
from tests.e2e.cable import cable_to
from tests.e2e.house import House
from tests.e2e.people import DEAF_MS, SEEN, Customer, Host, in_state, is_healed, last, meet, share
from tests.peers.chromium import Browsers

PAUSED = "[data-panel=paused]"
SLEPT_MS = 20 * 60_000
DARK = "document.querySelector('[data-ref=preview]').srcObject === null"
SLEEP = "ms => { const before = Date.now; Date.now = () => before() + ms; }"


async def anna_and_grace(house: House, browsers: Browsers) -> tuple[Host, Customer, str]:
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    opened = await house.opens("Labels come out blank")
    await meet(house, anna, grace, opened)
    await share(anna, grace)
    return anna, grace, opened.session


async def shares_again(grace: Customer) -> None:
    """The page publishes what it still holds, or asks what to share: both are right, and either is soon there."""
    share = grace.page.locator("[data-act=share]:visible")
    await expect(grace.page.locator("body[data-sharing=true]").or_(share).first).to_be_visible()
    if await share.count() > 0:
        await grace.shares()


async def test_the_host_is_lost_resumes_elsewhere_and_is_then_picked_up_by_a_colleague(
    house: House, browsers: Browsers
) -> None:
    anna, grace, session = await anna_and_grace(house, browsers)
    await house.end(signal.SIGKILL)
    await house.start()
    await is_healed(anna.page)

    # --- she signs in at another browser and takes her seat; the old one says so ---
    elsewhere = await Host.arrives(browsers, house.link("sign_in", "host"))
    await elsewhere.opens(house, session)
    await expect(anna.page.get_by_text("This session is open in another window.")).to_be_visible()
    await expect(grace.page.locator(PAUSED)).to_be_hidden()
    await elsewhere.sees_the_picture_move()

    # --- both browsers die: the customer reads what that means, and until when ---
    await elsewhere.page.context.close()
    await anna.page.context.close()
    lost = grace.page.locator(PAUSED)
    await expect(lost).to_contain_text("Anna Berger was lost", timeout=8_000)
    await expect(lost).to_contain_text(re.compile(r"Nothing can be seen or done; waiting until \d\d:\d\d"))

    # --- two minutes pass on the broker's clock, which is killed in between; a colleague picks up ---
    await house.end(signal.SIGKILL)
    mark = house.data / "clock"
    now_ms = max(int(mark.read_text(encoding="ascii")), time.time_ns() // 1_000_000)
    mark.write_text(str(now_ms + limits.HOST_PICK_UP_AFTER_MS), encoding="ascii")
    await house.start()
    ben = await Host.arrives(browsers, house.link("sign_in", "host2"))
    row = ben.page.locator("[data-list=live] li", has_text="Labels come out blank")
    await row.get_by_role("button", name="Host lost: pick up").click()
    await expect(ben.page.locator("[data-panel=picking-up]")).to_contain_text("The customer is asked")

    # --- the customer decides about the new name, and is asked anew before anything is seen ---
    ask = grace.page.locator("[data-panel=pickup]")
    await expect(ask.get_by_role("heading")).to_have_text(re.compile("May Ben .* take over\\?"))
    assert await grace.page.evaluate("document.activeElement.dataset.answer ?? null") is None
    await last(grace.page, DEAF_MS)
    await ask.get_by_role("button", name="Yes").click()
    await in_state(ben.page, "active")
    await grace.answers(yes=True, heading=SEEN)
    await shares_again(grace)
    await ben.sees_the_picture_move()
    await ben.ends("Picked up, and solved.")


async def test_warm_hand_over_introduces_the_next_host_and_holds_the_first(
    shared_house: House, browsers: Browsers
) -> None:
    anna, grace, session = await anna_and_grace(shared_house, browsers)
    ben = await Host.arrives(browsers, shared_house.link("sign_in", "host2"))
    await anna.page.locator("[data-act=open-opinion]").click()
    asked = anna.page.locator("[data-ref=dialog-opinion]")
    await asked.get_by_text("Ben").click()
    await asked.locator("#opinion-question").fill("Is it the driver?")
    await asked.get_by_role("button", name="Ask").click()
    await expect(asked).to_be_hidden()

    # --- a quiet opinion: the customer is asked by name, and the desk's lines are the desk's ---
    await ben.opens(shared_house, session)
    await expect(ben.page.locator("[data-panel=opinion-asked]")).to_contain_text("Is it the driver?")
    await grace.answers(yes=True, heading=SEEN)
    await expect(grace.page.locator("[data-list=connected]")).to_contain_text("Ben")
    await ben.sees_the_picture_move()
    await ben.page.locator("[data-ref=say-to-desk]").fill("It is the driver.")
    await ben.page.locator("[data-ref=say-to-desk]").press("Enter")
    await expect(anna.page.locator("[data-list=desk-lines]")).to_contain_text("It is the driver.")
    await expect(grace.page.get_by_text("It is the driver.")).to_have_count(0)

    # --- handed over: introduced by name first, and the first may not leave before it is done ---
    await anna.page.locator("[data-act=open-handover]").click()
    offer = anna.page.locator("[data-ref=dialog-handover]")
    await offer.get_by_text("Ben").click()
    await offer.locator("#brief").fill("Driver 7.4.1 is at fault; go back to 7.3.9.")
    await offer.get_by_role("button", name="Offer hand-over").click()
    told = grace.page.locator("[data-panel=next-host]")
    await expect(told).to_contain_text("is about to take over from Anna Berger")
    await expect(ben.page.locator("[data-ref=offer-brief]")).to_contain_text("7.3.9")
    await offer.get_by_role("button", name="Close").click()
    await anna.page.locator("[data-act=open-end]").click()
    await anna.page.locator("[data-ref=dialog-end] [data-act=leave]").click()
    await expect(anna.page.get_by_text("Your colleague has not taken over yet.")).to_be_visible()
    await anna.page.locator("[data-ref=dialog-end]").get_by_role("button", name="Close").click()
    await ben.page.locator("[data-act=accept-handover]").click()
    await expect(ben.page.locator("body")).to_have_attribute("data-variant", "host")
    await expect(told).to_be_hidden()

    # --- now it is Ben whose shift ends: refused in plain words until Anna has it again ---
    end = await ben.page.context.new_page()
    await end.goto(f"{shared_house.base}/shift")
    await expect(end.get_by_text("Offer it with a brief in its console")).to_be_visible()
    await end.get_by_role("button", name="Sign off", exact=True).click()
    await expect(end.get_by_text("You cannot sign off yet")).to_be_visible()
    await ben.page.locator("[data-act=open-handover]").click()
    back = ben.page.locator("[data-ref=dialog-handover]")
    await back.get_by_text("Anna").click()
    await back.locator("#brief").fill("7.3.9 is back; watch the next label.")
    await back.get_by_role("button", name="Offer hand-over").click()
    await anna.page.locator("[data-act=accept-handover]").click()
    await expect(anna.page.locator("body")).to_have_attribute("data-variant", "host")
    await end.goto(f"{shared_house.base}/shift")
    await end.get_by_role("button", name="Sign off", exact=True).click()
    await expect(end.get_by_text("You have signed off.")).to_be_visible()
    await anna.ends("Taken over, and solved.")


async def test_the_customer_steps_away_and_comes_back(shared_house: House, browsers: Browsers) -> None:
    anna, grace, session = await anna_and_grace(shared_house, browsers)
    shared_house.freeze()
    try:
        await grace.page.get_by_role("button", name="Someone else is here now").click()
        assert await grace.page.evaluate(DARK)
        await expect(grace.page.locator("[data-panel=away]")).to_contain_text("you are not alone")
        await expect(grace.page.locator("body")).to_have_attribute("data-sharing", "false")
    finally:
        shared_house.thaw()
    await expect(anna.page.locator(PAUSED)).to_contain_text("The customer is not alone at the screen.")
    known = await shared_house.call(f"/api/v1/sessions/{session}")
    assert known["view"]["surfaces"] == []
    await grace.page.get_by_role("button", name="I am back").click()
    await grace.answers(yes=True, heading=SEEN)
    await grace.shares()
    await anna.sees_the_picture_move()


async def test_a_closed_tab_is_found_again_from_the_portal_without_a_code(
    shared_house: House, browsers: Browsers
) -> None:
    anna, grace, _ = await anna_and_grace(shared_house, browsers)
    await grace.page.close()
    await expect(anna.page.locator(PAUSED)).to_contain_text("connection to the customer was lost")
    grace.page = await grace.page.context.new_page()
    await grace.page.goto(shared_house.base)
    await grace.page.get_by_role("link", name="Back to my session").click()
    await in_state(anna.page, "active")
    await grace.shares()
    await anna.sees_the_picture_move()
    stranger = (await browsers.headless()).pages[0]
    await stranger.goto(shared_house.base)
    await expect(stranger.get_by_role("link", name="Back to my session")).to_have_count(0)


async def test_a_machine_that_slept_says_for_how_long(shared_house: House, browsers: Browsers) -> None:
    async with cable_to(shared_house.port) as cable:
        anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
        grace = await Customer.sits_down(browsers, flags=[cable.flag])
        await meet(shared_house, anna, grace, await shared_house.opens("The laptop falls asleep"))
        cable.pull()
        await expect(anna.page.locator(PAUSED)).to_be_visible()
        await last(grace.page, 2 * limits.PRESENCE_SILENT_MS)
        # The clock on the wall has gone on, and the page's own has not: that is what a sleep looks like from inside.
        await grace.page.evaluate(SLEEP, SLEPT_MS)
        cable.plug()
        await is_healed(grace.page)
        await expect(anna.page.locator("[data-list=chat]")).to_contain_text("slept: nothing was seen for 0:")
        await expect(grace.page.locator("[data-list=chat]")).to_contain_text("This computer slept")
