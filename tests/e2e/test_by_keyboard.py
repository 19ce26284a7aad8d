"""The customer's whole journey without a mouse: every step is reached by Tab, seen to be reached, and pressed by Enter."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.e2e.house import House
from tests.e2e.people import DEAF_MS, RECORDED, SEEN, Customer, Host, hears, last
from tests.peers.chromium import Browsers

TABS_AT_MOST = 40
# A ring that can be seen: the outline, or the border and shadow that fields use (WCAG 2.2, 2.4.7).
RING = """(one) => { const style = getComputedStyle(one);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"; }"""


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element that is wanted has the focus, and see that this shows."""
    await expect(wanted).to_be_visible()
    for _ in range(TABS_AT_MOST):
        if await wanted.evaluate("one => one === document.activeElement"):
            assert await wanted.evaluate(RING), "the focus is not to be seen"
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"not reached by {TABS_AT_MOST} tabs: {wanted}")


async def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    await tab_to(page, wanted)
    await page.keyboard.press(key)


async def answers(page: Page, heading: str, answer: str) -> None:
    """Answer a question; its heading has the focus, and never a button."""
    ask = page.locator("[data-panel=ask]")
    await expect(ask.get_by_role("heading", name=heading)).to_be_focused()
    await last(page, DEAF_MS)
    await press(page, ask.locator(f"[data-answer={answer}]"))
    await expect(ask.get_by_role("heading", name=heading)).to_be_hidden()


async def test_the_customers_journey_by_keyboard_alone(house: House, browsers: Browsers) -> None:
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    opened = await house.opens("No mouse at hand")
    await anna.opens(house, opened.session)
    grace = await Customer.sits_down(browsers)
    page = grace.page

    # --- the code: the field has the focus already; the page's own first stop leads past the header ---
    await page.goto(house.base)
    await expect(page.locator("input[name=code]")).to_be_focused()
    await page.keyboard.type(opened.code)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/session/*")
    await anna.types_the_digits(await grace.reads_the_digits())

    # --- questions ---
    await answers(page, RECORDED, "yes")
    await anna.asks_for("view_screen")
    await answers(page, SEEN, "yes")
    await press(page, page.locator("[data-panel=share] [data-act=share]"))
    await press(page, page.locator("[data-panel=confirm] [data-act=send-preview]"))
    await expect(page.locator("body")).to_have_attribute("data-sharing", "true")
    await anna.sees_the_picture_move()

    # --- hide, show, write ---
    hide = page.locator("[data-ref=hide]")
    await press(page, hide)
    await expect(page.locator("body")).to_have_attribute("data-sharing", "hidden")
    await press(page, hide)
    await expect(page.locator("body")).to_have_attribute("data-sharing", "true")
    await tab_to(page, page.locator("[data-ref=say]"))
    await page.keyboard.type("I have no mouse")
    await page.keyboard.press("Enter")
    await hears(anna.page, "I have no mouse")

    # --- stop everything, and the receipt ---
    await press(page, page.locator("[data-act=stop-everything]"))
    receipt = page.get_by_role("link", name="See your receipt")
    await press(page, receipt)
    await expect(page.get_by_role("heading", name="No mouse at hand")).to_be_visible()
