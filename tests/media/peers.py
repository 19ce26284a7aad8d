"""Real WebRTC peers for the tests: aiortc clients that publish a moving picture or a tone, and ones that watch.

They stand for browsers, so they use aiortc whole; only their ICE is told to stay on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import fractions
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import av
import numpy as np
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack, VideoStreamTrack

from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import ParticipantId, SessionId
from concierge.media.plane import ForwardingPlane
from concierge.media.settings import MediaSettings
from concierge.services.media_port import EncodedFrame, MediaKind, SourceId

SESSION = SessionId("ses_one")
HOST = ParticipantId("par_host")
CUSTOMER = ParticipantId("par_customer")
VENDOR = ParticipantId("par_vendor")
SCREEN = SourceId("sur_screen")
VOICE = SourceId("voi_customer")
LOOPBACK = MediaSettings(listen=("127.0.0.1",), loopback=True)
DEADLINE_S = 20


class MovingPicture(VideoStreamTrack):
    """A bright square that moves over a dark ground; `size` may change while it runs."""

    def __init__(self, width: int = 320, height: int = 240, rate: int = 25) -> None:
        super().__init__()
        self.size = (width, height)
        self._rate = rate
        self._count = 0
        self._started: float | None = None

    async def recv(self) -> av.VideoFrame:
        self._started = self._started or time.monotonic()
        await asyncio.sleep(max(0.0, self._started + self._count / self._rate - time.monotonic()))
        width, height = self.size
        picture = np.full((height, width, 3), 30, dtype=np.uint8)
        at = self._count * 4 % (width - 40)
        picture[40:80, at : at + 40] = 220
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = self._count * 90000 // self._rate
        frame.time_base = fractions.Fraction(1, 90000)
        self._count += 1
        return frame


class KeptFrames:
    """A sink that keeps everything, in one list of ("arriving" | "frame" | "missing", …), and can refuse."""

    def __init__(self) -> None:
        self.log: list[tuple[object, ...]] = []
        self.frames: list[EncodedFrame] = []
        self.gaps: list[tuple[str, int]] = []
        self.refusing = False
        self.changed = asyncio.Event()

    def arriving(self, source: SourceId) -> None:
        if self.refusing:
            raise EvidenceUnavailable("the test refuses")
        self.log.append(("arriving", source))

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        if self.refusing:
            raise EvidenceUnavailable("the test refuses")
        self.log.append(("frame", source))
        self.frames.append(frame)
        self.changed.set()

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:
        self.gaps.append((reason, milliseconds))
        self.changed.set()

    async def until(self, test: Callable[[], bool]) -> None:
        """Wait until `test()` holds after a frame or a gap; fails after DEADLINE_S."""
        async with asyncio.timeout(DEADLINE_S):
            while not test():
                self.changed.clear()
                await self.changed.wait()


class Told:
    """An observer that keeps what it is told and lets a test wait for it."""

    def __init__(self) -> None:
        self.facts: list[tuple[object, ...]] = []
        self._changed = asyncio.Event()

    def source_flowing(self, session: SessionId, source: SourceId, width: int, height: int) -> None:
        self._note("flowing", source, width, height)

    def source_lost(self, session: SessionId, source: SourceId, reason: str) -> None:
        self._note("source lost", source, reason)

    def viewer_connected(self, session: SessionId, participant: ParticipantId) -> None:
        self._note("connected", participant)

    def viewer_lost(self, session: SessionId, participant: ParticipantId, reason: str) -> None:
        self._note("viewer lost", participant, reason)

    def _note(self, *fact: object) -> None:
        self.facts.append(fact)
        self._changed.set()

    async def until(self, *fact: object) -> None:
        """Wait for a fact that begins like this; fails after DEADLINE_S."""
        async with asyncio.timeout(DEADLINE_S):
            while not any(known[: len(fact)] == fact for known in self.facts):
                self._changed.clear()
                await self._changed.wait()


class Sent:
    """Counts the packets the plane sends to each viewer."""

    def __init__(self) -> None:
        self.packets: dict[ParticipantId, int] = {}
        self.log: list[tuple[object, ...]] | None = None
        self._changed = asyncio.Event()

    def __call__(self, source: SourceId, viewer: ParticipantId, size: int) -> None:
        self.packets[viewer] = self.packets.get(viewer, 0) + 1
        if self.log is not None:
            self.log.append(("sent", source))
        self._changed.set()

    def to(self, viewer: ParticipantId) -> int:
        return self.packets.get(viewer, 0)

    async def until(self, viewer: ParticipantId, count: int) -> None:
        """Wait until `viewer` was sent `count` packets; fails after DEADLINE_S."""
        async with asyncio.timeout(DEADLINE_S):
            while self.to(viewer) < count:
                self._changed.clear()
                await self._changed.wait()


class Watching:
    """A viewer's tracks: the newest frame of each, decoded by aiortc."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.connection = connection
        self.newest: dict[str, av.VideoFrame] = {}
        self.counts: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for transceiver in self.connection.getTransceivers():
            self._tasks.append(asyncio.create_task(self._read(transceiver)))

    async def _read(self, transceiver: RTCRtpTransceiver) -> None:
        track: MediaStreamTrack = transceiver.receiver.track
        mid = str(transceiver.mid)
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                self.newest[mid] = frame
            self.counts[mid] = self.counts.get(mid, 0) + 1
            self._changed.set()

    async def until(self, test: Callable[[], bool]) -> None:
        """Wait until `test()` holds after a decoded frame; fails after DEADLINE_S."""
        async with asyncio.timeout(DEADLINE_S):
            while not test():
                self._changed.clear()
                await self._changed.wait()

    async def picture(self, mid: str = "0", more: int = 1) -> av.VideoFrame:
        """Wait for `more` pictures in slot `mid` and return the newest."""
        goal = self.counts.get(mid, 0) + more
        await self.until(lambda: self.counts.get(mid, 0) >= goal)
        return self.newest[mid]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.connection.close()


def new_connection() -> RTCPeerConnection:
    # MAX_COMPAT: aiortc reads the candidates of the last bundled line only, ours stand in the first (RFC 8843).
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_COMPAT))


def prefer(connection: RTCPeerConnection, codec: str) -> None:
    """Leave only `codec` (with its RTX) in every video m-line."""
    from aiortc.rtcrtpsender import RTCRtpSender

    wanted = [
        c for c in RTCRtpSender.getCapabilities("video").codecs if codec in c.mimeType or "rtx" in c.mimeType
    ]
    for transceiver in connection.getTransceivers():
        if transceiver.kind == "video":
            transceiver.setCodecPreferences(wanted)


async def publish(
    plane: ForwardingPlane,
    track: MediaStreamTrack,
    source: SourceId = SCREEN,
    participant: ParticipantId = CUSTOMER,
    codec: str | None = None,
) -> RTCPeerConnection:
    """Publish `track` to the plane and return the client's connection."""
    connection = new_connection()
    connection.addTransceiver(track, direction="sendonly")
    if codec is not None:
        prefer(connection, codec)
    await connection.setLocalDescription(await connection.createOffer())
    kind = MediaKind.PICTURE if track.kind == "video" else MediaKind.VOICE
    answer = await plane.publish(SESSION, participant, source, kind, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    return connection


async def watch(
    plane: ForwardingPlane,
    participant: ParticipantId,
    pictures: int = 1,
    voices: int = 0,
    codec: str | None = None,
) -> Watching:
    """Receive from the plane as `participant`."""
    connection = new_connection()
    for _ in range(pictures):
        connection.addTransceiver("video", direction="recvonly")
    for _ in range(voices):
        connection.addTransceiver("audio", direction="recvonly")
    if codec is not None:
        prefer(connection, codec)
    await connection.setLocalDescription(await connection.createOffer())
    answer = await plane.receive(SESSION, participant, connection.localDescription.sdp)
    watching = Watching(connection)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    watching.start()
    return watching


class Tone(AudioStreamTrack):
    """Silence is enough: the plane does not listen."""


@asynccontextmanager
async def running_plane(
    settings: MediaSettings = LOOPBACK,
) -> AsyncIterator[tuple[ForwardingPlane, Told, Sent]]:
    """Run a plane with an observer and a packet counter, and stop it."""
    plane, told, sent = ForwardingPlane(settings), Told(), Sent()
    plane.observe(told)
    plane.watch_forwarding(sent)
    try:
        yield plane, told, sent
    finally:
        await plane.stop()
