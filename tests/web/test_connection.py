"""The page's socket: beats even when hidden, heals by itself, gives way to another window, and says so each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from concierge.domain.reasons import EndReason
from concierge.wire import messages as wire
from tests.web.bare_chromium import bare_chromium
from tests.web.stand import Stand
from tests.web.waiting import until_true
from tests.web.windows import Windows

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]


async def opened(windows: Windows, stand: Stand) -> Page:
    page = await windows.page()
    await page.goto(f"{stand.url}/page")
    await stand.next(wire.Hello)
    return page


async def test_a_cut_line_heals_by_itself_and_says_so(windows: Windows, at_the_console: Stand) -> None:
    page = await opened(windows, at_the_console)
    await expect(page.get_by_text("Connection lost")).to_be_hidden()
    await page.evaluate(
        """() => { window.said = []; new MutationObserver(() => {
        const strip = document.querySelector('[data-panel=reconnecting]'); if (!strip.hidden) window.said.push(strip.textContent); })
        .observe(document.body, {subtree: true, attributes: true, childList: true, characterData: true}); }"""
    )
    await at_the_console.drop()
    again = await at_the_console.next(wire.Hello)
    assert again.tab
    await expect(page.get_by_text("Connection lost")).to_be_hidden()
    assert any("Reconnecting by itself" in said for said in await page.evaluate("window.said"))


async def test_the_same_page_comes_back_as_the_same_tab(windows: Windows, at_the_console: Stand) -> None:
    page = await windows.page()
    await page.goto(f"{at_the_console.url}/page")
    first = await at_the_console.next(wire.Hello)
    await at_the_console.drop()
    assert (await at_the_console.next(wire.Hello)).tab == first.tab


async def test_a_silent_socket_counts_as_lost(windows: Windows, at_the_console: Stand) -> None:
    await opened(windows, at_the_console)
    at_the_console.pulsing = False
    await at_the_console.next(wire.Hello)
    assert len(at_the_console.sockets) == 2


async def test_a_hidden_page_goes_on_beating(at_the_console: Stand, tmp_path: Path) -> None:
    async with bare_chromium(tmp_path) as chromium:
        tab = await chromium.open(f"{at_the_console.url}/page")
        await at_the_console.next(wire.Hello)
        await chromium.open("about:blank")
        await until_true(lambda: chromium.evaluate(tab, "document.hidden"))
        await at_the_console.beaten(20)
        assert len(at_the_console.sockets) == 1


async def test_beats_do_not_wait_for_timers(windows: Windows, at_the_console: Stand) -> None:
    """With every timer of the page stopped, each pulse is still echoed."""
    page = await windows.page()
    await page.add_init_script("window.setTimeout = () => 0; window.setInterval = () => 0;")
    await page.goto(f"{at_the_console.url}/page")
    await at_the_console.next(wire.Hello)
    await at_the_console.beaten(10)
    assert len(at_the_console.sockets) == 1


async def test_another_window_takes_the_seat_and_gives_it_back(
    windows: Windows, at_the_console: Stand
) -> None:
    page = await opened(windows, at_the_console)
    await at_the_console.tell(wire.Displaced())
    await at_the_console.sockets[-1].close(4001, "another tab took this seat")
    await expect(page.get_by_text("open in another window")).to_be_visible()
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    assert [one for one in at_the_console.came() if isinstance(one, wire.Hello)] == []
    await page.get_by_role("button", name="Use here").click()
    await at_the_console.next(wire.Hello)
    await expect(page.get_by_text("open in another window")).to_be_hidden()


async def test_a_farewell_is_final(windows: Windows, at_the_console: Stand) -> None:
    page = await opened(windows, at_the_console)
    await at_the_console.tell(wire.Farewell(EndReason.CUSTOMER_STOPPED, ""))
    await at_the_console.sockets[-1].close(4000, "no seat any more")
    await expect(page.get_by_text("The customer stopped everything.")).to_be_visible()
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(page.get_by_text("Connection lost")).to_be_hidden()
    assert len(at_the_console.sockets) == 1


async def test_after_a_restart_of_the_broker_everything_is_received_anew(
    windows: Windows, at_the_console: Stand
) -> None:
    await opened(windows, at_the_console)
    await at_the_console.next(wire.Receive)
    at_the_console.server_run = "run-2"
    await at_the_console.drop()
    await at_the_console.next(wire.Hello)
    assert "recvonly" in (await at_the_console.next(wire.Receive)).offer


async def test_a_refusal_is_said_in_its_own_words(windows: Windows, at_the_console: Stand) -> None:
    page = await opened(windows, at_the_console)
    await at_the_console.tell(wire.Refusal(0, "not_now", "That is <b>not</b> possible now."))
    await expect(page.get_by_text("That is <b>not</b> possible now.")).to_be_visible()
