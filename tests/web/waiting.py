"""Waiting for a page under the strict Content Security Policy, which forbids what Playwright's own waiting does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

STEP_SECONDS = 0.05
WAIT_SECONDS = 20


async def until(page: Page, expression: str) -> None:
    """Return when the JavaScript expression is true on the page; raise TimeoutError after 20 s."""
    await until_true(lambda: page.evaluate(expression))


async def until_true(asked: Callable[[], Awaitable[object]]) -> None:
    """Return when the answer is true; raise TimeoutError after 20 s."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not await asked():  # noqa: ASYNC110 - a browser is asked; it has no event for us
            await asyncio.sleep(STEP_SECONDS)
