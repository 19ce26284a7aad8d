"""What the customer is asked: the words that are hashed, no focus on "Allow", nothing taken by accident."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.async_api import Page, expect

from concierge.domain.capability import Capability
from concierge.wire import messages as wire
from tests.web.stand import Stand, a_question
from tests.web.waiting import until
from tests.web.windows import Windows

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]

PRESS_AT_ONCE = """() => new MutationObserver(() => {
  const allow = document.querySelector('[data-answer="yes"]');
  if (allow && !allow.pressed) { allow.pressed = true; allow.click(); window.pressed = true; }
}).observe(document.body, {subtree: true, childList: true})"""

# What a page opened over plain http has: no crypto.subtle.
NO_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})"


async def opened(windows: Windows, stand: Stand) -> Page:
    page = await windows.page()
    await page.goto(f"{stand.url}/page")
    await stand.next(wire.Hello)
    return page


async def test_what_is_pressed_in_the_first_moment_is_no_answer(
    windows: Windows, at_the_customer: Stand
) -> None:
    page = await opened(windows, at_the_customer)
    await page.evaluate(PRESS_AT_ONCE)
    await at_the_customer.ask(a_question(1, Capability.VIEW_SCREEN))
    await until(page, "window.pressed === true")
    await expect(page.locator("[data-consent]:not([data-deaf])")).to_be_visible()
    await page.get_by_role("button", name="No", exact=True).click()
    answer = await at_the_customer.next(wire.Answer)
    assert (answer.consent, answer.yes) == ("con_1", False)


@pytest.mark.parametrize("script", ["", NO_SUBTLE], ids=["https", "plain http"])
async def test_the_hash_is_of_the_words_on_the_screen(
    windows: Windows, at_the_customer: Stand, script: str
) -> None:
    page = await windows.page()
    await page.add_init_script(script)
    await page.goto(f"{at_the_customer.url}/page")
    await at_the_customer.next(wire.Hello)
    await at_the_customer.ask(a_question(1, Capability.VIEW_SCREEN))
    ask = page.locator("[data-consent]")
    await expect(ask).to_be_visible()
    words = [await ask.locator("h1").inner_text(), *await ask.locator(".ask__more p").all_inner_texts()]
    await expect(page.locator("[data-consent]:not([data-deaf])")).to_be_visible()
    await page.get_by_role("button", name="Allow").click()
    answer = await at_the_customer.next(wire.Answer)
    shown = "\n".join(re.sub(r"\s+", " ", line).strip() for line in words)
    assert "Anna Huber, St Veit would see" in shown
    assert answer.text_sha256 == hashlib.sha256(shown.encode()).hexdigest()
    assert (answer.yes, answer.language) == (True, "en")


async def test_allow_never_has_the_focus_by_itself(windows: Windows, at_the_customer: Stand) -> None:
    page = await opened(windows, at_the_customer)
    await at_the_customer.ask(a_question(1, Capability.RECORD))
    await expect(page.get_by_role("button", name="Allow")).to_be_visible()
    assert await page.evaluate("document.activeElement.matches('h1')")


async def test_a_question_does_not_take_the_cursor_from_a_message(
    windows: Windows, at_the_customer: Stand
) -> None:
    page = await opened(windows, at_the_customer)
    field = page.get_by_label("Message", exact=True)
    await field.fill("One mom")
    await at_the_customer.ask(a_question(1, Capability.VOICE))
    await expect(page.get_by_role("button", name="Allow")).to_be_visible()
    await page.keyboard.type("ent")
    await expect(field).to_have_value("One moment")


async def test_one_question_at_a_time(windows: Windows, at_the_customer: Stand) -> None:
    page = await opened(windows, at_the_customer)
    await at_the_customer.ask(a_question(1, Capability.RECORD), a_question(2, Capability.VIEW_SCREEN))
    await expect(page.get_by_role("button", name="Allow")).to_have_count(1)
    await expect(page.get_by_role("heading", name="May this session be recorded?")).to_be_visible()
    await at_the_customer.ask(a_question(2, Capability.VIEW_SCREEN))
    await expect(page.get_by_role("heading", name="May your screen be seen?")).to_be_visible()
    await at_the_customer.ask()
    await expect(page.get_by_role("button", name="Allow")).to_have_count(0)


async def test_the_time_left_counts_down_by_the_brokers_clock(
    windows: Windows, at_the_customer: Stand
) -> None:
    page = await opened(windows, at_the_customer)
    await at_the_customer.ask(a_question(1, Capability.RECORD, left_ms=61_000))
    timer = page.get_by_role("timer")
    await expect(timer).to_have_text(re.compile(r"1:0[01]"))
    await expect(timer).to_have_text(re.compile(r"0:5\d"))
    assert await timer.get_attribute("aria-live") == "off"


async def test_a_refused_answer_leaves_the_question_standing(
    windows: Windows, at_the_customer: Stand
) -> None:
    page = await opened(windows, at_the_customer)
    await at_the_customer.ask(a_question(1, Capability.RECORD))
    await expect(page.get_by_role("button", name="Allow")).to_be_visible()
    await expect(page.locator("[data-consent]:not([data-deaf])")).to_be_visible()
    at_the_customer.refusing = ("not_now", "Please try again.")
    await page.get_by_role("button", name="Allow").click()
    await expect(page.get_by_text("Please try again.")).to_be_visible()
    await expect(page.get_by_role("button", name="Allow")).to_be_visible()
