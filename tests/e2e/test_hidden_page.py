"""A page that nobody looks at: its timers are throttled, its session is not. Playwright keeps every page in front, so this one does without."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import House
from tests.e2e.people import Host, hears, in_state, last
from tests.peers.chromium import Browsers
from tests.web.bare_chromium import BareChromium, bare_chromium

HIDDEN_MS = 90_000
HIDDEN_TORTURE_MS = 7 * 60_000
STEP_S = 0.1
WAIT_S = 20
STATES = """() => {
  window.states = [];
  const root = document.querySelector('[data-ref=root]');
  new MutationObserver(() => window.states.push(root.dataset.state)).observe(root, {attributes: true, attributeFilter: ['data-state']});
}"""
ALLOW = "document.querySelector('[data-panel=ask] [data-answer=yes]')"


async def until(chromium: BareChromium, tab: dict[str, Any], expression: str) -> Any:
    """Wait until an expression is true in a tab; return its value."""
    async with asyncio.timeout(WAIT_S):
        while not (value := await chromium.evaluate(tab, expression)):  # noqa: ASYNC110 - the page does not call back
            await asyncio.sleep(STEP_S)
        return value


@pytest.mark.torture
@pytest.mark.timeout(600)
async def test_a_hidden_page_is_never_taken_for_lost(
    shared_house: House, browsers: Browsers, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    opened = await shared_house.opens("Grace works in another tab")
    await anna.opens(shared_house, opened.session)
    async with bare_chromium(tmp_path / "grace") as chromium:
        tab = await chromium.open(opened.link)
        await until(chromium, tab, "document.querySelector('form[action*=\"/join/\"] button') !== null")
        await chromium.evaluate(tab, "document.querySelector('form[action*=\"/join/\"] button').click()")
        digits = await until(
            chromium,
            tab,
            "/^[0-9]{4}$/.exec(document.querySelector('[data-ref=match]')?.textContent.replace(/ /g, '') ?? '')?.[0]",
        )
        await anna.types_the_digits(digits)
        await until(chromium, tab, f"{ALLOW} !== null")
        await last(anna.page, 1_000)
        await chromium.evaluate(tab, f"{ALLOW}.click()")
        await until(chromium, tab, f"{ALLOW} === null")

        await chromium.open("about:blank")
        await until(chromium, tab, "document.hidden")
        await anna.page.evaluate(STATES)
        await last(anna.page, HIDDEN_TORTURE_MS if request.getfixturevalue("torture") else HIDDEN_MS)
        assert await chromium.evaluate(tab, "document.hidden")
        assert await anna.page.evaluate("window.states") == []
        await in_state(anna.page, "active")

        # --- and it still hears, and is heard ---
        await anna.says("Still there?")
        await until(
            chromium, tab, "document.querySelector('[data-list=chat]').textContent.includes('Still there?')"
        )
        said = json.dumps("Of course")
        await chromium.evaluate(
            tab,
            f"{{ const field = document.querySelector('[data-ref=say]'); field.value = {said}; field.form.requestSubmit(); }}",
        )
        await hears(anna.page, "Of course")
