"""The customer's own hands: what is hidden or stopped is hidden or stopped in this browser before anybody is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiortc import RTCPeerConnection, RTCSessionDescription
from playwright.async_api import Page, expect

from concierge.domain import limits
from concierge.domain.ids import SurfaceId
from concierge.domain.surface import Condition, SurfaceKind, SurfaceState
from concierge.wire import messages as wire
from concierge.wire.view import SessionView, SurfaceView
from tests.web.stand import CUSTOMER, SHARED, Stand
from tests.web.waiting import until
from tests.web.windows import Windows

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]

# A screen that needs no screen: the rest of the way is the browser's own.
A_SCREEN = """
navigator.mediaDevices.getDisplayMedia = async (wishes) => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 360});
  const pen = canvas.getContext('2d');
  setInterval(() => { pen.fillStyle = '#' + Math.random().toString(16).slice(2, 8); pen.fillRect(0, 0, 640, 360); }, 40);
  window.wishes = wishes;
  window.chosen = canvas.captureStream(25);
  return window.chosen;
};
window.sent = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const type = JSON.parse(text).type;
  const track = window.chosen?.getVideoTracks()[0];
  if (type !== 'beat') window.sent.push([type, track?.enabled, track?.readyState]);
  return send.call(this, text);
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def receiving(at_the_customer: Stand) -> AsyncIterator[Stand]:
    """Return the customer's stand with somebody real who answers what is published."""
    peers: list[RTCPeerConnection] = []

    async def answer(offer: str) -> str:
        peer = RTCPeerConnection()
        peers.append(peer)
        # Names of the local network are looked up by a part of aioice that outlives its event loop.
        known = "".join(line for line in offer.splitlines(keepends=True) if ".local " not in line)
        await peer.setRemoteDescription(RTCSessionDescription(known, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        sdp: str = peer.localDescription.sdp
        return sdp

    at_the_customer.answer = answer
    yield at_the_customer
    for peer in peers:
        await peer.close()


async def sharing(windows: Windows, stand: Stand) -> tuple[Page, wire.Publish]:
    """Return the customer's page, sharing, and what it published."""
    page = await windows.page()
    await page.add_init_script(A_SCREEN)
    await page.goto(f"{stand.url}/page")
    await page.locator('[data-panel="share"] [data-act="share"]').click()
    await page.locator('[data-panel="confirm"] [data-act="send-preview"]').click()
    published = await stand.next(wire.Publish)
    await stand.show(with_surface(stand, SHARED))
    await expect(page.get_by_role("button", name="Stop everything")).to_be_visible()
    await until(page, "document.title.startsWith('●')")
    return page, published


def with_surface(stand: Stand, surface: SurfaceId) -> SessionView:
    shown = SurfaceView(
        surface, CUSTOMER, SurfaceKind.MONITOR, SurfaceState.SHOWN, Condition.MOVING, 640, 360, ""
    )
    return replace(stand.view, surfaces=(shown,))


async def test_one_picture_travels_with_vp8_first_and_never_larger_than_allowed(
    windows: Windows, receiving: Stand
) -> None:
    page, published = await sharing(windows, receiving)
    media = [line for line in published.offer.splitlines() if line.startswith("m=")]
    assert len(media) == 1
    first = media[0].split()[3]
    assert f"a=rtpmap:{first} VP8/90000" in published.offer
    assert "a=sendonly" in published.offer
    assert published.surface_kind is SurfaceKind.MONITOR
    asked = await page.evaluate("window.wishes.video")
    assert asked["width"] == {"max": limits.PICTURE_MAX_WIDTH}
    assert asked["height"] == {"max": limits.PICTURE_MAX_HEIGHT}


async def test_hide_acts_here_before_it_is_told(windows: Windows, receiving: Stand) -> None:
    page, _ = await sharing(windows, receiving)
    await page.get_by_role("button", name="Hide my screen").click()
    assert (await receiving.next(wire.Hide)).surface == SHARED
    assert ["hide", False, "live"] in await page.evaluate("window.sent")
    await expect(page.get_by_text("Your screen is hidden")).to_be_visible()
    await page.get_by_role("button", name="Show my screen").click()
    assert (await receiving.next(wire.Unhide)).surface == SHARED
    await until(page, "window.chosen.getVideoTracks()[0].enabled")


async def test_stop_everything_waits_for_nobody_and_is_told_as_soon_as_it_can_be(
    windows: Windows, receiving: Stand
) -> None:
    page, _ = await sharing(windows, receiving)
    receiving.shut = True
    await receiving.drop()
    await expect(page.get_by_text("Reconnecting by itself")).to_be_visible()
    await page.get_by_role("button", name="Stop everything").click()
    assert await page.evaluate("window.chosen.getVideoTracks()[0].readyState") == "ended"
    await expect(page.get_by_text("You stopped everything.")).to_be_visible()
    assert not [one for one in receiving.came() if isinstance(one, wire.StopEverything)]
    receiving.shut = False
    await receiving.next(wire.StopEverything)


async def test_while_the_line_is_cut_the_picture_is_dark(windows: Windows, receiving: Stand) -> None:
    page, _ = await sharing(windows, receiving)
    receiving.shut = True
    await receiving.drop()
    await expect(page.get_by_text("Connection lost: nobody sees anything")).to_be_visible()
    assert not await page.evaluate("window.chosen.getVideoTracks()[0].enabled")
    receiving.shut = False
    await until(page, "window.chosen.getVideoTracks()[0].enabled")


async def test_what_the_broker_lost_is_published_anew(windows: Windows, receiving: Stand) -> None:
    page, _ = await sharing(windows, receiving)
    await receiving.show(replace(receiving.view, surfaces=()))
    assert (await receiving.next(wire.Publish)).kind is wire.SourceKind.PICTURE
    assert await page.evaluate("window.chosen.getVideoTracks()[0].readyState") == "live"


async def test_what_is_no_longer_allowed_stops_here_too(windows: Windows, receiving: Stand) -> None:
    page, _ = await sharing(windows, receiving)
    receiving.answer = None
    receiving.refusing_publish = ("nobody_may_see", "Nobody has been allowed to see your screen yet.")
    await receiving.show(replace(receiving.view, surfaces=()))
    await until(page, "window.chosen.getVideoTracks()[0].readyState === 'ended'")
    await expect(page.get_by_text("Your screen is no longer shared")).to_be_visible()


async def test_a_picture_of_a_page_that_is_gone_is_taken_away(windows: Windows, receiving: Stand) -> None:
    receiving.view = with_surface(receiving, SurfaceId("sur_older"))
    page = await windows.page()
    await page.goto(f"{receiving.url}/page")
    assert (await receiving.next(wire.Unpublish)).surface == "sur_older"
