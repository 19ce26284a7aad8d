"""The bench's other ends: a publisher of VP8 at about 1.8 Mbit/s, viewers that only count, and viewers that decode."""

from __future__ import annotations

import asyncio
import fractions
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

import av
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtcicetransport import RTCIceGatherer, RTCIceParameters, RTCIceTransport
from aiortc.sdp import candidate_from_sdp

from tests.bench.sides import answer, questions
from tests.media.peers import new_connection

WIDTH, HEIGHT, RATE = 1280, 720, 25
BITS_PER_SECOND: Final = 1_990_000
"""Asked of the encoder, which gives about 1.8 million."""
FLOWING_BYTES: Final = 50_000
SOME_BYTES: Final = 3_000
"""What a viewer of the relay has to get: more than connecting takes, and a relay without a whole core gets no further."""
FLOWING_S: Final = 60
PERIOD: Final = 2 * RATE
"""Frames encoded once and played for ever."""


class Encoded(MediaStreamTrack):
    """Two seconds of VP8 at the bench's rate, with a key frame every `key_every` frames, played for ever."""

    kind = "video"

    def __init__(self, packets: list[bytes]) -> None:
        super().__init__()
        self._packets = packets
        self._count = 0
        self._began = time.monotonic()

    async def recv(self) -> Any:
        await asyncio.sleep(max(0.0, self._began + self._count / RATE - time.monotonic()))
        packet = av.Packet(self._packets[self._count % len(self._packets)])
        packet.pts = packet.dts = self._count
        packet.time_base = fractions.Fraction(1, RATE)
        self._count += 1
        return packet


def encoded(key_every: int) -> list[bytes]:
    """Return PERIOD frames of a noisy square moving over a dark ground, at BITS_PER_SECOND."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate = BITS_PER_SECOND
    encoder.time_base = fractions.Fraction(1, RATE)
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "minrate": "1990k",
        "maxrate": "1990k",
        "g": str(key_every),
    }
    noise = np.random.default_rng(1)
    packets: list[bytes] = []
    for number in range(PERIOD):
        picture = np.full((HEIGHT, WIDTH, 3), 40, dtype=np.uint8)
        picture[100:400, number * 8 : number * 8 + 300] = noise.integers(
            0, 255, (300, 300, 3), dtype=np.uint8
        )
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets + [bytes(packet) for packet in encoder.encode(None)]


async def publisher(key_every: int) -> None:
    """Publish, anew whenever an offer is asked for."""
    packets = encoded(key_every)
    connection: RTCPeerConnection | None = None
    async for question in questions():
        if question["do"] == "offer":
            if connection is not None:
                await connection.close()
            connection = new_connection()
            connection.addTransceiver(Encoded(packets), direction="sendonly")
            await connection.setLocalDescription(await connection.createOffer())
            answer(connection.localDescription.sdp)
        else:
            assert connection is not None
            await connection.setRemoteDescription(RTCSessionDescription(question["answer"], "answer"))
            answer("ok")


# --- viewers ---


class Viewing(Protocol):
    """One viewer of either kind. `flows_after`: how many bytes more show that it is being served."""

    flows_after: int

    async def offer(self) -> str:
        """Return an offer to receive one picture."""

    async def connect(self, sdp: str) -> None:
        """Take the answer."""

    async def arrived(self) -> int:
        """Return how many bytes arrived so far."""

    async def leave(self) -> None:
        """Close."""


V = TypeVar("V", bound=Viewing)


class BareViewer:
    """ICE and DTLS only; what arrives is counted and thrown away, so that eighty fit beside the broker.

    `last_rtp` is when the last RTP packet arrived (seconds, monotonic: one clock for all processes of a machine).
    """

    flows_after = FLOWING_BYTES

    def __init__(self) -> None:
        self.bytes = 0
        self.rtp = 0
        self.last_rtp = 0.0
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

    async def arrived(self) -> int:
        return self.bytes

    async def leave(self) -> None:
        await self._ice.stop()

    def _count(self, data: bytes, component: int) -> None:
        self.bytes += len(data)
        if 127 < data[0] < 192 and not 192 <= data[1] <= 223:  # RFC 7983 and RFC 5761: RTP, not RTCP
            self.rtp += 1
            self.last_rtp = time.monotonic()


class WholeViewer:
    """Negotiates like a browser, which the relay insists on, and decodes, in its own process."""

    flows_after = SOME_BYTES

    def __init__(self) -> None:
        self._connection = new_connection()

    async def offer(self) -> str:
        self._connection.addTransceiver("video", direction="recvonly")
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def connect(self, sdp: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def arrived(self) -> int:
        stats = (await self._connection.getStats()).values()
        return sum(stat.bytesReceived for stat in stats if stat.type == "transport")

    async def leave(self) -> None:
        await self._connection.close()


async def bare_viewers() -> None:
    """Play viewers that count; they also say when the last packet came."""
    viewers: dict[str, BareViewer] = {}
    async for question in questions():
        if question["do"] == "last":
            answer({name: (viewer.last_rtp, viewer.rtp) for name, viewer in viewers.items()})
        else:
            answer(await _carry_out(question, viewers, BareViewer))


async def whole_viewers() -> None:
    """Play viewers that decode."""
    viewers: dict[str, WholeViewer] = {}
    async for question in questions():
        answer(await _carry_out(question, viewers, WholeViewer))


async def _carry_out(question: dict[str, Any], viewers: dict[str, V], kind: Callable[[], V]) -> Any:
    name = question.get("name", "")
    match question["do"]:
        case "offer":
            viewers[name] = kind()
            return await viewers[name].offer()
        case "connect":
            return await viewers[name].connect(question["answer"])
        case "flowing":
            return await _flowing([viewers[who] for who in question["names"]])
        case "leave":
            return await viewers.pop(name).leave()
        case _:
            return sum([await viewer.arrived() for viewer in viewers.values()])


async def _flowing(viewers: Sequence[Viewing]) -> float:
    """Wait until each of them got so much more; return when that was. Raises TimeoutError."""
    goals = [(viewer, await viewer.arrived() + viewer.flows_after) for viewer in viewers]
    async with asyncio.timeout(FLOWING_S):
        for viewer, goal in goals:
            while await viewer.arrived() < goal:  # noqa: ASYNC110 - aiortc's statistics have no event to wait for
                await asyncio.sleep(0.01)
    return time.monotonic()
