"""The replay in a real browser: the right picture at every time, the words that were said, and a verdict that notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from concierge.domain.person import Person
from concierge.server.run import listen, serve_on
from concierge.server.settings import ServerSettings
from tests.e2e.house import any_port
from tests.e2e.picture import number_seen
from tests.peers.chromium import Browsers
from tests.server.front import Front, front_in
from tests.services.tape import SAID, Tape, flip, taped

CANVAS = '[data-ref="canvas"]'
COUNT_SOUNDS = """
window.sounds = 0;
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...when) { window.sounds += 1; return start.apply(this, when); };
"""
# What was on the canvas, picture by picture: while a film runs, looking now and then would miss some.
KEEP_WHAT_IS_SHOWN = """
window.shown = [];
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const at = target.getAttribute("data-at-us");
    if (at !== null) window.shown.push(Number(at));
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-at-us"] });
"""


@dataclass
class Cinema:
    """A front door on a real port, and a recording behind it."""

    front: Front
    tape: Tape
    base: str

    @property
    def place(self) -> str:
        return f"{self.base}/recordings/{self.tape.recording}"

    async def enter(self, page: Page, person: Person) -> None:
        _, secret = await self.front.accounts.make_link(person.id, "test")
        await page.goto(f"{self.base}/enter/{secret}")
        await page.locator('form[action*="/enter/"] button').click()
        await page.wait_for_url(lambda url: "/enter/" not in url)


@asynccontextmanager
async def serving(front: Front) -> AsyncIterator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(
            serve_on(listen(front.settings), front.app, front.settings, lambda _port: ready.set(), stop=stop)
        )
        async with asyncio.timeout(10):
            await ready.wait()
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def cinema_of(folder: Path, pictures: int) -> AsyncIterator[Cinema]:
    settings = ServerSettings(f"http://localhost:{any_port()}")
    port = int(settings.public_url.rpartition(":")[2])
    async with (
        front_in(folder, public_url=settings.public_url, listen_port=port) as front,
        serving(front),
    ):
        yield Cinema(front, await taped(front.desk, pictures), settings.public_url)


@pytest.fixture
async def cinema(tmp_path: Path) -> AsyncIterator[Cinema]:
    async with cinema_of(tmp_path, 120) as cinema:
        yield cinema


async def opened(
    cinema: Cinema, browsers: Browsers, size: ViewportSize, script: str = "", at: str = ""
) -> Page:
    """Return the replay page, opened by the auditor and ready."""
    context = await browsers.headless(viewport=size)
    if script:
        await context.add_init_script(script)
    page = await context.new_page()
    await cinema.enter(page, cinema.front.auditor)
    await page.goto(cinema.place + at)
    await expect(page.locator("body")).to_have_attribute("data-state", "paused")
    return page


async def seek(page: Page, at_us: int) -> None:
    await page.locator('[data-ref="seek"]').fill(str(at_us // 1000))


async def shows(page: Page, tape: Tape, number: int) -> None:
    """Check that the canvas shows exactly this picture, by when it was recorded and by what is to be seen."""
    await expect(page.locator(CANVAS)).to_have_attribute("data-at-us", str(tape.at_us(number)))
    assert await number_seen(page, CANVAS) == number


async def shown_until(page: Page, at_us: int) -> list[int]:
    """Return the times of the pictures shown, once one of this time or a later one is among them."""
    async with asyncio.timeout(30):
        while True:
            shown: list[int] = await page.evaluate(
                "new Promise((done) => requestAnimationFrame(() => done(window.shown)))"
            )
            if shown and shown[-1] >= at_us:
                return shown


def event(page: Page, name: str) -> Locator:
    return page.locator(f'.event[data-event="{name}"]').first


WIDE = ViewportSize(width=1280, height=860)


async def test_every_time_shows_its_picture(cinema: Cinema, browsers: Browsers) -> None:
    page = await opened(cinema, browsers, WIDE)
    tape = cinema.tape
    # Forward within a group of pictures, into the next, backwards, behind the gap, and behind the change of size.
    for number in (3, 14, 37, 38, 12, 82, 0, 119, 91, 49):
        await seek(page, tape.at_us(number) + 100_000)
        await shows(page, tape, number)
    await seek(page, tape.at_us(95))
    await shows(page, tape, 95)
    assert await page.locator(CANVAS).evaluate("canvas => [canvas.width, canvas.height]") == [640, 360]
    for key, number in ((".", 96), (".", 97), (",", 96)):
        await page.keyboard.press(key)
        await shows(page, tape, number)


async def test_what_was_said_and_drawn_stands_at_its_time(cinema: Cinema, browsers: Browsers) -> None:
    page = await opened(cinema, browsers, WIDE)
    tape, said = cinema.tape, event(page, "ChatSaid")
    await expect(said.locator('[data-slot="text"]')).to_have_text(SAID)
    await expect(page.locator('[data-ref="verdict"]')).to_have_attribute("data-verdict", "ok")
    await expect(page.locator('[data-panel="doubt"]')).to_be_hidden()
    await said.click()
    await expect(said).to_have_attribute("aria-current", "true")
    await shows(page, tape, 10)
    await expect(page.locator('[data-ref="caption-text"]')).to_have_text(SAID)
    await expect(page.locator('[data-ref="marks"] text')).to_have_text("Anna Berger")
    await seek(page, tape.said_us + 7_000_000)
    await expect(page.locator('[data-ref="marks"] g')).to_have_count(0)
    await page.locator('[data-act="filter"][data-kind="chat"]').click()
    await expect(page.locator(".event:visible")).to_have_count(1)


async def test_a_hidden_screen_is_shown_as_a_gap_with_its_reason(cinema: Cinema, browsers: Browsers) -> None:
    page = await opened(cinema, browsers, WIDE)
    hidden, until = cinema.tape.hidden_us
    await seek(page, (hidden + until) // 2)
    await expect(page.locator('[data-panel="gap"]')).to_contain_text("The customer had hidden the screen.")
    await expect(page.locator(CANVAS)).to_be_hidden()
    await expect(page.locator('[data-list="lane-gaps"] .span')).to_have_count(1)
    await expect(page.locator('[data-list="lane-picture"] .span')).to_have_count(2)
    await page.keyboard.press("]")
    await shows(page, cinema.tape, 70)


async def test_it_plays_to_the_end_with_sound_and_by_keys(cinema: Cinema, browsers: Browsers) -> None:
    page = await opened(cinema, browsers, WIDE, COUNT_SOUNDS + KEEP_WHAT_IS_SHOWN)
    await seek(page, cinema.tape.at_us(20))
    await shows(page, cinema.tape, 20)
    await page.evaluate("window.shown = []")
    await page.keyboard.press("Space")
    await expect(page.locator("body")).to_have_attribute("data-state", "playing")
    shown = await shown_until(page, cinema.tape.at_us(27))
    assert shown == sorted(shown)
    assert len(set(shown)) > 2
    assert await page.evaluate("window.sounds") > 20
    await page.locator('[data-ref="speed"]').select_option("8")
    await expect(page.locator("body")).to_have_attribute("data-state", "paused", timeout=30_000)
    end = await page.locator('[data-ref="seek"]').get_attribute("max")
    await expect(page.locator('[data-ref="seek"]')).to_have_value(str(end))
    await page.locator("body").press("ArrowLeft")
    await expect(page.locator('[data-ref="seek"]')).to_have_value(str(int(end or "0") - 5000))
    assert "t=" in page.url


async def test_a_link_to_a_moment_opens_there_also_on_a_telephone(cinema: Cinema, browsers: Browsers) -> None:
    at = f"?t={(cinema.tape.at_us(41) + 50_000) // 1000}"
    page = await opened(cinema, browsers, ViewportSize(width=360, height=740), at=at)
    await shows(page, cinema.tape, 41)
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_one_changed_byte_turns_the_verdict_and_names_the_segment(
    cinema: Cinema, browsers: Browsers
) -> None:
    flip(cinema.tape, 0.8)
    page = await opened(cinema, browsers, WIDE)
    await expect(page.locator('[data-ref="verdict"]')).to_have_attribute("data-verdict", "bad")
    segment = await page.locator('[data-ref="bad-segment"]').get_attribute("data-segment")
    assert segment is not None
    assert int(segment) > 0
    doubt = page.locator('[data-panel="doubt"]')
    await expect(doubt).to_contain_text(f"Segment {segment}, from 0:")
    await seek(page, cinema.tape.at_us(25))
    await shows(page, cinema.tape, 25)


async def test_a_browser_that_cannot_decode_says_so_and_still_tells_what_happened(
    cinema: Cinema, browsers: Browsers
) -> None:
    page = await opened(cinema, browsers, WIDE, "delete window.VideoDecoder;")
    await event(page, "ChatSaid").click()
    await expect(page.locator('[data-panel="failed"]')).to_contain_text(
        "This browser cannot show recorded pictures"
    )
    await expect(page.get_by_role("link", name="Export")).to_be_visible()
    await expect(page.locator('[data-ref="caption-text"]')).to_have_text(SAID)


async def test_pieces_that_do_not_come_are_said_and_fetched_again(cinema: Cinema, browsers: Browsers) -> None:
    context = await browsers.headless(viewport=WIDE)
    page = await context.new_page()
    await cinema.enter(page, cinema.front.auditor)
    await context.route("**/sealed/*", lambda route: route.abort())
    await page.goto(f"{cinema.place}?t={cinema.tape.at_us(30) // 1000}")
    failed = page.locator('[data-panel="failed"]')
    await expect(failed).to_contain_text("The server cannot be reached", timeout=20_000)
    await context.unroute("**/sealed/*")
    await failed.get_by_role("button", name="Try again").click()
    await shows(page, cinema.tape, 30)


async def test_an_export_is_downloaded_and_announced(cinema: Cinema, browsers: Browsers) -> None:
    page = await opened(cinema, browsers, WIDE)
    await page.get_by_role("link", name="Export").click()
    await page.get_by_label("Reason").fill("Asked for by the court")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Export").click()
    await expect(page.locator('[data-ref="toasts"]')).to_contain_text("The export is being made")
    download = await coming.value
    assert download.suggested_filename.startswith("recording-INC-1042-")
    with closing((await download.path()).open("rb")) as file:
        assert file.read(2) == b"PK"


async def test_a_live_session_says_that_it_is_still_being_recorded(
    cinema: Cinema, browsers: Browsers
) -> None:
    live = await cinema.front.desk.open()
    context = await browsers.headless(viewport=WIDE)
    page = await context.new_page()
    await cinema.enter(page, cinema.front.auditor)
    await page.goto(f"{cinema.base}/recordings/{live.decided.recording}")
    await expect(page.locator('[data-panel="failed"]')).to_contain_text("still being recorded")
