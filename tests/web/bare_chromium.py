"""Chromium without a driver's make-up: Playwright makes every page believe it is in front, so none is ever hidden there.

Speaks the few words of the DevTools protocol that opening and hiding a tab takes.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from tests.peers.programs import program

START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class BareChromium:
    """A running browser and where its DevTools listen."""

    port: int

    async def open(self, address: str) -> dict[str, Any]:
        """Open a tab in front of the others."""
        return await asyncio.to_thread(self._open, address)

    def _open(self, address: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/json/new?{address}"
        with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=10) as answer:
            tab: dict[str, Any] = json.load(answer)
            return tab

    async def evaluate(self, tab: dict[str, Any], expression: str) -> Any:
        """Return the value of a JavaScript expression in a tab; None while the tab is between two pages."""
        async with connect(tab["webSocketDebuggerUrl"], proxy=None) as devtools:
            asked = {"expression": expression, "returnByValue": True}
            await devtools.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": asked}))
            answer = json.loads(await devtools.recv()).get("result", {})
            return answer.get("result", {}).get("value")


@asynccontextmanager
async def bare_chromium(profile: Path) -> AsyncIterator[BareChromium]:
    """Run a browser until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        program("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(START_SECONDS):
            told = profile / "DevToolsActivePort"
            while not told.is_file() or "\n" not in told.read_text():  # noqa: ASYNC110 - the browser tells it in a file
                await asyncio.sleep(0.05)
        yield BareChromium(int(told.read_text().splitlines()[0]))
    finally:
        process.terminate()
        await process.wait()
