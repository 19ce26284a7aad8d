"""Before anything and leaving: who one says one is, "I am not sure" in mid-session, and a shared computer after the end."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.house import House
from tests.e2e.people import DEAF_MS, RECORDED, Customer, Host, in_state, last, meet, share
from tests.peers.chromium import Browsers

DARK = "[...document.querySelectorAll('video')].every(v => !v.srcObject || v.hidden || !v.checkVisibility())"


async def seen_at(page: Page, artifacts: Path, name: str) -> None:
    """Keep a picture of the page to look at."""
    await page.screenshot(path=artifacts / f"{name}.png", full_page=True)


async def test_not_sure_in_mid_session_stops_everything_and_a_supervisor_is_told(
    shared_house: House, browsers: Browsers
) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    opened = await shared_house.opens("Not sure")
    await meet(shared_house, anna, grace, opened)
    await share(anna, grace)
    await anna.page.locator("[data-act=ask-for][data-capability=voice]").first.click()
    ask = grace.page.locator("[data-panel=ask]")
    await expect(ask.get_by_text("mention your bank?")).to_be_visible()
    await last(grace.page, DEAF_MS)
    before = await ask.locator("[data-slot=bar]").evaluate("bar => bar.value")
    await ask.get_by_role("button", name="More time").click()
    await ask.get_by_role("button", name="I am not sure").click()
    ended = grace.page.locator("[data-panel=ended]")
    await expect(ended.get_by_role("heading", name="Everything has stopped")).to_be_visible()
    await expect(ended).to_contain_text("hang up")
    assert before <= 100
    assert await grace.page.evaluate(DARK)
    await in_state(anna.page, "ended")
    await expect(anna.page.locator("[data-ref=end-reason]")).to_contain_text("was not sure")
    known = await shared_house.call(f"/api/v1/sessions/{opened.session}")
    assert known["end_reason"] == "customer_alarmed"

    sara = await Host.arrives(browsers, shared_house.link("sign_in", "supervisor"))
    await expect(sara.page.get_by_text("A customer was not sure, and everything was stopped")).to_be_visible()
    await sara.page.get_by_role("button", name="I am looking after this").click()
    await expect(sara.page.get_by_text("A customer was not sure")).to_have_count(0)


async def test_a_name_the_telephone_and_nothing_left_on_a_shared_computer(
    shared_house: House, browsers: Browsers
) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    opened = await shared_house.opens("Shared computer")
    await anna.opens(shared_house, opened.session)
    context = await browsers.headless()
    customer = Customer(context.pages[0], context.pages[0])
    await customer.joins_by_link(opened.link)
    await customer.page.get_by_role("button", name="I am someone else").click()
    await customer.page.locator("#claim-name").fill("Jonas Weber")
    await customer.page.get_by_role("button", name="That is my name").click()
    await expect(anna.page.locator("[data-ref=match-claim]")).to_contain_text(
        "Jonas Weber, who is not the person"
    )
    await expect(anna.page.locator("[data-ref=match-claim]")).to_contain_text("by the link")
    await anna.types_the_digits(await customer.reads_the_digits())
    await expect(customer.page.locator("[data-panel=ask]")).to_contain_text(
        "on the telephone is not recorded"
    )
    await customer.answers(yes=True, heading=RECORDED)
    await anna.page.locator("[data-act=telephone]").click()
    await expect(anna.page.locator("[data-act=telephone]")).to_have_attribute("aria-pressed", "true")
    seat = customer.page.url
    await anna.ends("Changed the toner together.")
    await anna.page.locator("[data-act=felt][data-answer=good]").click()
    await expect(anna.page.locator("[data-ref=felt-kept]")).to_be_visible()

    await customer.page.get_by_role("link", name="See your receipt").click()
    await expect(customer.page.get_by_text("that was not recorded")).to_be_visible()
    await customer.page.get_by_role("button", name="Yes, thank you").click()
    await expect(customer.page.get_by_text("Your answer has reached the service desk")).to_be_visible()
    receipt = customer.page.url
    await customer.page.get_by_role("button", name="Leave nothing on this computer").click()
    await expect(customer.page.get_by_role("heading", name="Nothing is left here")).to_be_visible()

    # --- the next person: Back, the addresses in the history, a tab opened again, the browser started anew ---
    names = ("Jonas", "Anna", "Shared computer")
    await customer.page.go_back()
    await shows_nothing(customer.page, names)
    assert {cookie["name"] for cookie in await context.cookies()} <= {"zone"}
    for address in (receipt, seat):
        tab = await context.new_page()
        await tab.goto(address)
        await shows_nothing(tab, names)
    again = await browsers.restarted(context)
    for address in (receipt, seat):
        await again.pages[0].goto(address)
        await shows_nothing(again.pages[0], names)
    stored = await again.pages[0].evaluate("localStorage.length + sessionStorage.length")
    assert stored == 0

    await anna.page.goto(f"{shared_house.base}/desk")
    await expect(anna.page.get_by_text("Somebody said thank you")).to_be_visible()


async def shows_nothing(page: Page, names: tuple[str, ...]) -> None:
    """Nobody's name and nothing of the session stands on the page."""
    await expect(page.locator("main")).to_be_visible()
    text = await page.locator("body").inner_text()
    assert [name for name in names if name in text] == []
