"""The stands of this folder: a page in a real browser and the broker's side of its socket."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from concierge.domain.capability import Capability
from concierge.domain.participant import Role
from tests.architecture.sources import ROOT
from tests.peers.programs import program
from tests.web import pages
from tests.web.stand import CUSTOMER, HOST, Stand, a_seat, a_view, standing

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


@pytest_asyncio.fixture
async def at_the_console() -> AsyncIterator[Stand]:
    """Return the host's stand."""
    async with standing(pages.console(), a_view(HOST, Role.HOST, (ANNA, MARIA))) as stand:
        yield stand


@pytest_asyncio.fixture
async def at_the_customer() -> AsyncIterator[Stand]:
    """Return the customer's stand."""
    async with standing(pages.customer(), a_view(CUSTOMER, Role.CUSTOMER, (ANNA, MARIA))) as stand:
        yield stand


@pytest_asyncio.fixture
async def at_the_portal() -> AsyncIterator[Stand]:
    """Return the portal's stand; nobody talks on its socket."""
    async with standing(pages.portal(), a_view(HOST, Role.HOST, (ANNA, MARIA))) as stand:
        yield stand


@pytest.fixture
def source() -> Path:
    """Return the folder of the TypeScript sources."""
    return ROOT / "web" / "src"
