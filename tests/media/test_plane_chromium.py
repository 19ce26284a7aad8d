"""The plane with real browsers: Chromium publishes a canvas, Chromium windows watch, nothing leaves this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.async_api import Page

from concierge.media.plane import ForwardingPlane
from concierge.media.settings import MediaSettings
from concierge.services.media_port import MediaKind, SourceId, ViewerSlots
from tests.media.peers import CUSTOMER, HOST, SCREEN, SESSION, VENDOR, VOICE, KeptFrames, running_plane
from tests.media.streams import decoded
from tests.peers.chromium import Browsers

pytestmark = pytest.mark.peer

PAGE = b"""<!doctype html><meta charset=utf-8><title>media</title>
<canvas id=c width=640 height=480></canvas><video id=v autoplay muted playsinline></video>
<script>
const gathered = pc => new Promise(done => {
  const look = () => pc.iceGatheringState === 'complete' && done();
  pc.onicegatheringstatechange = look; look();
});
async function offered(pc) {
  await pc.setLocalDescription(await pc.createOffer());
  await gathered(pc);
  return pc.localDescription.sdp;
}
const answered = (pc, sdp) => pc.setRemoteDescription({type: 'answer', sdp});
let at = 0;
function draw(colour) {
  const c = document.getElementById('c'), x = c.getContext('2d');
  setInterval(() => {
    at += 1;
    x.fillStyle = colour; x.fillRect(0, 0, c.width, c.height);
    x.fillStyle = '#eee'; x.fillRect(at * 7 % (c.width - 80), 100, 80, 80);
  }, 40);
}
async function publish(colour, codec) {
  draw(colour);
  const stream = document.getElementById('c').captureStream(25);
  window.pc = new RTCPeerConnection();
  const sender = pc.addTransceiver(stream.getVideoTracks()[0], {direction: 'sendonly'});
  if (codec) sender.setCodecPreferences(
    RTCRtpSender.getCapabilities('video').codecs.filter(c => /rtx/.test(c.mimeType) || c.mimeType.includes(codec)));
  return offered(pc);
}
async function speak() {
  const sound = new AudioContext(), tone = sound.createOscillator(), out = sound.createMediaStreamDestination();
  tone.connect(out); tone.start();
  window.voice = new RTCPeerConnection();
  voice.addTransceiver(out.stream.getAudioTracks()[0], {direction: 'sendonly'});
  return offered(voice);
}
async function watch() {
  window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  for (let n = 0; n < 2; n++) pc.addTransceiver('video', {direction: 'recvonly'});
  for (let n = 0; n < 4; n++) pc.addTransceiver('audio', {direction: 'recvonly'});
  document.getElementById('v').srcObject = new MediaStream([pc.getTransceivers()[0].receiver.track]);
  return offered(pc);
}
function colour() {
  const v = document.getElementById('v');
  if (!v.videoWidth) return null;
  const c = document.createElement('canvas'); c.width = v.videoWidth; c.height = v.videoHeight;
  const x = c.getContext('2d'); x.drawImage(v, 0, 0);
  return [...x.getImageData(5, 5, 1, 1).data].slice(0, 3);
}
async function counted(kind, key) {
  let sum = 0;
  (await pc.getStats()).forEach(s => { if (s.type === kind) sum += s[key] || 0; });
  return sum;
}
</script>"""

RED, BLUE = "#c02020", "#2020c0"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


async def window(browsers: Browsers, url: str, *flags: str) -> Page:
    """Open the page so that WebRTC works on a machine that has no network but 127.0.0.1.

    Chromium gathers loopback candidates only with this flag, and looks at interfaces at all, instead of asking for
    the default route, only where a microphone is permitted.
    """
    context = await browsers.headless(flags=("--allow-loopback-in-peer-connection", *flags))
    await context.grant_permissions(["microphone"], origin=url.rstrip("/"))
    page = await context.new_page()
    await page.goto(url)
    return page


async def publishing(
    browsers: Browsers, url: str, plane: ForwardingPlane, source: SourceId, colour: str, codec: str = ""
) -> Page:
    page = await window(browsers, url)
    offer: str = await page.evaluate("([colour, codec]) => publish(colour, codec)", [colour, codec])
    answer = await plane.publish(SESSION, CUSTOMER, source, MediaKind.PICTURE, offer)
    await page.evaluate("sdp => answered(pc, sdp)", answer)
    return page


async def watching(browsers: Browsers, url: str, plane: ForwardingPlane, participant: Any) -> Page:
    page = await window(browsers, url)
    answer = await plane.receive(SESSION, participant, await page.evaluate("() => watch()"))
    await page.evaluate("sdp => answered(pc, sdp)", answer)
    return page


IS_RED = "() => { const c = colour(); return c && c[0] > 120 && c[2] < 90; }"
IS_BLUE = "() => { const c = colour(); return c && c[2] > 120 && c[0] < 90; }"


@pytest.mark.parametrize("listen", [("127.0.0.1",), ()], ids=["loopback only", "every address"])
async def test_browsers_see_what_a_browser_shares(
    browsers: Browsers, url: str, listen: tuple[str, ...]
) -> None:
    async with running_plane(MediaSettings(listen, loopback=True)) as (plane, told, sent):
        sink = KeptFrames()
        await publishing(browsers, url, plane, SCREEN, RED)
        plane.open_source(SCREEN, sink)
        for viewer in (HOST, VENDOR):
            plane.permit(SCREEN, viewer)
        first = await watching(browsers, url, plane, HOST)
        await first.wait_for_function(IS_RED)
        await sink.until(lambda: len(sink.frames) >= 60)
        late = await watching(browsers, url, plane, VENDOR)
        await late.wait_for_function(IS_RED)
        assert ("flowing", SCREEN, 640, 480) in told.facts
        plane.forbid(SCREEN, VENDOR)
        count = sent.to(VENDOR)
        await sent.until(HOST, sent.to(HOST) + 25)
        assert sent.to(VENDOR) == count
        assert len(decoded("VP8", [f.payload for f in sink.frames])) == len(sink.frames)
        assert sink.gaps == []
        plane.close_session(SESSION)
        # The goodbye reaches the page at once, it does not have to wait for silence.
        await first.wait_for_function("() => pc.getReceivers()[0].transport.state === 'closed'")


async def test_a_slot_changes_its_source_in_a_browser(browsers: Browsers, url: str) -> None:
    other = SourceId("sur_other")
    async with running_plane(MediaSettings(loopback=True)) as (plane, _, _):
        for source, colour in ((SCREEN, RED), (other, BLUE)):
            await publishing(browsers, url, plane, source, colour)
            plane.open_source(source, KeptFrames())
        plane.permit(SCREEN, HOST)
        page = await watching(browsers, url, plane, HOST)
        await page.wait_for_function(IS_RED)
        for forbidden, permitted, seen in ((SCREEN, other, IS_BLUE), (other, SCREEN, IS_RED)):
            plane.forbid(forbidden, HOST)
            assert plane.permit(permitted, HOST) == ViewerSlots(permitted, "0")
            await page.wait_for_function(seen)
        assert await page.evaluate("() => pc.signalingState") == "stable"


async def test_h264_passes_from_browser_to_browser(browsers: Browsers, url: str) -> None:
    async with running_plane(MediaSettings(loopback=True)) as (plane, _, _):
        sink = KeptFrames()
        await publishing(browsers, url, plane, SCREEN, RED, "H264")
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        page = await watching(browsers, url, plane, HOST)
        await page.wait_for_function(IS_RED)
        await sink.until(lambda: len(sink.frames) >= 10)
        assert (sink.frames[0].codec, sink.frames[0].width, sink.frames[0].height) == ("H264", 640, 480)
        assert len(decoded("H264", [f.payload for f in sink.frames])) >= len(sink.frames) - 5


async def test_losses_on_both_sides_are_repaired_in_a_browser(browsers: Browsers, url: str) -> None:
    async with running_plane(MediaSettings(loopback=True)) as (plane, _, _):
        sink = KeptFrames()
        await publishing(browsers, url, plane, SCREEN, RED)
        source, deliver, count = plane._sources[SCREEN], plane._publishers[SCREEN].on_rtp, [0, 0]

        def losing_in(data: bytes, now: float) -> None:
            count[0] += 1
            if count[0] % 15:
                deliver(data, now)

        plane._publishers[SCREEN].on_rtp = losing_in
        plane.open_source(SCREEN, sink)
        plane.permit(SCREEN, HOST)
        page = await watching(browsers, url, plane, HOST)
        await page.wait_for_function(IS_RED)
        slot = source.slots[0]
        send = slot._send

        def losing_out(data: bytes) -> int:
            count[1] += 1
            return send(data) if count[1] % 15 else len(data)

        slot._send = losing_out
        before = len(sink.frames)
        await sink.until(lambda: len(sink.frames) >= before + 100)
        assert sink.gaps == []
        assert len(decoded("VP8", [f.payload for f in sink.frames])) == len(sink.frames)
        assert slot.stumbles == 0
        assert await page.evaluate("() => counted('inbound-rtp', 'framesDecoded')") >= 90
        assert await page.evaluate("() => counted('inbound-rtp', 'retransmittedPacketsReceived')") >= 3


async def test_a_voice_is_heard_in_a_browser(browsers: Browsers, url: str) -> None:
    async with running_plane(MediaSettings(loopback=True)) as (plane, _, _):
        sink = KeptFrames()
        speaking = await window(browsers, url, "--autoplay-policy=no-user-gesture-required")
        offer = await speaking.evaluate("() => speak()")
        answer = await plane.publish(SESSION, CUSTOMER, VOICE, MediaKind.VOICE, offer)
        await speaking.evaluate("sdp => answered(voice, sdp)", answer)
        plane.open_source(VOICE, sink)
        page = await watching(browsers, url, plane, HOST)
        assert plane.permit(VOICE, HOST) == ViewerSlots(VOICE, "2")
        await page.wait_for_function("async () => await counted('inbound-rtp', 'totalAudioEnergy') > 0")
        await sink.until(lambda: len(sink.frames) >= 20)
        assert {frame.codec for frame in sink.frames} == {"opus"}


async def test_bandwidth_is_estimated_from_transport_cc(browsers: Browsers, url: str) -> None:
    async with running_plane(MediaSettings(loopback=True)) as (plane, _, _):
        sink = KeptFrames()
        page = await publishing(browsers, url, plane, SCREEN, RED)
        plane.open_source(SCREEN, sink)
        # Chromium starts at 300 kbit/s; only feedback lets it believe in more.
        await page.wait_for_function(
            "async () => await counted('candidate-pair', 'availableOutgoingBitrate') > 600000"
        )
