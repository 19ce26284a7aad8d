"""A customer on a phone, a page without encryption, a voice without a picture: what works does, and the rest is explained."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import Page, expect

from concierge.wire.replay import unpack_frames
from tests.e2e.house import House, any_port
from tests.e2e.people import SEEN, TALK, Customer, Host, hears, meet, say
from tests.peers.chromium import Browsers

DESK = "desk.lindmoor.example"
WAIT_S = 30
STEP_S = 0.1
FLOWS_MS = 1_500
HEARD_BYTES = 4_000
KEEP_PEERS = """
  const Plain = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Plain { constructor(...given) { super(...given); window.peers.push(this); } };
"""
HEARD = """async () => {
  let bytes = 0, energy = 0;
  for (const peer of window.peers) for (const one of (await peer.getStats()).values()) {
    if (one.type === "inbound-rtp" && one.kind === "audio") { bytes += one.bytesReceived; energy += one.totalAudioEnergy ?? 0; }
  }
  return {bytes, energy};
}"""
SOUND = f"""async (wanted) => {{ const now = await ({HEARD})(); window.before ??= now;
  return now.bytes > window.before.bytes + wanted && now.energy > window.before.energy; }}"""
SILENCE = f"""async (ms) => {{ const now = (await ({HEARD})()).bytes;
  if (window.bytes !== now) {{ window.bytes = now; window.since = performance.now(); }}
  return performance.now() - window.since > ms; }}"""


async def test_a_phone_does_everything_but_share(shared_house: House, browsers: Browsers) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.comes_by_phone(browsers)
    await meet(shared_house, anna, grace, await shared_house.opens("A phone in the hand"))
    await anna.asks_for("view_screen")
    await grace.answers(yes=True, heading=SEEN)
    phone = grace.page.locator("[data-panel=phone]")
    await expect(phone).to_contain_text("Phone browsers do not allow it.")
    await expect(phone).to_contain_text("open this page on the computer that has it")
    await phone.get_by_role("button", name="Go on without sharing").click()
    await say(grace.page, "I am on my phone")
    await hears(anna.page, "I am on my phone")
    await anna.says("Then we write")
    await hears(grace.page, "Then we write")
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await grace.page.evaluate(too_wide) == 0


async def test_plain_http_elsewhere_than_localhost_explains_https(
    browsers: Browsers, founded: Path, tmp_path: Path
) -> None:
    shutil.copytree(founded, tmp_path / "var")
    house = House(tmp_path / "var", any_port(), tmp_path / "server.log")
    await house.start("--public-url", f"http://{DESK}:{house.port}")
    flag = f"--host-resolver-rules=MAP {DESK} 127.0.0.1"
    try:
        anna = await Host.arrives(browsers, house.link("sign_in", "host"), flags=[flag])
        await anna.page.goto(f"http://{DESK}:{house.port}/sessions/{house.link('session_id')}")
        page = (await browsers.headless(flags=[flag])).pages[0]
        await page.goto(f"http://{DESK}:{house.port}/")
        await expect(page.get_by_text("Sharing your screen needs https")).to_be_visible()
        grace = Customer(page, page)
        await page.locator("input[name=code]").fill(await anna.reads_the_code())
        await page.get_by_role("button", name="Continue").click()
        await anna.types_the_digits(await grace.reads_the_digits())
        await grace.answers(yes=True, heading="May this session be recorded?")
        await anna.asks_for("view_screen")
        await grace.answers(yes=True, heading=SEEN)
        insecure = page.locator("[data-panel=insecure]")
        await expect(insecure).to_contain_text("browsers share a screen only over https")
        await insecure.get_by_role("button", name="Go on without sharing").click()
        await say(page, "Then without")
        await hears(anna.page, "Then without")
    finally:
        house.stopped_well()


async def test_a_voice_is_heard_recorded_and_muted(shared_house: House, browsers: Browsers) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    await anna.page.context.add_init_script(KEEP_PEERS)
    grace = await Customer.talks(browsers)
    opened = await shared_house.opens("Easier said than written")
    await meet(shared_house, anna, grace, opened)
    await anna.asks_for("voice")
    await grace.answers(yes=True, heading=TALK)

    # --- heard, and everybody can see that the microphone is open ---
    await until(anna.page, SOUND, HEARD_BYTES)
    await expect(grace.page.locator("[data-ref=indicator-text]")).to_have_text("Anna Berger can hear you")
    await expect(anna.page.locator("[data-list=people]")).to_contain_text("mic on")

    # --- muted: nothing arrives any more ---
    await grace.page.locator("[data-act=voice]").click()
    await expect(grace.page.locator("[data-act=voice]")).to_have_attribute("aria-pressed", "false")
    await until(anna.page, SILENCE, FLOWS_MS)
    await expect(grace.page.locator("[data-ref=indicator]")).to_be_hidden()

    # --- and it is in the recording ---
    await anna.ends("Talked it through.")
    script = await shared_house.script(opened.session)
    voices = [track for track in script["tracks"] if track["kind"] == "voice"]
    assert [track["codec"] for track in voices] == ["opus"]
    media = f"/api/v1/recordings/{script['recording']['id']}/media?from_us={voices[0]['from_us']}&until_us={voices[0]['until_us'] + 1}"
    recorded = sum(len(frame[-1]) for frame in unpack_frames(await shared_house.fetch(media)))
    assert recorded > HEARD_BYTES


async def until(page: Page, asked: str, given: int) -> None:
    """Wait until what a page answers, after a while of its own, is yes."""
    async with asyncio.timeout(WAIT_S):
        while not await page.evaluate(asked, given):  # noqa: ASYNC110 - the page does not call back
            await asyncio.sleep(STEP_S)
