"""The peers are what they say they are: a failure here is the machine's, not the product's."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.peers.chromium import NARROW, Browsers, share_surface

# getDisplayMedia needs a secure context, and about:blank and data: are none; Playwright answers for this name.
ORIGIN = "http://localhost/"
MOVING = """<title>Moving picture</title><canvas width=320 height=240></canvas><video autoplay muted></video><script>
const brush = document.querySelector('canvas').getContext('2d'); let at = 0;
const draw = () => { brush.fillStyle = `hsl(${at++ % 360} 90% 50%)`; brush.fillRect(0, 0, 320, 240); requestAnimationFrame(draw); };
draw();
</script>"""
SHARE = """async (wanted) => {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { width: { max: 1280 }, height: { max: 800 } }, ...wanted });
  const video = document.querySelector('video'); video.srcObject = stream;
  await new Promise((shown) => video.requestVideoFrameCallback(shown));
  return [stream.getVideoTracks()[0].getSettings().displaySurface, video.videoWidth > 0];
}"""


async def test_every_data_test_runs_on_both_databases(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE leaf (position INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO leaf VALUES (7)"))
        assert (await connection.execute(text("SELECT position FROM leaf"))).scalar_one() == 7
    await engine.dispose()


@pytest.mark.peer
async def test_headless_windows_have_separate_cookies(browsers: Browsers) -> None:
    first, second = await browsers.headless(), await browsers.headless(viewport=NARROW)
    await first.add_cookies([{"name": "seat", "value": "one", "url": "http://localhost"}])
    assert len(await first.cookies()) == 1
    assert await second.cookies() == []
    page = await second.new_page()
    assert await page.evaluate("innerWidth") == NARROW["width"]


@pytest.mark.peer
@pytest.mark.parametrize(
    ("flags", "wanted", "surface"),
    [
        (("--auto-accept-this-tab-capture",), {"preferCurrentTab": True}, "browser"),
        (share_surface("Entire screen"), {}, "monitor"),
    ],
)
async def test_a_headful_window_shares_its_picture(
    browsers: Browsers, flags: tuple[str, ...], wanted: dict[str, bool], surface: str
) -> None:
    context = await browsers.headful(flags=flags)
    await context.route(
        ORIGIN, lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=MOVING)
    )
    page = await context.new_page()
    await page.goto(ORIGIN)
    assert await page.evaluate(SHARE, wanted) == [surface, True]
