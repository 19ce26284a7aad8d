"""Measures what forwarding costs: one publisher at about 1.8 Mbit/s of VP8 and N viewers, each side its own process.

`python -m tests.bench.media_cpu [--viewers 2 20 40 80] [--seconds 8] [--without-relay]` prints one line of JSON.
The figure is CPU time of the broker process per wall time, in percent of one core, over a stretch in which nothing
connects. The comparison is the same traffic through aiortc's MediaRelay with a MediaRecorder, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import fractions
import itertools
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aioice.ice
import av
import numpy as np
import uvloop
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder, MediaRelay  # noqa: TID251 - what we are measured against
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtcicetransport import RTCIceGatherer, RTCIceParameters, RTCIceTransport
from aiortc.sdp import candidate_from_sdp

from concierge.domain.errors import BadInput
from concierge.domain.ids import ParticipantId
from concierge.media.plane import ForwardingPlane
from concierge.media.sdp import parse_offer
from concierge.services.media_port import EncodedFrame, MediaKind, SourceId
from tests.media.offers import ABSURD
from tests.media.peers import LOOPBACK, SCREEN, SESSION, new_connection

WIDTH, HEIGHT, RATE = 1280, 720, 25
BITS_PER_SECOND = 1_990_000  # asked of the encoder, which gives about 1.8
SETTLE_S = 2.0
TARGET_PERCENT = 2.5


class Discard:
    """A sink that records nothing: the bench measures the plane, not the disk."""

    def __init__(self) -> None:
        self.bytes = 0

    def arriving(self, source: SourceId) -> None:
        pass

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        self.bytes += len(frame.payload)

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:
        print("missing", reason, milliseconds, file=sys.stderr)


# --- the broker's side: one JSON line in, one out ---


class Forwarding:
    """The plane under measurement."""

    def __init__(self) -> None:
        self._plane = ForwardingPlane(LOOPBACK)
        self._sink = Discard()

    async def publish(self, offer: str) -> str:
        answer = await self._plane.publish(SESSION, ParticipantId("par_p"), SCREEN, MediaKind.PICTURE, offer)
        self._plane.open_source(SCREEN, self._sink)
        return answer

    async def receive(self, name: str, offer: str) -> str:
        answer = await self._plane.receive(SESSION, ParticipantId(name), offer)
        self._plane.permit(SCREEN, ParticipantId(name))
        return answer

    def recorded(self) -> int:
        return self._sink.bytes


class Relaying:
    """aiortc's own way: decode, relay frames, encode for each viewer and for the recording."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._track: MediaStreamTrack | None = None
        self._connections: list[RTCPeerConnection] = []
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "recording.webm"
        self._recorder = MediaRecorder(str(self._file))

    async def publish(self, offer: str) -> str:
        connection = new_connection()
        self._connections.append(connection)
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        self._track = connection.getReceivers()[0].track
        self._recorder.addTrack(self._relay.subscribe(self._track))
        await connection.setLocalDescription(await connection.createAnswer())
        await self._recorder.start()
        return connection.localDescription.sdp

    async def receive(self, name: str, offer: str) -> str:
        assert self._track is not None
        connection = new_connection()
        self._connections.append(connection)
        connection.addTrack(self._relay.subscribe(self._track))
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return connection.localDescription.sdp

    def recorded(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0


async def broker(way: Forwarding | Relaying) -> None:
    async for ask in requests():
        if ask["do"] == "publish":
            reply: Any = await way.publish(ask["offer"])
        elif ask["do"] == "receive":
            reply = await way.receive(ask["name"], ask["offer"])
        else:
            reply = {"cpu": time.process_time(), "wall": time.monotonic(), "recorded": way.recorded()}
        answer(reply)


# --- the other sides ---


class Encoded(MediaStreamTrack):
    """Two seconds of VP8 at the bench's rate, encoded once and played for ever."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._packets = _encoded()
        self._count = 0
        self._began = time.monotonic()

    async def recv(self) -> Any:
        await asyncio.sleep(max(0.0, self._began + self._count / RATE - time.monotonic()))
        packet = av.Packet(self._packets[self._count % len(self._packets)])
        packet.pts = packet.dts = self._count
        packet.time_base = fractions.Fraction(1, RATE)
        self._count += 1
        return packet


def _encoded() -> list[bytes]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate = BITS_PER_SECOND
    encoder.time_base = fractions.Fraction(1, RATE)
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "minrate": "1990k",
        "maxrate": "1990k",
        "g": "50",
    }
    noise = np.random.default_rng(1)
    packets: list[bytes] = []
    for number in range(2 * RATE):
        picture = np.full((HEIGHT, WIDTH, 3), 40, dtype=np.uint8)
        picture[100:400, number * 8 : number * 8 + 300] = noise.integers(
            0, 255, (300, 300, 3), dtype=np.uint8
        )
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets + [bytes(packet) for packet in encoder.encode(None)]


async def publisher() -> None:
    connection = new_connection()
    connection.addTransceiver(Encoded(), direction="sendonly")
    await connection.setLocalDescription(await connection.createOffer())
    answer(connection.localDescription.sdp)
    async for reply in requests():
        await connection.setRemoteDescription(RTCSessionDescription(reply, "answer"))
        answer("ok")


class BareViewer:
    """ICE and DTLS only; what arrives is counted and thrown away, so that eighty fit beside the broker."""

    def __init__(self) -> None:
        self.bytes = 0
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._ice._connection.ice_controlling = True
        self._dtls = RTCDtlsTransport(self._ice, [RTCCertificate.generateCertificate()])
        self._dtls._set_role("server")

    async def offer(self) -> str:
        await self._gatherer.gather()
        ours = self._gatherer.getLocalParameters()
        print_of = next(f for f in self._dtls.getLocalParameters().fingerprints if f.algorithm == "sha-256")
        lines = [
            "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0",
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=mid:0", "a=recvonly", "a=rtcp-mux",
            f"a=ice-ufrag:{ours.usernameFragment}", f"a=ice-pwd:{ours.password}", "a=setup:actpass",
            f"a=fingerprint:sha-256 {print_of.value}", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack",
            "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
        ]  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    async def connect(self, sdp: str) -> None:
        lines = sdp.splitlines()

        def value(key: str) -> str:
            return next(line.partition(":")[2] for line in lines if line.startswith(f"a={key}:"))

        for line in lines:
            if line.startswith("a=candidate:"):
                await self._ice.addRemoteCandidate(candidate_from_sdp(line[12:]))
        await self._ice.addRemoteCandidate(None)
        await self._ice.start(RTCIceParameters(value("ice-ufrag"), value("ice-pwd")))
        algorithm, digest = value("fingerprint").split()
        await self._dtls.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm, digest)]))
        self._ice._connection.data_received = self._count  # type: ignore[method-assign]

    def _count(self, data: bytes, component: int) -> None:
        self.bytes += len(data)


async def bare_viewers() -> None:
    viewers: list[BareViewer] = []
    async for ask in requests():
        if ask == "offer":
            viewers.append(BareViewer())
            answer(await viewers[-1].offer())
        elif ask == "bytes":
            answer(sum(viewer.bytes for viewer in viewers))
        else:
            await viewers[-1].connect(ask)
            answer("ok")


async def whole_viewers() -> None:
    """Viewers that negotiate like browsers: the relay insists on it. They decode, in their own process."""
    connections: list[RTCPeerConnection] = []
    async for ask in requests():
        if ask == "offer":
            connections.append(new_connection())
            connections[-1].addTransceiver("video", direction="recvonly")
            await connections[-1].setLocalDescription(await connections[-1].createOffer())
            answer(connections[-1].localDescription.sdp)
        elif ask == "bytes":
            stats = [stat for c in connections for stat in (await c.getStats()).values()]
            answer(sum(stat.bytesReceived for stat in stats if stat.type == "transport"))
        else:
            await connections[-1].setRemoteDescription(RTCSessionDescription(ask, "answer"))
            answer("ok")


# --- one process each ---


async def requests() -> Any:
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield json.loads(line)


def answer(reply: Any) -> None:
    print(json.dumps(reply), flush=True)


class Side:
    """A child process that answers JSON lines."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, role: str) -> Side:
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.bench.media_cpu",
                "--role",
                role,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 20,
            )
        )

    async def ask(self, message: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        return await self.hear()

    async def hear(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return json.loads(await self._process.stdout.readline())

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


async def stretch(way: str, viewers_role: str, counts: list[int], seconds: float) -> list[dict[str, float]]:
    """Return the broker's CPU percent for each number of viewers, all in one broker process."""
    sides = [await Side.start(way), await Side.start("publisher"), await Side.start(viewers_role)]
    at_broker, at_publisher, at_viewers = sides
    found: list[dict[str, float]] = []
    try:
        offer = await at_publisher.hear()
        await at_publisher.ask(await at_broker.ask({"do": "publish", "offer": offer}))
        connected = 0
        for count in counts:
            while connected < count:
                offer = await at_viewers.ask("offer")
                await at_viewers.ask(
                    await at_broker.ask({"do": "receive", "name": f"par_{connected}", "offer": offer})
                )
                connected += 1
            await asyncio.sleep(SETTLE_S)
            before, bytes_before = await at_broker.ask({"do": "measure"}), await at_viewers.ask("bytes")
            await asyncio.sleep(seconds)
            after, bytes_after = await at_broker.ask({"do": "measure"}), await at_viewers.ask("bytes")
            wall = after["wall"] - before["wall"]
            found.append(
                {
                    "viewers": count,
                    "percent_of_core": round(100 * (after["cpu"] - before["cpu"]) / wall, 2),
                    "recorded_mbit_s": round(8e-6 * (after["recorded"] - before["recorded"]) / wall, 2),
                    "mbit_s_per_viewer": round(8e-6 * (bytes_after - bytes_before) / wall / count, 2),
                }
            )
    finally:
        for side in sides:
            await side.stop()
    return found


def refusal_ms(text: str) -> float:
    """Return how long refusing `text` takes (threats.md row 26: less than 50 ms)."""
    began = time.perf_counter()
    try:
        parse_offer(text)
    except BadInput:
        return 1_000 * (time.perf_counter() - began)
    raise AssertionError("an absurd offer was read")


async def measure(counts: list[int], seconds: float, *, with_relay: bool) -> dict[str, Any]:
    """Return the figures and their ratios, all from this run."""
    ours = await stretch("forwarding", "bare-viewers", counts, seconds)
    result: dict[str, Any] = {"forwarding": ours, "target_percent": TARGET_PERCENT}
    result["met"] = ours[0]["percent_of_core"] <= TARGET_PERCENT
    if len(ours) > 1:
        steps = [
            round((b["percent_of_core"] - a["percent_of_core"]) / (b["viewers"] - a["viewers"]), 3)
            for a, b in itertools.pairwise(ours)
        ]
        result["percent_per_further_viewer"] = steps
        result["last_step_over_first"] = round(steps[-1] / steps[0], 2) if steps[0] else None
    result["worst_refusal_of_an_absurd_offer_ms"] = round(max(map(refusal_ms, ABSURD.values())), 2)
    if with_relay:
        theirs = await stretch("relaying", "whole-viewers", [counts[0]], seconds)
        result["media_relay"] = theirs
        result["times_cheaper"] = round(theirs[0]["percent_of_core"] / ours[0]["percent_of_core"], 1)
    return result


ROLES = {
    "forwarding": lambda: broker(Forwarding()),
    "relaying": lambda: broker(Relaying()),
    "publisher": publisher,
    "bare-viewers": bare_viewers,
    "whole-viewers": whole_viewers,
}


async def play(role: str) -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    await ROLES[role]()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, nargs="+", default=[2, 20, 40, 80])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--without-relay", action="store_true")
    parser.add_argument("--role", choices=sorted(ROLES))
    chosen = parser.parse_args()
    if chosen.role:
        uvloop.run(play(chosen.role))
        return
    print(
        json.dumps(asyncio.run(measure(chosen.viewers, chosen.seconds, with_relay=not chosen.without_relay)))
    )


if __name__ == "__main__":
    main()
