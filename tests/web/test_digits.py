"""The portal's code field: 3-3-3 while typing, pastes of any shape, and a caret that stays where one types."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.web.stand import Stand
from tests.web.windows import Windows

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]


async def opened(windows: Windows, stand: Stand) -> Page:
    page = await windows.page()
    await page.goto(f"{stand.url}/page")
    return page


async def test_digits_stand_in_groups_of_three(windows: Windows, at_the_portal: Stand) -> None:
    page = await opened(windows, at_the_portal)
    field = page.get_by_label("Enter your code")
    await field.press_sequentially("12a3456789 0")
    await expect(field).to_have_value("123 456 789")


@pytest.mark.parametrize("pasted", ["482-019-337", " 482 019 337 ", "482019337", "Code: 482.019.337"])
async def test_a_paste_of_any_shape_is_taken(windows: Windows, at_the_portal: Stand, pasted: str) -> None:
    page = await opened(windows, at_the_portal)
    field = page.get_by_label("Enter your code")
    await field.focus()
    await page.keyboard.insert_text(pasted)
    await expect(field).to_have_value("482 019 337")


async def test_the_caret_stays_where_one_types(windows: Windows, at_the_portal: Stand) -> None:
    page = await opened(windows, at_the_portal)
    field = page.get_by_label("Enter your code")
    await field.press_sequentially("12345678")
    for _ in range(4):
        await field.press("ArrowLeft")
    await field.press("9")
    await expect(field).to_have_value("123 459 678")
    assert await field.evaluate("field => field.selectionStart") == 7


async def test_backspace_behind_a_gap_takes_the_digit(windows: Windows, at_the_portal: Stand) -> None:
    page = await opened(windows, at_the_portal)
    field = page.get_by_label("Enter your code")
    await field.press_sequentially("1234")
    await field.press("ArrowLeft")
    await field.press("Backspace")
    await expect(field).to_have_value("124")


async def test_a_short_code_is_not_sent(windows: Windows, at_the_portal: Stand) -> None:
    page = await opened(windows, at_the_portal)
    field = page.get_by_label("Enter your code")
    await field.press_sequentially("1234")
    await field.press("Enter")
    assert "nine digits" in await field.evaluate("field => field.validationMessage")
    assert page.url == f"{at_the_portal.url}/page"
