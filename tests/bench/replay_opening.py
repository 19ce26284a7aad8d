"""What opening a long recording for replay costs: one pass against the three it took (verdict, index, words).

Refuses to be a benchmark of a disk: the files are in the page cache, so the figures are hashing, opening and parsing.
`python -m tests.bench.replay_opening [--minutes N]` prints one line of JSON. Both ways read the same recording.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from concierge.adapters.evidence_reader import RecorderReader
from concierge.adapters.keys import Keyring
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import EVERY
from recorder import events
from recorder.frames import Codec, Frame
from recorder.installation import InstallationKey
from recorder.manifest import Header
from recorder.reading import read_recording
from recorder.records import EvidenceClass, Record, RecordFlag, RecordType
from recorder.thread import RecordingThread

RECORDING = RecordingId("rec_" + "r" * 26)
PICTURES_PER_S, VOICES_PER_S = 25, 50
PICTURE_BYTES, VOICE_BYTES = 8_000, 80
ROUNDS = 3


def record(folder: Path, dek: bytes, key: InstallationKey, minutes: int) -> None:
    """Write a recording of so many minutes: 1.6 Mbit/s of picture, 32 kbit/s of voice, an event a second."""
    thread = RecordingThread()
    thread.start()
    header = Header(RECORDING, "ses_x", "tic_x", 0)
    handle = thread.create(folder / RECORDING, header, dek, key.signer, print)
    handle.opened.result(60)
    for second in range(minutes * 60):
        handle.commit(list(_second(second))).result(60)
    end_us = minutes * 60_000_000
    handle.close(events.summary(end_us, {"reason": "completed"})).result(60)
    thread.stop()


def _second(second: int) -> list[Record]:
    made: list[Record] = []
    for number in range(PICTURES_PER_S):
        at_us = second * 1_000_000 + number * 1_000_000 // PICTURES_PER_S
        flags = RecordFlag.KEY if number == 0 and second % 10 == 0 else RecordFlag.NONE
        body = Frame(Codec.VP8, 1280, 720, 0, b"p" * PICTURE_BYTES).pack()
        made.append(Record(RecordType.FRAME, EvidenceClass.PICTURE, at_us, 1, flags, body))
    for number in range(VOICES_PER_S):
        at_us = second * 1_000_000 + number * 1_000_000 // VOICES_PER_S
        body = Frame(Codec.OPUS, 0, 0, 0, b"v" * VOICE_BYTES).pack()
        made.append(Record(RecordType.AUDIO, EvidenceClass.VOICE, at_us, 2, RecordFlag.NONE, body))
    fields = {"event": "ClockStepped", "at_ms": second * 1000, "by_ms": 1}
    made.append(events.event(second * 1_000_000, second, fields))
    return sorted(made, key=lambda one: one.at_us)


def seconds(work: Callable[[], Any]) -> float:
    """Return the least wall time of ROUNDS tries."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(minutes: int) -> dict[str, Any]:
    """Record, then open both ways."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        key = InstallationKey.load_or_generate(folder / "installation.pem")
        ring = Keyring(b"k" * 32)
        dek = ring.fresh()
        keys = ring.wrap(RECORDING, {EVERY: dek})
        record(folder, dek, key, minutes)
        size = sum(file.stat().st_size for file in (folder / RECORDING).iterdir())

        def once() -> None:
            async def opening() -> None:
                reader = RecorderReader(folder, key, ring)
                await reader.open(RECORDING, keys)
                await reader.script(RECORDING, keys)

            asyncio.run(opening())

        def thrice() -> None:
            read_recording(folder / RECORDING, None, key.public)
            deque(read_recording(folder / RECORDING, dek, key.public).records(), maxlen=0)

        one, three = seconds(once), seconds(thrice)
    return {
        "figure": "replay_opening",
        "minutes": minutes,
        "megabytes": round(size / 1e6, 1),
        "one_pass_s": round(one, 2),
        "three_passes_s": round(three, 2),
        "ratio": round(three / one, 2),
    }


def main() -> None:
    """Print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    print(json.dumps(measure(parser.parse_args().minutes)))


if __name__ == "__main__":
    main()
