"""The replay page's own verification: what it plays it has checked, and it believes its own finding, not the server's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from recorder.reading import read_recording
from tests.e2e.test_replay import CANVAS, WIDE, Cinema, cinema, cinema_of, opened, seek, shows
from tests.peers.chromium import Browsers
from tests.services.tape import flip

__all__ = ["cinema"]

OWN, SAYS, VERDICT = '[data-ref="own"]', '[data-ref="own-text"]', '[data-ref="own-verdict"]'
# As a browser of before 2025 answers.
NO_ED25519 = """
const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
  algorithm === "Ed25519" ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")) : known(format, key, algorithm, ...rest);
"""


async def spoil(route: Route) -> None:
    """Let an answer through with one bit changed in its middle."""
    answer = await route.fetch()
    body = bytearray(await answer.body())
    body[len(body) // 2] ^= 1
    await route.fulfill(response=answer, body=bytes(body))


@pytest.fixture
async def short(tmp_path: Path) -> AsyncIterator[Cinema]:
    async with cinema_of(tmp_path, 12) as short:
        yield short


async def stop_check(page: Page) -> None:
    """Begin to check the whole, hold what is fetched back, and stop."""
    gate = asyncio.Event()

    async def hold(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.context.route("**/sealed/epoch-*", hold)
    await page.locator('[data-act="check-whole"]').click()
    await page.locator('[data-act="check-stop"]').click()
    await expect(page.locator(VERDICT)).to_contain_text("your browser has no verdict")
    gate.set()


async def check_whole(page: Page) -> None:
    await page.locator('[data-act="check-whole"]').click()
    await expect(page.locator(OWN)).to_have_attribute("data-own", "ok")


async def test_what_is_played_was_checked_here_and_the_whole_when_asked(
    cinema: Cinema, browsers: Browsers
) -> None:
    page = await opened(cinema, browsers, WIDE)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    await seek(page, cinema.tape.at_us(95))
    await shows(page, cinema.tape, 95)
    await expect(page.locator(OWN)).to_have_attribute("data-state", "good")
    await expect(page.locator(SAYS)).to_contain_text("all that you have seen is as it was signed")
    assert not [url for url in fetched if "/media" in url]
    key = read_recording(cinema.tape.folder).verdict.installation
    assert key is not None
    assert (await page.locator('[data-ref="own-key"]').inner_text()).replace(" ", "") == key.hex()
    await stop_check(page)
    await check_whole(page)
    await expect(page.locator(VERDICT)).to_contain_text("whole, closed, every signature holds.")
    await expect(page.locator(VERDICT)).to_contain_text("The events listed are those that were signed.")


async def test_bytes_altered_on_the_way_are_not_played_whatever_the_server_says(
    cinema: Cinema, browsers: Browsers
) -> None:
    page = await opened(cinema, browsers, WIDE)
    await seek(page, cinema.tape.at_us(0))
    await shows(page, cinema.tape, 0)
    await page.context.route("**/sealed/epoch-*", spoil)
    await seek(page, cinema.tape.at_us(110))
    await expect(page.locator('[data-panel="failed"]')).to_contain_text("Your browser found segment")
    await expect(page.locator(CANVAS)).to_be_hidden()
    await expect(page.locator('[data-ref="verdict-title"]')).to_have_text("Your browser disagrees")
    await expect(page.locator('[data-panel="doubt"]')).to_contain_text("Your browser found that segment")
    await expect(page.locator('[data-ref="verdict"]')).to_have_attribute("data-verdict", "ok")
    await expect(page.locator(OWN)).to_have_attribute("data-state", "bad")
    await seek(page, cinema.tape.at_us(1))
    await shows(page, cinema.tape, 1)


async def test_a_file_altered_on_the_disk_after_the_server_looked(short: Cinema, browsers: Browsers) -> None:
    page = await opened(short, browsers, WIDE)
    flip(short.tape, 0.8)
    await page.locator('[data-act="check-whole"]').click()
    await expect(page.locator(OWN)).to_have_attribute("data-own", "bad")
    await expect(page.locator(VERDICT)).to_contain_text(
        "altered after it was made. The first segment that fails is"
    )
    await expect(page.locator(VERDICT)).to_contain_text("The server says something else of this recording.")


async def test_an_event_told_otherwise_than_signed_is_noticed(short: Cinema, browsers: Browsers) -> None:
    async def lie(route: Route) -> None:
        answer = await route.fetch()
        script = await answer.json()
        for event in script["events"]:
            if event["event"] == "ChatSaid":
                event["text"] = "Yes, please delete it all."
        await route.fulfill(response=answer, body=json.dumps(script))

    context = await browsers.headless(viewport=WIDE)
    page = await context.new_page()
    await short.enter(page, short.front.auditor)
    await context.route("**/script", lie)
    await page.goto(short.place)
    await expect(page.locator("body")).to_have_attribute("data-state", "paused")
    await expect(page.locator('[data-panel="doubt"]')).to_contain_text(
        "The list of events is not as it was signed"
    )


async def test_a_browser_without_ed25519_says_so_and_plays_what_the_server_opened(
    short: Cinema, browsers: Browsers
) -> None:
    page = await opened(short, browsers, WIDE, NO_ED25519)
    await expect(page.locator(SAYS)).to_contain_text("This browser cannot check Ed25519 signatures")
    await expect(page.locator('[data-act="check-whole"]')).to_be_hidden()
    await seek(page, short.tape.at_us(7))
    await shows(page, short.tape, 7)


async def test_what_one_key_opens_is_opened_by_the_server_and_still_checked_here(
    short: Cinema, browsers: Browsers
) -> None:
    async def keyless(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=json.dumps({**await answer.json(), "keys": {}}))

    context = await browsers.headless(viewport=WIDE)
    page = await context.new_page()
    await short.enter(page, short.front.auditor)
    await context.route("**/sealed", keyless)
    await page.goto(short.place)
    await expect(page.locator("body")).to_have_attribute("data-state", "paused")
    await seek(page, short.tape.at_us(7))
    await shows(page, short.tape, 7)
    await expect(page.locator(SAYS)).to_contain_text("What you see was opened by the server")
    await check_whole(page)
