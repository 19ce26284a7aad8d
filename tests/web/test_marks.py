"""Pointing: what is drawn lands on the same spot of the picture, whatever bars lie around it, and fades by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import FloatRect, Page, expect

from concierge.domain.ids import SurfaceId
from concierge.domain.participant import Role
from concierge.domain.surface import Condition, SurfaceKind, SurfaceState
from concierge.wire import messages as wire
from concierge.wire.view import SurfaceView
from tests.web.stand import CUSTOMER, HOST, Stand
from tests.web.waiting import until
from tests.web.windows import Windows

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]
SCREEN = SurfaceId("sur_one")
SIZES = [(1600, 400), (400, 1600), (1280, 720)]

A_PICTURE = """([width, height]) => {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const pen = canvas.getContext('2d');
  setInterval(() => { pen.fillStyle = '#456'; pen.fillRect(0, 0, width, height); }, 40);
  document.querySelector('video[data-ref=video]').srcObject = canvas.captureStream(25);
}"""


async def shown(windows: Windows, stand: Stand, width: int, height: int) -> Page:
    """Return the console with a picture of that size on its stage."""
    page = await windows.page()
    await page.goto(f"{stand.url}/page")
    await stand.next(wire.Hello)
    await stand.show(
        replace(
            stand.view,
            surfaces=(
                SurfaceView(
                    SCREEN, CUSTOMER, SurfaceKind.MONITOR, SurfaceState.SHOWN, Condition.MOVING, 640, 360, "0"
                ),
            ),
        )
    )
    await page.evaluate(A_PICTURE, [width, height])
    await until(page, f"document.querySelector('video').videoWidth === {width}")
    return page


async def picture_of(page: Page, width: int, height: int) -> FloatRect:
    """Return where the picture lies, reckoned here from the box of the video: as large as fits, in the middle."""
    box = await page.locator("video[data-ref=video]").bounding_box()
    assert box is not None
    scale = min(box["width"] / width, box["height"] / height)
    across, down = width * scale, height * scale
    return FloatRect(
        x=box["x"] + (box["width"] - across) / 2,
        y=box["y"] + (box["height"] - down) / 2,
        width=across,
        height=down,
    )


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_box_lands_where_it_was_drawn(
    windows: Windows, at_the_console: Stand, width: int, height: int
) -> None:
    page = await shown(windows, at_the_console, width, height)
    picture = await picture_of(page, width, height)
    await page.get_by_role("button", name="Box").click()
    await page.mouse.move(picture["x"] + picture["width"] / 4, picture["y"] + picture["height"] / 4)
    await page.mouse.down()
    await page.mouse.move(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2, steps=4)
    await page.mouse.move(picture["x"] + 3 * picture["width"] / 4, picture["y"] + picture["height"] * 3 / 4)
    await page.mouse.up()
    mark = await at_the_console.next(wire.DrawMark)
    assert (mark.surface, mark.shape, len(mark.points)) == (SCREEN, "box", 2)
    pixel = max(65535 / picture["width"], 65535 / picture["height"])
    for (x, y), wanted in zip(mark.points, (0.25, 0.75), strict=True):
        assert abs(x - 65535 * wanted) <= pixel
        assert abs(y - 65535 * wanted) <= pixel


async def test_beside_the_picture_nothing_begins(windows: Windows, at_the_console: Stand) -> None:
    page = await shown(windows, at_the_console, 1600, 400)
    picture = await picture_of(page, 1600, 400)
    await page.get_by_role("button", name="Arrow").click()
    await page.mouse.click(picture["x"] + 40, picture["y"] - 20)
    await page.mouse.click(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2)
    mark = await at_the_console.next(wire.DrawMark)
    assert mark.shape == "point"
    assert abs(mark.points[0][0] - 32768) < 200


async def test_a_long_line_is_thinned_to_what_may_travel(windows: Windows, at_the_console: Stand) -> None:
    page = await shown(windows, at_the_console, 1280, 720)
    picture = await picture_of(page, 1280, 720)
    await page.get_by_role("button", name="Pen").click()
    await page.mouse.move(picture["x"] + 5, picture["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(
        picture["x"] + picture["width"] - 5, picture["y"] + picture["height"] - 5, steps=300
    )
    await page.mouse.up()
    mark = await at_the_console.next(wire.DrawMark)
    assert mark.shape == "line"
    assert 2 < len(mark.points) <= 256
    assert mark.points[0][0] < 1000
    assert mark.points[-1][0] > 64000


async def test_the_keyboard_points_too(windows: Windows, at_the_console: Stand) -> None:
    page = await shown(windows, at_the_console, 1280, 720)
    await page.keyboard.press("p")
    await expect(page.get_by_role("button", name="Point", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.get_by_role("application").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    mark = await at_the_console.next(wire.DrawMark)
    assert mark.shape == "point"
    assert mark.points[0][0] > 32768 > mark.points[0][1]
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Point", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_mark_that_arrives_stands_on_the_same_spot_with_its_name_and_goes(
    windows: Windows, at_the_console: Stand, width: int, height: int
) -> None:
    page = await shown(windows, at_the_console, width, height)
    picture = await picture_of(page, width, height)
    await at_the_console.tell(wire.Mark(HOST, "<b>Anna</b>", Role.HOST, SCREEN, "point", ((16384, 49151),)))
    dot = page.locator("svg .mark-dot")
    await expect(dot).to_be_visible()
    box = await dot.bounding_box()
    assert box is not None
    assert abs(box["x"] + box["width"] / 2 - (picture["x"] + picture["width"] / 4)) < 1.5
    assert abs(box["y"] + box["height"] / 2 - (picture["y"] + picture["height"] * 3 / 4)) < 1.5
    await expect(page.locator("svg .mark-tag")).to_have_text("<b>Anna</b>")
    await expect(dot).to_have_count(0, timeout=15_000)


async def test_a_mark_of_another_surface_is_not_drawn(windows: Windows, at_the_console: Stand) -> None:
    page = await shown(windows, at_the_console, 1280, 720)
    for surface in (SurfaceId("sur_other"), SCREEN):
        await at_the_console.tell(wire.Mark(HOST, "Anna", Role.HOST, surface, "box", ((0, 0), (9000, 9000))))
    await expect(page.locator("svg .mark-tag")).to_have_count(1)
    await at_the_console.tell(wire.MarksWiped())
    await expect(page.locator("svg .mark-tag")).to_have_count(0)
