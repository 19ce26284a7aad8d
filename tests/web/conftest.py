"""The stands of this folder: a page in a real browser and the broker's side of its socket."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from concierge.domain.capability import Capability
from concierge.domain.participant import Role
from tests.architecture.sources import ROOT
from tests.peers.chromium import FLAGS
from tests.peers.programs import program
from tests.web import pages
from tests.web.stand import CUSTOMER, HOST, Stand, a_seat, a_view, standing
from tests.web.windows import Windows

HELD = (Capability.CHAT, Capability.MARK, Capability.VIEW_SCREEN)
ANNA = a_seat(HOST, Role.HOST, "Anna Huber", *HELD)
MARIA = a_seat(CUSTOMER, Role.CUSTOMER, "Maria Lindqvist", Capability.CHAT)


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Build the browser's side, once; what is built already is left as it is."""
    program("chromium")
    subprocess.run(
        [str(ROOT / ".venv" / "bin" / "python"), str(ROOT / "deploy" / "dev" / "bundle.py"), "build"],
        check=True,
        timeout=120,
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_chromium(built: None) -> AsyncIterator[Browser]:
    """Return the browser that all tests of this folder share: starting one takes longer than most of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program("chromium"), headless=True, args=list(FLAGS)
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def windows(one_chromium: Browser) -> AsyncIterator[Windows]:
    """Return a ``Windows``: ``page = await windows.page()``."""
    opened = Windows(one_chromium)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def at_the_console() -> AsyncIterator[Stand]:
    """Return the host's stand."""
    async with standing(pages.console(), a_view(HOST, Role.HOST, (ANNA, MARIA))) as stand:
        yield stand


@pytest_asyncio.fixture(loop_scope="session")
async def at_the_customer() -> AsyncIterator[Stand]:
    """Return the customer's stand."""
    async with standing(pages.customer(), a_view(CUSTOMER, Role.CUSTOMER, (ANNA, MARIA))) as stand:
        yield stand


@pytest_asyncio.fixture(loop_scope="session")
async def at_the_portal() -> AsyncIterator[Stand]:
    """Return the portal's stand; nobody talks on its socket."""
    async with standing(pages.portal(), a_view(HOST, Role.HOST, (ANNA, MARIA))) as stand:
        yield stand
