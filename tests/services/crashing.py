"""A whole broker as a process of its own, to be killed in the middle of a session and started again.

``python -m tests.services.crashing live DIR`` runs a session and says on standard output what it was told is kept: `said N`
for a line of chat that was answered, `frame N MS` for a picture that the recorder's queue took. ``… after DIR`` starts on
what is left, looks at it, lets the host end the session, and prints what it found as one line of JSON.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from concierge import bootstrap
from concierge.adapters import logs
from concierge.adapters.clock import boot_ms
from concierge.adapters.evidence_keys import content_keys
from concierge.adapters.state_folder import StateFolder
from concierge.config import load
from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import ParticipantId, RecordingId, SurfaceId
from concierge.services.acting import act
from concierge.services.live import LiveSession
from concierge.services.media_port import EncodedFrame, SourceId
from concierge.services.storage_port import whole_files
from concierge.wire import messages as wire
from recorder.frames import Frame
from recorder.reading import read_recording
from recorder.records import RecordType
from tests.recorder.victim import pictures
from tests.services.desk import Desk, FakeClock, cast, found
from tests.services.fakes import FakePlane

DEADLINE_S = 60.0
FRAME_EVERY_S = 0.01
BURST, SILENCE_S = 5, 0.5


@dataclass(frozen=True)
class Crash:
    """What one crash cost, and what the next start found. Times as named."""

    playable_s: float
    picture_lost_ms: int
    acknowledged_lost: int
    acknowledged: int
    pictures: int
    found: dict[str, Any]


def crash_once(folder: Path, lines: int, settings: Mapping[str, str] | None = None) -> Crash:
    """Kill a broker with SIGKILL after it has said so many lines of a live session, start again, and look.

    `settings` go to the broker besides its data directory: with a bucket, recordings are stored while they are written.
    """
    given = json.dumps(dict(settings or {}))
    said, shown = _run_and_kill(folder, lines, given)
    started = time.monotonic()
    with _process("after", folder, given) as process:
        try:
            first = _line(process)
            playable_s = time.monotonic() - started
            rest, errors = process.communicate(timeout=DEADLINE_S)
        except BaseException:  # also a test that is broken off leaves no broker behind
            process.kill()
            raise
    assert first is not None, errors
    assert process.returncode == 0, errors
    found = json.loads(first) | json.loads(rest)
    kept = set(found.pop("recorded")) & set(found.pop("kept"))
    last = max(shown, default=0)
    recorded = min(found["last_frame"], last)
    return Crash(
        playable_s=round(playable_s, 2),
        picture_lost_ms=shown[last] - shown[recorded] if shown and recorded in shown else _whole(shown),
        acknowledged_lost=len(set(said) - kept),
        acknowledged=len(said),
        pictures=found["pictures"],
        found=found,
    )


def _whole(shown: dict[int, int]) -> int:
    return max(shown.values()) - min(shown.values()) if shown else 0


def _run_and_kill(folder: Path, lines: int, given: str) -> tuple[list[int], dict[int, int]]:
    said: list[int] = []
    shown: dict[int, int] = {}
    with _process("live", folder, given) as process:
        try:
            heard = [_line(process)]
            assert heard[0] == "live", process.communicate(timeout=DEADLINE_S)
            heard += [_line(process) for _ in range(lines)]
        finally:
            process.kill()
        rest, errors = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == -9, errors
    whole = rest.splitlines(keepends=True)
    for line in [*heard[1:], *(text for text in whole if text.endswith("\n"))]:
        assert line, errors
        kind, number, *more = line.split()
        if kind == "said":
            said.append(int(number))
        else:
            shown[int(number)] = int(more[0])
    return said, shown


def _process(mode: str, folder: Path, given: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.services.crashing", mode, str(folder), given]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, bufsize=1)


def _line(process: subprocess.Popen[str]) -> str | None:
    assert process.stdout is not None
    return process.stdout.readline().strip() or None


# --- the process that is killed ---


def say(*words: object) -> None:
    """Write a line at once: what stands on the pipe survives the process."""
    io.FileIO(1, "w", closefd=False).write((" ".join(map(str, words)) + "\n").encode())


async def live_session(folder: Path, given: dict[str, str]) -> None:
    """Run a session until somebody kills this process."""
    config = load({"data_dir": str(folder), **given}, {})
    plane = FakePlane()
    setattr(bootstrap, "ForwardingPlane", lambda _settings: plane)  # noqa: B010 - in this process there is no network
    with StateFolder(folder) as data:
        async with bootstrap.running(config, data) as broker:
            desk = desk_of(broker, plane)
            await found(broker.tools, (desk.anna, desk.ben), desk.ticket, desk.company)
            live, customer, surface = await desk.sharing()
            say("live")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_talk(broker, live, customer))
                tasks.create_task(_show(plane, surface))
                tasks.create_task(_beat(desk, live))


def desk_of(broker: bootstrap.Broker, plane: FakePlane) -> Desk:
    anna, ben, ticket, company = cast()
    nothing: Any = None
    return Desk(
        folder=broker.data.root,
        clock=FakeClock(),
        plane=plane,
        tools=broker.tools,
        registry=broker.registry,
        reader=nothing,
        live_reader=nothing,
        key=nothing,
        vault=nothing,
        ring=nothing,
        recorder=broker.evidence.thread,
        database=broker.database,
        policy=broker.policy,
        anna=anna,
        ben=ben,
        ticket=ticket,
        company=company,
    )


async def _talk(broker: bootstrap.Broker, live: LiveSession, customer: ParticipantId) -> None:
    number = 0
    while True:
        number += 1
        try:
            await act(broker.tools, live, customer, 1, wire.Say(f"line {number}"))
        except EvidenceUnavailable:
            continue  # decided, and not acknowledged
        say("said", number)
        if number % BURST == 0:
            # A line on its way takes the pictures with it: without a silence nothing would ever be lost.
            await asyncio.sleep(SILENCE_S)


async def _show(plane: FakePlane, surface: SurfaceId) -> None:
    """Frame after frame, as the plane forwards them; after a refusal it goes on with a key frame."""
    film, number, source = pictures(), 0, SourceId(surface)
    while True:
        key, payload = film[number % len(film)]
        number += 1
        size = (64, 48) if key else (0, 0)
        try:
            sink = plane.open[source]
            sink.arriving(source)
            sink.frame(source, EncodedFrame("VP8", number, key, *size, payload))
            say("frame", number, boot_ms())
        except (KeyError, EvidenceUnavailable):
            number += -number % len(film)
        await asyncio.sleep(FRAME_EVERY_S)


async def _beat(desk: Desk, live: LiveSession) -> None:
    while True:
        desk.beat(live)
        await asyncio.sleep(0.5)


# --- the process that starts again ---


async def look_after(folder: Path, given: dict[str, str]) -> None:
    """Start on what is left; print what is there as soon as it can be played, and how it ends."""
    config = load({"data_dir": str(folder), **given}, {})
    with StateFolder(folder) as data:
        async with bootstrap.running(config, data) as broker:
            (live,) = broker.registry.all()
            recording = live.decided.recording
            wrapped = await broker.tools.recordings.wrapped_keys(recording)
            assert wrapped is not None
            exported = await broker.evidence.reader.export(recording, wrapped, _fresh(folder))
            dek = content_keys(broker.keyring.unwrap(recording, wrapped))
            reading = read_recording(data.recordings / recording, dek, broker.evidence.trust)
            frames = [r for r in reading.records() if r.type == RecordType.FRAME]
            first = {
                "state": live.decided.state,
                "pauses": sorted(live.decided.pauses),
                "surfaces": len(live.decided.surfaces),
                "pictures": 0 if exported.webm is None else _decoded(exported.webm),
                "frames": len(frames),
                "last_frame": max((Frame.unpack(r.body).rtp_timestamp for r in frames), default=0),
            }
            say(json.dumps(first))
            script = await broker.evidence.reader.script(recording, wrapped)
            kept = await broker.tools.sessions.events(live.decided.id)
            await act(broker.tools, live, live.decided.host, 1, wire.End("Solved", ""))
            await desk_of(broker, FakePlane()).ended(live)
            verification = await broker.evidence.reader.verify(recording)
            closed = await broker.evidence.reader.script(recording, wrapped)
            second = {
                "recorded": _lines(script.events),
                "kept": _lines(kept),
                "status": verification.status,
                "signer": verification.signer,
                "recoveries": verification.recoveries,
                "one_story": list(closed.events) == await broker.tools.sessions.events(live.decided.id),
                "stored": await _stored(broker, recording),
            }
            say(json.dumps(second))


async def _stored(broker: bootstrap.Broker, recording: RecordingId) -> bool | None:
    """Whether what lies in the bucket is the recording byte by byte; None without a bucket."""
    if broker.storage is None:
        return None
    async with asyncio.timeout(DEADLINE_S):
        while not await broker.database.storage.is_stored(recording):
            await broker.storage.storing.round()
    chains = whole_files(await broker.storage.bucket.pieces(recording))
    there = {
        file: b"".join([await broker.storage.bucket.read(piece) for piece in chain])
        for file, chain in chains.items()
    }
    here = {file.name: file.read_bytes() for file in (broker.data.recordings / recording).iterdir()}
    return there == here


def _fresh(folder: Path) -> Path:
    place = folder / "played"
    place.mkdir()
    return place


def _lines(events: Any) -> list[int]:
    return [int(event.text.split()[1]) for event in events if type(event).__name__ == "ChatSaid"]


def _decoded(webm: Path) -> int:
    """How many pictures of a file a player can show."""
    with av.open(str(webm)) as container:
        return sum(1 for _ in container.decode(video=0))


if __name__ == "__main__":
    logs.set_up("json")
    chosen = {"live": live_session, "after": look_after}[sys.argv[1]]
    # Small and often, so that a kill finds the uploads at work.
    limits.BUCKET_LOOK_EVERY_MS, limits.PIECE_EVERY_MS = 50, 100
    asyncio.run(chosen(Path(sys.argv[2]), json.loads(sys.argv[3])))
    os._exit(0)
