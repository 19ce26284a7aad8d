"""The broker's side of the bench, three ways: forwarding alone, forwarding with recording, and aiortc's own relay.

Each answers the same questions, so that one and the same traffic goes through all of them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, Protocol

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder, MediaRelay  # noqa: TID251 - what we are measured against
from aiortc.mediastreams import MediaStreamTrack

from concierge.adapters.clock import SteadyClock
from concierge.adapters.evidence import RecorderEvidence
from concierge.adapters.evidence_keys import content_keys
from concierge.adapters.keys import Keyring
from concierge.domain.ids import ParticipantId, RecordingId, SessionId, TicketId
from concierge.domain.wrapped_key import WrappedKey
from concierge.media.plane import ForwardingPlane
from concierge.services.media_port import EncodedFrame, FrameSink, MediaKind, SourceId
from concierge.services.ports import RecordingOpening
from recorder.installation import InstallationKey
from recorder.reading import read_recording
from recorder.records import RecordType
from recorder.thread import RecordingThread
from tests.bench.sides import answer, questions
from tests.media.peers import LOOPBACK, SCREEN, SESSION, new_connection

RECORDING: Final = RecordingId("rec_bench")
LAG_EVERY_S: Final = 0.1


class Way(Protocol):
    """How a broker carries one publisher's picture to its viewers."""

    async def publish(self, offer: str) -> str:
        """Answer the publisher."""

    async def receive(self, name: str, offer: str) -> str:
        """Answer a viewer, who may see the picture from now on."""

    def show(self, count: int) -> None:
        """Let so many of the viewers see the picture."""

    def recorded(self) -> int:
        """Return how many bytes were recorded so far."""

    async def finish(self) -> dict[str, Any]:
        """End, and say what the recording is worth."""


async def serve(way: Way) -> None:
    """Answer the bench's questions."""
    async for question in questions():
        match question["do"]:
            case "publish":
                answer(await way.publish(question["offer"]))
            case "receive":
                answer(await way.receive(question["name"], question["offer"]))
            case "show":
                way.show(question["count"])
                answer("shown")
            case "measure":
                answer({"cpu": time.process_time(), "wall": time.monotonic(), "recorded": way.recorded()})
            case _:
                answer(await way.finish())


class Discard:
    """A sink that keeps nothing."""

    def __init__(self) -> None:
        self.bytes = 0

    def arriving(self, source: SourceId) -> None:
        pass

    def frame(self, source: SourceId, frame: EncodedFrame) -> None:
        self.bytes += len(frame.payload)

    def missing(self, source: SourceId, reason: str, milliseconds: int) -> None:
        print("missing", reason, milliseconds, file=sys.stderr)


class Forwarding:
    """The plane alone: what the recording adds is the difference to `Recording`."""

    def __init__(self) -> None:
        self._plane = ForwardingPlane(LOOPBACK)
        self._discard = Discard()
        self._viewers: list[ParticipantId] = []

    async def sink(self) -> FrameSink:
        """Return where the frames go."""
        return self._discard

    async def publish(self, offer: str) -> str:
        sink = await self.sink()
        reply = await self._plane.publish(SESSION, ParticipantId("par_p"), SCREEN, MediaKind.PICTURE, offer)
        self._plane.open_source(SCREEN, sink)
        return reply

    async def receive(self, name: str, offer: str) -> str:
        viewer = ParticipantId(name)
        reply = await self._plane.receive(SESSION, viewer, offer)
        self._plane.permit(SCREEN, viewer)
        self._viewers.append(viewer)
        return reply

    def show(self, count: int) -> None:
        """Let the first `count` viewers see the picture, and nobody else."""
        for place, viewer in enumerate(self._viewers):
            if place < count:
                self._plane.permit(SCREEN, viewer)
            else:
                self._plane.forbid(SCREEN, viewer)

    def recorded(self) -> int:
        return self._discard.bytes

    async def finish(self) -> dict[str, Any]:
        await self._plane.stop()
        return {}


class Recording(Forwarding):
    """The plane and the whole recorder in one process: framing, sealing, signing, fdatasync on a real disk."""

    def __init__(self) -> None:
        super().__init__()
        self._home = tempfile.TemporaryDirectory(prefix="concierge-bench-")
        folder = Path(self._home.name)
        self._directory = folder / "recordings" / RECORDING
        self._key = InstallationKey.load_or_generate(folder / "installation.pem")
        self._ring = Keyring(b"k" * 32)
        self._clock = SteadyClock()
        self._thread = RecordingThread()
        self._evidence = RecorderEvidence(
            folder / "recordings", self._thread, self._key, self._ring, self._clock
        )
        self._wrapped: tuple[WrappedKey, ...] = ()
        self._worst_lag_ms = 0
        self._watching: asyncio.Task[None] | None = None

    async def sink(self) -> FrameSink:
        if not self._wrapped:
            self._thread.start()
            opening = RecordingOpening(
                RECORDING, SessionId(SESSION), TicketId("tic_bench"), self._clock.now()
            )
            self._wrapped = await self._evidence.open(opening)
            self._watching = asyncio.create_task(self._watch_lag())
        return self._evidence.frames(RECORDING)

    async def _watch_lag(self) -> None:
        while True:
            self._worst_lag_ms = max(self._worst_lag_ms, self._evidence.lag_ms(RECORDING))
            await asyncio.sleep(LAG_EVERY_S)

    def recorded(self) -> int:
        return sum(file.stat().st_size for file in self._directory.iterdir())

    async def finish(self) -> dict[str, Any]:
        """Close the recording, verify it, and count what is in it: figures for a broken recording are worth nothing."""
        await super().finish()
        if self._watching is not None:
            self._watching.cancel()
        await self._evidence.close(RECORDING, '{"reason": "bench"}')
        await asyncio.to_thread(self._thread.stop)
        reading = read_recording(
            self._directory, content_keys(self._ring.unwrap(RECORDING, self._wrapped)), self._key.public
        )
        types = [record.type for record in reading.records()]
        found = {
            "verdict": str(reading.verdict.status),
            "frames": types.count(RecordType.FRAME),
            "gaps": types.count(RecordType.GAP),
            "segments": reading.verdict.segments,
            "worst_lag_ms": self._worst_lag_ms,
            "file_system": file_system(self._directory),
        }
        self._home.cleanup()
        return found


class Relaying:
    """aiortc's own way: decode, relay frames, encode for each viewer and for the recording, all at its defaults."""

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

    def show(self, count: int) -> None:
        """All of them see it: the relay has no other way."""

    def recorded(self) -> int:
        return self._file.stat().st_size

    async def finish(self) -> dict[str, Any]:
        await self._recorder.stop()
        size = self.recorded()
        for connection in self._connections:
            await connection.close()
        self._folder.cleanup()
        return {"recorded_bytes": size}


def file_system(path: Path) -> str:
    """Return the type of the file system a path lies on, as the kernel names it: syncing to tmpfs would be no figure."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    holding = [mount for mount in mounts if path.resolve().is_relative_to(mount[1])]
    return max(holding, key=lambda mount: len(mount[1]))[2]
