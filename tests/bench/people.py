"""Measures what people wait for, in real browsers, on loopback and through the fault proxy.

`python -m tests.bench.people` prints one line of JSON; times are milliseconds. The fault proxy gives the customer's line
1 Mbit/s, 150 ms there and back and 2 % loss in each direction, for pages, socket and media together (tests/e2e/weather.py).
- opened: the customer opens the link -> the page that says who is calling stands, and its button can be pressed.
- joined: that button is pressed, two seconds later -> name, ticket and the digits to read aloud stand.
- picture: the customer sends the preview -> the host's page shows the first picture.
- legible: the same click -> 97 % of 1,200 random letters of 12 points can be read off the host's picture.
- healed: the customer's cable is plugged in again after 6 s -> the page is connected.
- told: the host's browser is killed -> the customer's page says that the host was lost.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import async_playwright, expect

from tests.e2e import reading
from tests.e2e.cable import Cable, cable_to, media_cable
from tests.e2e.house import House, any_port
from tests.e2e.people import RECORDED, SEEN, VIDEO, Customer, Host
from tests.e2e.weather import SLOW, Line
from tests.peers.chromium import Browsers
from tests.peers.display import screen

TARGET_USABLE_MS: Final = 2_000
TARGET_LEGIBLE_MS: Final = 5_000
CUT_S: Final = 6.0
READS_S: Final = 2.0
"""How long a person reads who is calling before pressing the button."""
DEADLINE_S: Final = 60.0
ROUNDS: Final = 3


@dataclass
class Way:
    """How the customer's browser reaches the server: straight, or through a slow, lossy line."""

    cable: Cable
    lay: Callable[[Customer], Awaitable[None]]


@dataclass
class Waits:
    """What was waited for, by name."""

    found: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, began: float) -> None:
        """Keep a time since `began`."""
        self.found.setdefault(name, []).append((time.monotonic() - began) * 1000)

    def told(self) -> dict[str, Any]:
        """Return the middle and the worst of each."""
        return {
            name: {"median_ms": round(sorted(all_)[len(all_) // 2]), "max_ms": round(max(all_))}
            for name, all_ in self.found.items()
        }


@asynccontextmanager
async def way_to(house: House, line: Line | None) -> AsyncIterator[Way]:
    """Lay the customer's line."""
    async with cable_to(house.port, line) as cable, media_cable(line) as media:

        async def lay(customer: Customer) -> None:
            await media.lay(customer.page.context)

        yield Way(cable, lay)


async def journey(house: House, browsers: Browsers, line: Line | None, waits: Waits, seed: int) -> None:
    """One customer's journey, from the link to the first legible picture and the host's loss."""
    async with way_to(house, line) as way:
        anna = await Host.arrives(browsers, house.link("sign_in", "host"))
        grace = await Customer.sits_down(browsers, flags=(way.cable.flag,))
        await way.lay(grace)
        opened = await house.opens("Measured")
        await anna.opens(house, opened.session)

        began = time.monotonic()
        await grace.page.goto(opened.link, wait_until="commit")
        button = grace.page.get_by_role("button", name="Join")
        await expect(button).to_be_enabled()
        waits.note("opened", began)
        await asyncio.sleep(READS_S)
        began = time.monotonic()
        await button.click(no_wait_after=True)
        digits = await grace.reads_the_digits()
        waits.note("joined", began)

        await anna.types_the_digits(digits)
        await grace.answers(yes=True, heading=RECORDED)
        await anna.asks_for("view_screen")
        await grace.answers(yes=True, heading=SEEN)
        text = await reading.show(grace.screen, seed)
        await grace.page.locator("[data-act=share]:visible").click()
        send = grace.page.locator("[data-panel=confirm] [data-act=send-preview]")
        await expect(send).to_be_enabled()
        began = time.monotonic()
        await send.click(no_wait_after=True)
        await read_off(anna, text, waits, began)
        if line is None:
            await cut_and_heal(way.cable, grace, waits)
        began = time.monotonic()
        await anna.page.context.close()
        await expect(grace.page.locator("[data-panel=paused]")).to_contain_text("was lost")
        waits.note("told", began)
        await grace.page.context.close()


async def read_off(anna: Host, text: reading.Text, waits: Waits, began: float) -> None:
    """Wait for the first picture, and until it can be read."""
    first = False
    async with asyncio.timeout(DEADLINE_S):
        while True:
            share = await reading.share_read(anna.page, VIDEO, text)
            if share > 0 and not first:
                first = True
                waits.note("picture", began)
            if share >= reading.READ_SHARE:
                waits.note("legible", began)
                return
            await asyncio.sleep(0.05)


async def cut_and_heal(cable: Cable, grace: Customer, waits: Waits) -> None:
    """Pull the customer's cable, plug it in again, and wait until the page is connected."""
    strip = grace.page.locator("[data-panel=reconnecting]")
    cable.pull()
    await asyncio.sleep(CUT_S)
    await expect(strip).to_be_visible()
    began = time.monotonic()
    cable.plug()
    await expect(strip).to_be_hidden()
    waits.note("healed", began)


async def measure_all() -> dict[str, Any]:
    """Measure both lines."""
    expect.set_options(timeout=DEADLINE_S * 1000)
    loopback, slow = Waits(), Waits()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        display = stack.enter_context(screen())
        house = House(folder / "var", any_port(), folder / "server.log")
        await house.start()
        stack.push_async_callback(house.end)
        playwright = await stack.enter_async_context(async_playwright())
        browsers = Browsers(playwright, folder, lambda: display)
        stack.push_async_callback(browsers.close)
        for seed in range(ROUNDS):
            await journey(house, browsers, None, loopback, seed)
            await journey(house, browsers, Line(SLOW), slow, seed)
    told = slow.told()
    return {
        "loopback": loopback.told(),
        "slow_line": told,
        "slow_line_is": "1 Mbit/s, 150 ms there and back, 2 % loss each way",
        "met": all(told[name]["median_ms"] <= TARGET_USABLE_MS for name in ("opened", "joined"))
        and told["legible"]["median_ms"] <= TARGET_LEGIBLE_MS,
    }


def measure() -> dict[str, Any]:
    """Return the waits, and whether the slow line's bounds hold."""
    return asyncio.run(measure_all())


if __name__ == "__main__":
    print(json.dumps(measure()))
