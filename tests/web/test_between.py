"""Between people, in the page: a jump of time is told as a sleep, stepping away stops here first and is told until heard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from concierge.domain.absence import AwayReason
from concierge.domain.participant import Role
from concierge.wire import between, view
from concierge.wire import messages as wire
from tests.web import pages
from tests.web.conftest import ANNA, MARIA
from tests.web.stand import CUSTOMER, HOST, NOW_MS, Stand, a_view, standing
from tests.web.waiting import until_true
from tests.web.windows import Windows

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
MINUTE_MS = 60_000
SLEEP = "ms => { const before = Date.now; Date.now = () => before() + ms; }"


async def opened(windows: Windows, stand: Stand) -> Page:
    page = await windows.page()
    await page.goto(f"{stand.url}/page")
    await stand.next(wire.Hello)
    return page


async def test_a_jump_of_time_is_told_once_as_a_sleep(windows: Windows, at_the_console: Stand) -> None:
    page = await opened(windows, at_the_console)
    await expect(page.locator("[data-ref=root]")).to_have_attribute("data-state", "active")
    await page.evaluate(SLEEP, 20 * MINUTE_MS)
    told = await at_the_console.next(between.TellSleep)
    assert told.slept_ms == pytest.approx(20 * MINUTE_MS, abs=MINUTE_MS)
    await at_the_console.beaten(8)
    assert not [one for one in at_the_console.came() if isinstance(one, between.TellSleep)]


async def test_others_sleep_stands_in_the_timeline(windows: Windows, at_the_console: Stand) -> None:
    page = await opened(windows, at_the_console)
    await at_the_console.tell(between.Slept("Maria Lindqvist", 4 * MINUTE_MS + 12_000))
    chat = page.locator("[data-list=chat]")
    await expect(chat).to_contain_text("The computer of Maria Lindqvist slept: nothing was seen for 4:12.")


async def test_stepping_away_is_shown_at_once_and_told_until_it_is_heard(windows: Windows) -> None:
    async with standing(pages.customer(), a_view(CUSTOMER, Role.CUSTOMER, (ANNA, MARIA))) as stand:
        page = await opened(windows, stand)
        stand.refusing = ("our_fault", "Not now.")
        await page.get_by_role("button", name="I must step away").click()
        await expect(page.locator("[data-panel=away]")).to_be_visible()
        assert (await stand.next(between.StepAway)).why is AwayReason.STEPPED_AWAY
        stand.refusing = None
        assert (await stand.next(between.StepAway)).why is AwayReason.STEPPED_AWAY
        await stand.show(replace(stand.view, absence=AwayReason.STEPPED_AWAY))
        await page.get_by_role("button", name="I am back").click()
        await stand.next(between.ComeBack)


async def test_the_new_name_is_answered_with_its_exact_words_and_never_too_soon(windows: Windows) -> None:
    async with standing(pages.customer(), a_view(CUSTOMER, Role.CUSTOMER, (ANNA, MARIA))) as stand:
        page = await opened(windows, stand)
        asked = view.PickUpView(HOST, "Ben Okafor", "St Veit", "", NOW_MS + 2 * MINUTE_MS, yours=False)
        await stand.show(replace(stand.view, pick_up=asked))
        ask = page.locator("[data-panel=pickup]")
        await expect(ask.get_by_role("heading")).to_have_text("May Ben Okafor, St Veit take over?")
        assert await page.evaluate("document.activeElement.dataset.answer ?? null") is None
        await ask.get_by_role("button", name="Yes").click()
        await until_true(
            lambda: page.evaluate("!document.querySelector('[data-ref=pick-up]').hasAttribute('data-deaf')")
        )
        assert not [one for one in stand.came() if isinstance(one, between.AnswerPickUp)]
        await ask.get_by_role("button", name="Yes").click()
        answer = await stand.next(between.AnswerPickUp)
        assert answer.yes
        assert len(answer.text_sha256) == 64
