"""Measures the verifier and the writer against the bare work they cannot do without, in the same run, on one core.

`python -m tests.bench.verify` prints one line of JSON. Ratios are taken between neighbours in time and the median counts:
what else the machine does slows both. A recording that does not verify makes no figure.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recorder import events
from recorder.frames import Codec, Frame, picture
from recorder.limits import SEGMENT_TARGET_BYTES
from recorder.reading import read_recording
from recorder.records import RECORD_OVERHEAD, Record
from recorder.segment import SegmentFlag
from recorder.store import RealFiles, epoch_path
from recorder.writer import EpochWriter, batches
from tests.recorder.studio import DEK, HEADER, PINNED, event_record, filler, signer

# "Verify >= 200 MB/s on one core over full segments and <= 2 x the time of sha256sum over the same bytes plus its
# signatures; a quiet day of small segments: state segments/s." "Sealing and signing add <= 0.3 % of a core to a
# 2 Mbit/s session; append + fdatasync p99 <= 1.5 x a bare write + fdatasync measured beside it."
LEAST_MB_S: Final = 200.0
MOST_TIMES_BARE: Final = 2.0
MOST_SEALING_PERCENT: Final = 0.3
MOST_TIMES_SYNC: Final = 1.5

FULL_SEGMENTS: Final = 1_000
SMALL_SEGMENTS: Final = 20_000
ROUNDS: Final = 7
SESSION_S: Final = 60
FRAMES_S: Final = 25
FRAME_BYTES: Final = 2_000_000 // 8 // FRAMES_S
SEGMENTS_A_SECOND: Final = 5
"""A segment every FLUSH_AFTER_US."""
APPENDS: Final = 600


def write(directory: Path, records: Iterator[list[Record]]) -> int:
    """Write a closed recording; its bytes."""
    writer = EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), bytes(32))
    directory.mkdir()
    with epoch_path(directory, 0).open("wb") as file:
        file.write(writer.head)
        for batch in records:
            file.write(writer.seal(batch).data)
        file.write(writer.seal([events.summary(0, {})], SegmentFlag.FINAL).data)
        return file.tell()


def full(count: int) -> Iterator[list[Record]]:
    """Segments as large as a writer makes them."""
    for number in range(count):
        yield [filler(number * 1000, SEGMENT_TARGET_BYTES - RECORD_OVERHEAD)]


def quiet(count: int) -> Iterator[list[Record]]:
    """Segments of one event each, as an idle session makes them."""
    for number in range(count):
        yield [event_record(number)]


def cpu(work: Callable[[], object]) -> float:
    """Seconds of this thread's own CPU time."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def verify(directory: Path) -> None:
    """What `recorder verify --trust` does."""
    if not read_recording(directory, None, PINNED.public).verdict.good:
        raise AssertionError("a recording that does not verify makes no figure")


def sha256sum(directory: Path) -> float:
    """CPU seconds of the program over the recording's bytes."""
    before = os.times()
    subprocess.run(["sha256sum", epoch_path(directory, 0)], check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def signatures(count: int) -> float:
    """CPU seconds of so many bare Ed25519 verifications, keys made anew each time as for any stranger's message."""
    private = Ed25519PrivateKey.generate()
    public, message = private.public_key().public_bytes_raw(), bytes(32)
    signature = private.sign(message)
    return cpu(
        lambda: [Ed25519PublicKey.from_public_bytes(public).verify(signature, message) for _ in range(count)]
    )


def verifying(place: Path) -> dict[str, Any]:
    """Full segments against sha256sum plus signatures; small ones as they are."""
    size = write(place / "full", full(FULL_SEGMENTS))
    write(place / "quiet", quiet(SMALL_SEGMENTS))
    rounds = []
    for _ in range(ROUNDS):
        ours = cpu(lambda: verify(place / "full"))
        rounds.append((ours, ours / (sha256sum(place / "full") + signatures(FULL_SEGMENTS + 1))))
    small = min(cpu(lambda: verify(place / "quiet")) for _ in range(3))
    return {
        "verify_mb_s": round(size / 1e6 / statistics.median(ours for ours, _ in rounds), 1),
        "verify_times_sha256sum_and_signatures": round(statistics.median(ratio for _, ratio in rounds), 2),
        "small_segments_s": round(SMALL_SEGMENTS / small),
        "small_times_bare_signatures": round(small / signatures(SMALL_SEGMENTS), 2),
        "quiet_day_s": round(86_400 * SEGMENTS_A_SECOND * small / SMALL_SEGMENTS, 1),
    }


def sealing() -> dict[str, Any]:
    """CPU of sealing and signing a session of 2 Mbit/s, in segments as often as the writer thread makes them."""
    step = FRAMES_S // SEGMENTS_A_SECOND
    frames = [
        picture(
            n * 40_000, 1, Frame(Codec.VP8, 1280, 720, n * 3600, os.urandom(FRAME_BYTES)), key=n % 250 == 0
        )
        for n in range(SESSION_S * FRAMES_S)
    ]
    flushes = [frames[n : n + step] for n in range(0, len(frames), step)]

    def session() -> None:
        writer = EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), os.urandom(32))
        for flush in flushes:
            for batch in batches(flush):
                writer.seal(batch)

    spent = statistics.median(cpu(session) for _ in range(ROUNDS))
    return {"sealing_percent_of_core": round(100 * spent / SESSION_S, 3)}


def appending(place: Path) -> dict[str, Any]:
    """Sealed segments appended and synced, each beside a bare write and sync of as many bytes."""
    files, body = RealFiles(), os.urandom(64 * 1024)
    writer = EpochWriter(HEADER, DEK, signer(PINNED, HEADER.recording_id, 0), os.urandom(32))
    ours, bare = files.create(place / "ours"), files.create(place / "bare")
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    record = filler(0, len(body))
    plain = os.urandom(len(writer.seal([record]).data))
    for number in range(APPENDS):
        for name in ("ours", "bare") if number % 2 else ("bare", "ours"):
            began = time.perf_counter()
            if name == "ours":
                files.write(ours, writer.seal([record]).data)
                files.fdatasync(ours)
            else:
                files.write(bare, plain)
                files.fdatasync(bare)
            times[name].append(time.perf_counter() - began)
    for descriptor in (ours, bare):
        files.close(descriptor)
    p99 = {name: sorted(each)[len(each) * 99 // 100] for name, each in times.items()}
    p50 = {name: statistics.median(each) for name, each in times.items()}
    return {
        "append_p99_ms": round(1e3 * p99["ours"], 2),
        "append_p99_times_bare": round(p99["ours"] / p99["bare"], 2),
        "append_p50_times_bare": round(p50["ours"] / p50["bare"], 2),
    }


def measure() -> dict[str, Any]:
    """Every figure, and whether all bounds are met."""
    with tempfile.TemporaryDirectory(dir=os.path.curdir) as name:
        found = {**verifying(Path(name)), **sealing(), **appending(Path(name))}
    met = (
        found["verify_mb_s"] >= LEAST_MB_S
        and found["verify_times_sha256sum_and_signatures"] <= MOST_TIMES_BARE
        and found["sealing_percent_of_core"] <= MOST_SEALING_PERCENT
        and found["append_p99_times_bare"] <= MOST_TIMES_SYNC
    )
    return {**found, "met": met}


if __name__ == "__main__":
    print(json.dumps(measure()))
