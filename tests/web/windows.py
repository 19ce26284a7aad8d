"""Windows of one headless Chromium for all tests of this folder, each with cookies and storage of its own."""

from __future__ import annotations

from playwright.async_api import Browser, BrowserContext, Page

from tests.peers.chromium import WAIT_MS, WIDE


class Windows:
    """Opens windows and remembers them, so that none outlives its test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def page(self) -> Page:
        """Return a fresh window."""
        context = await self._browser.new_context(viewport=WIDE, locale="en-GB")
        context.set_default_timeout(WAIT_MS)
        self._contexts.append(context)
        return await context.new_page()

    async def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            await context.close()
