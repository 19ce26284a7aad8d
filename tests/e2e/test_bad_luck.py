"""Tabs closed, cables pulled, a server frozen or killed: everybody is told, nothing is lost, and it heals by itself."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.e2e import picture
from tests.e2e.cable import cable_to
from tests.e2e.house import House
from tests.e2e.people import (
    VIDEO,
    Customer,
    Host,
    auditor_arrives,
    hears,
    in_state,
    is_healed,
    last,
    meet,
    say,
    says_reconnecting,
    share,
)
from tests.peers.chromium import Browsers

CUT_MS = 20_000
FROZEN_MS = 5_000
LOST_MS = 1_000
"""What a crash may cost of the picture: what lies further back is in the recording."""
PAUSED = "[data-panel=paused]"
TRACKS_ENDED = (
    "document.querySelector('[data-ref=preview]').srcObject === null && window.shared.readyState === 'ended'"
)
KEEP_TRACK = "window.shared = document.querySelector('[data-ref=preview]').srcObject.getVideoTracks()[0]"


async def anna_and_grace(house: House, browsers: Browsers) -> tuple[Host, Customer, str]:
    """Return both in a session with the screen shared, and the session."""
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    opened = await house.opens("Labels come out blank")
    await meet(house, anna, grace, opened)
    await share(anna, grace)
    return anna, grace, opened.session


async def test_tabs_are_closed_and_opened_again(shared_house: House, browsers: Browsers) -> None:
    anna, grace, session = await anna_and_grace(shared_house, browsers)

    # --- the host's tab is closed: the customer is told within seconds, and nothing is seen meanwhile ---
    console = anna.page.url
    await anna.page.close()
    await expect(grace.page.locator(PAUSED)).to_contain_text("Anna Berger was lost", timeout=6_000)
    await expect(grace.page.locator("[data-ref=indicator-text]")).to_have_text("Paused: nobody sees anything")
    await anna.opens_again(console)
    await expect(grace.page.locator(PAUSED)).to_be_hidden()
    await anna.sees_the_picture_move()

    # --- the customer's tab is closed: the seat is found again without a new code ---
    address = grace.page.url
    await grace.page.close()
    await expect(anna.page.locator(PAUSED)).to_contain_text(
        "connection to the customer was lost", timeout=6_000
    )
    grace.page = await grace.page.context.new_page()
    await grace.page.goto(address)
    await expect(anna.page.locator(PAUSED)).to_be_hidden()
    await in_state(anna.page, "active")
    await grace.shares()
    await anna.sees_the_picture_move()

    # --- a second tab takes the seat; the first says so, is idle, and can take it back ---
    second = await grace.page.context.new_page()
    await second.goto(address)
    await expect(grace.page.get_by_text("This session is open in another window.")).to_be_visible()
    await expect(grace.page.locator("body")).to_have_attribute("data-sharing", "false")
    await say(second, "Now I am here")
    await hears(anna.page, "Now I am here")
    await grace.page.get_by_role("button", name="Use here").click()
    await expect(second.get_by_text("This session is open in another window.")).to_be_visible()
    await is_healed(grace.page)
    await grace.shares()
    await anna.sees_the_picture_move()
    assert (await shared_house.call(f"/api/v1/sessions/{session}"))["state"] == "active"


async def test_a_network_cut_for_twenty_seconds(shared_house: House, browsers: Browsers) -> None:
    async with cable_to(shared_house.port) as cable:
        anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
        grace = await Customer.sits_down(browsers, flags=[cable.flag])
        await meet(shared_house, anna, grace, await shared_house.opens("The line is bad"))
        await share(anna, grace)

        cable.pull()
        await says_reconnecting(grace.page)
        await expect(grace.page.locator("[data-ref=indicator-text]")).to_have_text(
            "Connection lost: nobody sees anything"
        )
        await expect(anna.page.locator(PAUSED)).to_contain_text("connection to the customer was lost")
        await last(grace.page, CUT_MS)
        await expect(anna.page.locator(PAUSED)).to_be_visible()

        cable.plug()
        await is_healed(grace.page)
        await in_state(anna.page, "active")
        await expect(anna.page.locator(PAUSED)).to_be_hidden()
        await anna.sees_the_picture_move()
        await say(grace.page, "I am back")
        await hears(anna.page, "I am back")


async def test_the_server_stands_still_for_five_seconds(shared_house: House, browsers: Browsers) -> None:
    anna, grace, _ = await anna_and_grace(shared_house, browsers)
    shared_house.freeze()
    try:
        await says_reconnecting(anna.page)
        await says_reconnecting(grace.page)
        await last(grace.page, FROZEN_MS)
    finally:
        shared_house.thaw()
    await is_healed(anna.page)
    await is_healed(grace.page)
    await in_state(anna.page, "active")
    await anna.sees_the_picture_move()


async def test_stop_everything_waits_for_no_server(shared_house: House, browsers: Browsers) -> None:
    anna, grace, session = await anna_and_grace(shared_house, browsers)
    await grace.page.evaluate(KEEP_TRACK)
    shared_house.freeze()
    try:
        await grace.page.locator("[data-act=stop-everything]").click()
        assert await grace.page.evaluate(TRACKS_ENDED)
        await expect(grace.page.locator("[data-panel=ended]")).to_contain_text("You stopped everything.")
    finally:
        shared_house.thaw()
    await in_state(anna.page, "ended")
    await expect(anna.page.locator("[data-panel=ended]")).to_contain_text("The customer stopped everything.")
    assert (await shared_house.ended(session))["end_reason"] == "customer_stopped"


async def test_the_server_is_killed_with_a_session_live(house: House, browsers: Browsers) -> None:
    anna, grace, session = await anna_and_grace(house, browsers)
    await say(grace.page, "Before the crash")
    await hears(anna.page, "Before the crash")
    before = await anna.sees_the_picture_move()
    await picture.wait_until_beyond(anna.page, VIDEO, before + LOST_MS // picture.STEP_MS)

    await house.end(signal.SIGKILL)
    await says_reconnecting(anna.page)
    await says_reconnecting(grace.page)
    await house.start()
    await is_healed(anna.page)
    await is_healed(grace.page)
    await in_state(anna.page, "active")

    # --- the browser still holds the track: it is published again by itself ---
    after = await anna.sees_the_picture_move()
    assert after > before
    await expect(grace.page.locator("body")).to_have_attribute("data-sharing", "true")
    await hears(anna.page, "Before the crash")
    await say(anna.page, "After the crash")
    await hears(grace.page, "After the crash")
    await anna.ends("The server was killed; the session went on.")
    recording = (await house.call(f"/api/v1/sessions/{session}"))["recording"]
    verdict = await verified(house.data / "recordings" / recording, house.data)
    assert (verdict["status"], verdict["signer"]) == ("recovered", "trusted")
    await both_stretches_are_playable(house, browsers, recording, before, after)


async def verified(recording: Path, data: Path) -> dict[str, Any]:
    """Return what the verifier says, in a process of its own that knows nothing of the broker."""
    command = [sys.executable, "-m", "recorder", "verify", str(recording), "--json",
               "--trust", str(data / "keys" / "installation.pub.pem")]  # fmt: skip
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False, timeout=60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def both_stretches_are_playable(
    house: House, browsers: Browsers, recording: str, before: int, after: int
) -> None:
    """The replay shows the picture of before the crash, and the picture of after it."""
    page = await auditor_arrives(browsers, house.link("sign_in", "auditor"))
    await page.goto(f"{house.base}/recordings/{recording}")
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "recovered")
    events = page.locator("[data-list=events]")
    for line, number in (("Before the crash", before), ("After the crash", after)):
        await events.get_by_text(line).click()
        await picture.wait_until_near(page, "canvas[data-ref=canvas]", number, slack=40)
