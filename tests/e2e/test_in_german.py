"""A German customer's whole journey: German is chosen on the first page, remembered, and spoken on every page to the receipt.

At every step each line that stands on the page, made by a template or by a script, is held against the English texts of
the catalogue: one that has another German text must not stand there in English.
"""

from __future__ import annotations

import re
from functools import cache

from babel.messages.pofile import read_po
from playwright.async_api import Page, expect

from tests.architecture.sources import ROOT
from tests.e2e.house import House
from tests.e2e.people import RECORDED, SEEN, Customer, Host
from tests.peers.chromium import Browsers

PLACE = re.compile(r"%\\\((\w+)\\\)[sd]|\\\{\w+\\\}")
LETTERS_MIN = 3


@cache
def catalogue() -> dict[str, str]:
    """Return the German of every text that has one form."""
    with (ROOT / "concierge/locale/de/LC_MESSAGES/messages.po").open("rb") as file:
        found = read_po(file, locale="de")
    return {
        message.id: message.string
        for message in found
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }


@cache
def english() -> re.Pattern[str]:
    """Match a line that is an English text whose German is another one; what is filled in may be anything."""
    texts = [
        PLACE.sub(".+?", re.escape(text))
        for text, german in catalogue().items()
        if text != german and len(re.sub(r"\W|%\(\w+\)[sd]|\{\w+\}", "", text)) >= LETTERS_MIN
    ]
    return re.compile("|".join(f"(?:{text})" for text in texts))


def german(text: str) -> str:
    return catalogue()[text]


async def speaks_german(page: Page) -> None:
    """Every line of the page as it stands is German, or the same in both languages."""
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    lines = [line.strip() for line in (await page.locator("body").inner_text()).splitlines()]
    spoken = set(catalogue().values())
    assert [line for line in lines if line and line not in spoken and english().fullmatch(line)] == []


def test_a_line_left_in_english_is_found() -> None:
    assert english().fullmatch("Stop everything")
    assert english().fullmatch("Read these digits aloud to Anna")
    assert not english().fullmatch(german("Stop everything"))


async def test_a_german_customers_whole_journey(shared_house: House, browsers: Browsers) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    page = grace.page
    opened = await shared_house.opens("Etiketten bleiben leer")
    await anna.opens(shared_house, opened.session)

    # --- chosen on the first page, and remembered when it is opened again ---
    await page.goto(shared_house.base)
    await page.get_by_role("button", name="Deutsch").click()
    await speaks_german(page)
    await grace.joins_by_code(shared_house, opened.code)

    # --- the session, told by templates and scripts alike ---
    digits = await grace.reads_the_digits()
    await speaks_german(page)
    await anna.types_the_digits(digits)
    recorded = page.get_by_role("heading", name=german(RECORDED))
    await expect(recorded).to_be_visible()
    await speaks_german(page)
    await grace.answers(yes=True, heading=german(RECORDED))
    await anna.asks_for("view_screen")
    await grace.answers(yes=True, heading=german(SEEN))
    await speaks_german(page)
    await grace.shares()
    await anna.sees_the_picture_move()
    await speaks_german(page)

    # --- the end and the receipt ---
    await anna.ends("Treiber zurückgesetzt.")
    receipt = page.locator("[data-ref=receipt]")
    await expect(receipt).to_be_visible()
    await speaks_german(page)
    await receipt.click()
    await page.wait_for_url("**/receipts/*")
    await speaks_german(page)
