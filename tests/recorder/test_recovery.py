"""After kill -9 nothing acknowledged is lost and the recording plays; what no crash can cause is refused untouched."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from recorder import events
from recorder.errors import (
    RecordingClosedError,
    RecordingDamagedError,
    UnreadableRecordingError,
    WrongKeyError,
)
from recorder.installation import InstallationKey
from recorder.manifest import Header
from recorder.mux import mux
from recorder.reading import Reading, read_recording
from recorder.records import RecordType
from recorder.recovery import recover, recover_and_close
from recorder.verdict import Status
from tests.recorder import victim
from tests.recorder.disks import draws
from tests.recorder.studio import DEK, HEADER, PINNED, Epoch, epochs, fixed, save
from tests.recorder.test_tape import no_key_is_used_twice
from tests.recorder.zoo import flip, good

CLOSING = events.summary(900_000_000, {"end_reason": "recovered"})


def close(directory: Path) -> int:
    return recover_and_close(directory, HEADER, DEK, PINNED.signer, CLOSING, trust=PINNED.public)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


# ------------------------------------------------------------------ kill -9


def killed(directory: Path, key_file: Path, mode: str, first: int, lines: int) -> list[int]:
    """Run the victim until it has acknowledged so many events, kill it, and return what it acknowledged in all."""
    command = [sys.executable, "-m", "tests.recorder.victim", str(directory), str(key_file), mode, str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        read = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        read += process.stdout.readlines()
        assert process.wait(30) == -signal.SIGKILL, read
    return [int(line) for line in read if line.endswith(b"\n")]


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path, *, torture: bool) -> None:
    key_file = tmp_path / "installation.pem"
    key = InstallationKey.load_or_generate(key_file)
    rounds = 75 if torture else 4  # two kills each
    moments = draws("kills", 2 * rounds, 300)
    for number in range(rounds):
        directory = tmp_path / f"rec{number}"
        acknowledged = killed(directory, key_file, "create", 0, 1 + moments[2 * number])
        after = acknowledged[-1] + 1000
        acknowledged += killed(directory, key_file, "reopen", after, 1 + moments[2 * number + 1])
        recover_and_close(directory, HEADER, DEK, key.signer, CLOSING, trust=key.public)
        reading = read_recording(directory, DEK, key.public)
        assert (reading.verdict.status, reading.verdict.recoveries) == (Status.RECOVERED, 2)
        found = {fields["seq"] for _, fields in reading.events()}
        assert set(acknowledged) <= found
        assert all(seq in found for seq in range(acknowledged[0], after - 999))
        no_key_is_used_twice(directory)
        if number < 4:
            _plays(reading, tmp_path / f"out{number}")


def _plays(reading: Reading, out: Path) -> None:
    import av

    out.mkdir()
    done = mux(reading.records, out)
    frames = [record for record in reading.records() if record.type == RecordType.FRAME]
    assert done.path is not None
    assert done.tracks[0].written + done.tracks[0].skipped == len(frames)
    with av.open(str(done.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == done.tracks[0].written > 0


# ------------------------------------------------------------------ torn, and what is not


def unfinished(directory: Path, tail: bytes = b"") -> Path:
    made = epochs(3, close=False)
    made[0].segments.append(tail)
    return save(directory, made)


@pytest.mark.parametrize(
    "tail",
    [b"", b"C", b"CSEG", bytes(4096), epochs(3)[0].segments[-1][:-1], flip(epochs(3)[0].segments[-1], 60)],
    ids=["clean", "a byte", "a magic", "zeroes", "one byte missing", "garbled"],
)
def test_a_torn_tail_is_kept_named_and_explained(tail: bytes, tmp_path: Path) -> None:
    directory = unfinished(tmp_path / "rec", tail)
    before = contents(directory)["epoch-0000.crec"]
    assert close(directory) == 4
    reading = read_recording(directory, DEK, PINNED.public)
    assert reading.verdict.status is Status.RECOVERED
    assert reading.verdict.segments == 5
    after = contents(directory)
    assert after["epoch-0000.crec"] + after.get("torn-0000.bin", b"") == before
    gap = next(record for record in reading.records() if record.type == RecordType.GAP)
    assert events.parse(gap.body) == {"from_us": 800_002, "reason": "recovered", "until_us": 900_000_000}


def test_a_crash_before_anything_was_durable_is_recovered_too(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    save(tmp_path / "half", [Epoch(epochs(1)[0].head[:100])])
    for name in ("missing", "empty", "half"):
        close(tmp_path / name)
        assert read_recording(tmp_path / name, DEK, PINNED.public).verdict.status is Status.RECOVERED
    assert (tmp_path / "half" / "torn-0000.bin").stat().st_size == 100


def test_a_second_crash_in_the_new_epochs_head(tmp_path: Path) -> None:
    made = epochs(3, 1)
    directory = save(tmp_path / "rec", [Epoch(made[0].head, made[0].segments), Epoch(made[1].head[:-1])])
    close(directory)
    verdict = read_recording(directory, DEK, PINNED.public).verdict
    assert (verdict.status, verdict.epochs) == (Status.RECOVERED, 2)


def refused(directory: Path, error: type[Exception], dek: bytes = DEK, header: Header = HEADER) -> None:
    before = contents(directory)
    with pytest.raises(error):
        recover(directory, header, dek, trust=PINNED.public)
    assert contents(directory) == before


def test_what_no_crash_can_cause_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    made = epochs(3, 2, close=False)
    made[0].segments[1] = flip(made[0].segments[1], 70)
    refused(save(tmp_path / "an earlier epoch", made), RecordingDamagedError)
    made = epochs(3, close=False)
    made[0].head = made[0].head.replace(b"T-1001", b"T-1002")
    refused(save(tmp_path / "a head", made), RecordingDamagedError)
    made = epochs(3)
    made[0].segments.append(b"more")
    refused(save(tmp_path / "behind the end", made), RecordingDamagedError)
    refused(save(tmp_path / "epochs swapped", good()[::-1]), RecordingDamagedError)


def test_closed_recordings_wrong_keys_and_other_recordings_are_refused(tmp_path: Path) -> None:
    refused(save(tmp_path / "closed", epochs(2)), RecordingClosedError)
    erased = save(tmp_path / "erased", epochs(2, close=False))
    (erased / "erased-0000.json").write_bytes(b"{}")
    refused(erased, RecordingClosedError)
    newer = epochs(2, 1, close=False)
    newer[1].head = newer[1].head[:4] + b"\0\2" + newer[1].head[6:]
    refused(save(tmp_path / "newer", newer), UnreadableRecordingError)
    directory = unfinished(tmp_path / "rec", b"CSEG")
    refused(directory, WrongKeyError, dek=fixed("another"))
    refused(directory, RecordingDamagedError, header=Header("rec_0009", "ses_0001", "T-1001", 0))


def test_the_victim_records_real_pictures() -> None:
    loop = victim.pictures(3)
    assert [is_key for is_key, _ in loop] == [True, False, False]
