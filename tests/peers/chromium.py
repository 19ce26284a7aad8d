"""Real browser windows: Debian's Chromium driven through Playwright, each window with a fresh profile.

A window that shares a screen must be headful (``browsers.headful``); one that only looks may be headless.
Every window of a test is closed after it; when the test failed, each page's picture lies in ``test-artifacts/``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Error, Page, Playwright, ViewportSize, async_playwright

from tests.peers.programs import program

FLAGS = (
    "--no-sandbox",  # Chromium as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHARE_THIS_TAB = ("--auto-accept-this-tab-capture",)
"""For pages that ask with ``preferCurrentTab: true``."""
FAKE_MICROPHONE = ("--use-fake-device-for-media-stream",)
"""A microphone that beeps; permission is still granted to the page by Playwright."""
WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=390, height=844)
WAIT_MS = 20_000


def share_surface(title: str) -> tuple[str, ...]:
    """Return the flags that choose the window or tab with ``title``, or "Entire screen", without asking."""
    return (f"--auto-select-desktop-capture-source={title}",)


class Browsers:
    """Opens windows and remembers them, so that none outlives its test."""

    def __init__(self, playwright: Playwright, profiles: Path, display: Callable[[], str]) -> None:
        self._playwright = playwright
        self._profiles = profiles
        self._display = display
        self._contexts: list[BrowserContext] = []

    async def headless(
        self,
        *,
        viewport: ViewportSize = WIDE,
        flags: Sequence[str] = (),
        locale: str = "en-GB",
        scheme: Literal["light", "dark"] = "light",
    ) -> BrowserContext:
        """Return a browser nobody sees, with cookies and storage of its own."""
        return await self._launch(viewport, flags, locale, scheme, display=None)

    async def headful(
        self, *, viewport: ViewportSize = WIDE, flags: Sequence[str] = SHARE_THIS_TAB, locale: str = "en-GB"
    ) -> BrowserContext:
        """Return a browser shown on the test display, so that its picture can be shared."""
        return await self._launch(viewport, flags, locale, "light", display=self._display())

    async def restarted(self, context: BrowserContext) -> BrowserContext:
        """Close a headless browser and start it again on the same profile, as somebody else at this computer would."""
        profile = self._profiles / f"profile-{self._contexts.index(context)}"
        await context.close()
        return await self._launch(WIDE, (), "en-GB", "light", display=None, profile=profile)

    async def _launch(
        self,
        viewport: ViewportSize,
        flags: Sequence[str],
        locale: str,
        scheme: Literal["light", "dark"],
        *,
        display: str | None,
        profile: Path | None = None,
    ) -> BrowserContext:
        surroundings: dict[str, str | float | bool] = {**os.environ}  # noqa: TID251 - handed on to Chromium
        if display is not None:
            surroundings["DISPLAY"] = display
        context = await self._playwright.chromium.launch_persistent_context(
            profile or self._profiles / f"profile-{len(self._contexts)}",
            executable_path=program("chromium"),
            headless=display is None,
            args=[*FLAGS, *flags],
            env=surroundings,
            viewport=viewport,
            locale=locale,
            color_scheme=scheme,
        )
        context.set_default_timeout(WAIT_MS)
        self._contexts.append(context)
        return context

    def pages(self) -> list[Page]:
        """Return every open page, oldest window first."""
        return [page for context in self._contexts for page in context.pages]

    async def picture_everything(self, folder: Path) -> None:
        """Write a screenshot of every page; a page that is already gone has none."""
        for number, page in enumerate(self.pages()):
            try:
                await page.screenshot(path=folder / f"page-{number}.png", timeout=5_000)
            except Error as reason:
                (folder / f"page-{number}.txt").write_text(f"{page.url}\n{reason}\n", encoding="utf-8")

    async def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            await context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on the item whether its body failed, for the fixtures that clean up after it."""
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest_asyncio.fixture
async def browsers(
    tmp_path: Path, artifacts: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Browsers]:
    """Return a ``Browsers``: ``context = await browsers.headless()``, ``page = await context.new_page()``."""
    async with async_playwright() as playwright:
        opened = Browsers(playwright, tmp_path, lambda: str(request.getfixturevalue("display")))
        try:
            yield opened
        finally:
            if request.node.stash.get(_FAILED, False):
                await opened.picture_everything(artifacts)
            await opened.close()
