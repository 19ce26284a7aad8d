"""Watching by an auditor link in a real browser: the same pictures under the viewer's name, and nothing once it is revoked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from concierge.services.keeping import Asker
from tests.e2e.test_replay import CANVAS, WIDE, Cinema, cinema_of, seek
from tests.peers.chromium import Browsers

pytestmark = pytest.mark.e2e
DAY_MS = 24 * 60 * 60_000
# How many pixels of a canvas are not wholly clear: the overlay has nothing else on it.
INKED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let place = 3; place < data.length; place += 4) if (data[place] > 0) count += 1;
  return count;
}"""


@pytest.fixture
async def cinema(tmp_path: Path) -> AsyncIterator[Cinema]:
    async with cinema_of(tmp_path, 30) as cinema:
        yield cinema


async def test_the_viewer_sees_it_under_their_name_until_it_is_revoked(
    cinema: Cinema, browsers: Browsers, tmp_path: Path
) -> None:
    house, recording = cinema.front.house, cinema.tape.recording
    dora = Asker(cinema.front.desk.principal(cinema.front.auditor), "Dora Audit")
    until = cinema.front.desk.clock.wall() + DAY_MS
    made = await house.auditor_links.make(dora, recording, "Vera Vogel", "Asked for by counsel", until)
    context = await browsers.headless(viewport=WIDE)
    page = await context.new_page()
    await page.goto(f"{cinema.base}/watch/{made.address.rpartition('/')[2]}")
    await expect(page.get_by_role("heading")).to_contain_text("A recording for Vera Vogel")
    await page.get_by_role("button", name="View").click()
    await expect(page.locator("body")).to_have_attribute("data-state", "paused", timeout=20_000)
    await seek(page, cinema.tape.at_us(5))
    await expect(page.locator(CANVAS)).to_have_attribute("data-at-us", re.compile(r"\d+"), timeout=20_000)
    await page.screenshot(path=tmp_path / "watch.png")
    assert await page.locator('[data-ref="watermark"]').evaluate(INKED) > 1000
    await expect(page.get_by_role("link", name="Export")).to_have_count(0)
    await page.locator('[data-ref="watermark"]').evaluate("(canvas) => canvas.remove()")
    await expect(page.locator('[data-ref="watermark"]')).to_have_count(1)
    await house.auditor_links.revoke(dora, recording, made.link.id)
    await page.reload()
    await expect(page.locator("body")).not_to_contain_text("Vera Vogel")
