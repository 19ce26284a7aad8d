"""A tape goes on after any failure in a new epoch behind what was durable, and survives a power loss at any operation."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder import events
from recorder.errors import (
    RecordingClosedError,
    RecordingUnavailableError,
    VerificationError,
    WrongKeyError,
)
from recorder.limits import MAX_FOUND
from recorder.manifest import Opening, read_head
from recorder.reading import read_recording
from recorder.records import EvidenceClass
from recorder.recovery import recover_and_close
from recorder.segment import SegmentFlag, parse_header
from recorder.store import Files, RealFiles, epoch_numbers, epoch_path
from recorder.tape import Tape
from recorder.verdict import Status
from tests.recorder.disks import CountingFiles, LyingFiles, PowerLossFiles, SmallDisk, failing_at
from tests.recorder.studio import DEK, HEADER, KEYS, PINNED, event_record, filler

CLOSING = events.summary(90_000_000, {"end_reason": "done"})


def tape(directory: Path, files: Files) -> Tape:
    return Tape(directory, HEADER, DEK, signers=PINNED.signer, files=files)


def acted(directory: Path, files: Files, acknowledged: list[int]) -> None:
    """Write six events, syncing after each; the numbers that were acknowledged."""
    one = tape(directory, files)
    try:
        one.create()
        for seq in range(6):
            one.write([event_record(seq), filler(seq * 1000, 300)])
            one.sync()
            acknowledged.append(seq)
        one.write([CLOSING], SegmentFlag.FINAL)
        one.sync()
        acknowledged.append(6)
    finally:
        one.forget()


def operations(directory: Path) -> int:
    files = CountingFiles()
    acted(directory, files, [])
    return files.count


def recorded(directory: Path) -> list[int]:
    return [fields["seq"] for _, fields in read_recording(directory, DEK, PINNED.public).events()]


def test_a_recording_is_made_durable_step_by_step(tmp_path: Path) -> None:
    files, acknowledged = CountingFiles(), list[int]()
    acted(tmp_path / "rec", files, acknowledged)
    assert files.calls[:6] == ["make_directory", "fsync_dir", "create", "write", "fdatasync", "fsync_dir"]
    assert files.calls[6:] == ["write", "fdatasync"] * 7
    assert acknowledged == list(range(7))
    assert read_recording(tmp_path / "rec", DEK, PINNED.public).verdict.good


def test_every_failing_operation_is_survived_by_going_on(tmp_path: Path) -> None:
    for number in range(1, operations(tmp_path / "count") + 1):
        directory, files = tmp_path / f"rec{number}", failing_at(number)
        one, acknowledged = tape(directory, files), list[int]()
        with pytest.raises(OSError, match="Input/output"):
            _until_it_fails(one, acknowledged)
        one.go_on(Opening.RESUMED, 50_000_000, "resumed")
        one.write([CLOSING], SegmentFlag.FINAL)
        one.sync()
        one.forget()
        verdict = read_recording(directory, DEK, PINNED.public).verdict
        assert verdict.good, (number, verdict)
        assert verdict.gaps == 1
        assert recorded(directory) == acknowledged
        assert files.touched_after_failure == []


def _until_it_fails(one: Tape, acknowledged: list[int]) -> None:
    one.create()
    for seq in range(6):
        one.write([event_record(seq)])
        one.sync()
        acknowledged.append(seq)
    one.write([event_record(6)])
    one.sync()


def test_going_on_may_fail_again_and_again(tmp_path: Path) -> None:
    broken = False

    def fails(operation: str, _count: int) -> OSError | None:
        return OSError(5, "Input/output error") if broken and operation != "rename" else None

    one = tape(tmp_path / "rec", CountingFiles(fails))
    one.create()
    one.write([event_record(0)])
    one.sync()
    broken = True
    for _ in range(3):
        with pytest.raises(OSError, match="Input/output"):
            one.go_on(Opening.RESUMED, 1, "resumed")
    broken = False
    one.go_on(Opening.RESUMED, 1, "resumed")
    one.write([CLOSING], SegmentFlag.FINAL)
    one.sync()
    assert read_recording(tmp_path / "rec", DEK, PINNED.public).verdict.good
    assert epoch_numbers(tmp_path / "rec") == [0, 1]


def test_hundreds_of_attempts_on_a_full_disk_leave_nothing_behind(tmp_path: Path) -> None:
    disk = SmallDisk(5_000)
    one = tape(tmp_path / "rec", disk)
    one.create()
    with pytest.raises(OSError, match="No space"):
        one.write([filler(0, 9_000)])
    disk.room = 1_000
    for _ in range(MAX_FOUND + 20):
        with pytest.raises(OSError, match="No space"):
            one.go_on(Opening.RESUMED, 1, "resumed")
    disk.free()
    one.go_on(Opening.RESUMED, 1, "resumed")
    one.write([CLOSING], SegmentFlag.FINAL)
    one.sync()
    assert read_recording(tmp_path / "rec", DEK, PINNED.public).verdict.good
    names = sorted(path.name for path in (tmp_path / "rec").iterdir())
    assert names == ["epoch-0000.crec", "epoch-0001.crec", "torn-0000.bin"]


def test_more_torn_pieces_than_a_head_can_name_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "rec").mkdir()
    for number in range(MAX_FOUND + 1):
        (tmp_path / "rec" / f"torn-{number:04d}.bin").write_bytes(b"")
    with pytest.raises(RecordingUnavailableError, match="torn pieces"):
        tape(tmp_path / "rec", RealFiles()).create()
    assert epoch_numbers(tmp_path / "rec") == []


@pytest.mark.parametrize("mode", ["drop", "half", "garble", "keep"])
def test_a_power_loss_at_any_operation_leaves_a_verifiable_prefix(mode: str, tmp_path: Path) -> None:
    """Acknowledged records survive, whatever became of the rest; also when the power goes again in recovery."""
    for number in range(1, operations(tmp_path / "count") + 1):
        directory, acknowledged = tmp_path / f"rec{number}", list[int]()
        disk = PowerLossFiles(number)
        with pytest.raises(OSError, match="power"):
            acted(directory, disk, acknowledged)
        disk.lose(mode)
        _survive(directory, acknowledged, mode)


@pytest.mark.parametrize("mode", ["drop", "half", "garble", "twice"])
def test_a_disk_that_lies_about_one_write_is_found_out(mode: str, tmp_path: Path) -> None:
    """Nobody notices while it is recorded; whoever verifies does, and what comes before is believed."""
    whole = LyingFiles(0, mode)
    acted(tmp_path / "whole", whole, [])
    assert read_recording(tmp_path / "whole", DEK, PINNED.public).verdict.good
    for number in range(1, whole.writes + 1):
        directory = tmp_path / f"rec{number}"
        acted(directory, LyingFiles(number, mode), [])
        verdict = read_recording(directory, DEK, PINNED.public).verdict
        if number < whole.writes:
            # What is behind half a segment is read as the rest of it, and that may reach beyond the end.
            wanted = {Status.BAD, Status.TORN} if mode == "half" else {Status.BAD}
        else:
            wanted = {{"drop": Status.OPEN, "garble": Status.BAD}.get(mode, Status.TORN)}
        assert verdict.status in wanted, (number, verdict)
        before = number - 1 if mode == "twice" and number > 1 else number - 2
        assert verdict.segments == max(0, before), (number, verdict)
        assert recorded(directory) == list(range(min(6, verdict.segments)))


def _survive(directory: Path, acknowledged: list[int], mode: str) -> None:
    for again in range(1, 30):
        disk = PowerLossFiles(again)
        try:
            recover_and_close(directory, HEADER, DEK, PINNED.signer, CLOSING, trust=PINNED.public, files=disk)
        except OSError:
            disk.lose(mode)
            continue
        except RecordingClosedError:
            pass  # the final segment of an earlier round may have been kept although its sync never returned
        break
    else:
        pytest.fail("recovery never came through")
    verdict = read_recording(directory, DEK, PINNED.public).verdict
    assert verdict.status in {Status.OK, Status.RECOVERED}, (directory.name, verdict)
    found = recorded(directory)
    safe = [seq for seq in acknowledged if seq < 6]
    assert found[: len(safe)] == safe
    assert found == list(range(len(found)))
    no_key_is_used_twice(directory)


def no_key_is_used_twice(directory: Path) -> None:
    """Every epoch commits to keys of its own, torn ones included, so no key can meet a nonce twice."""
    heads = [read_head(epoch_path(directory, number).read_bytes()) for number in epoch_numbers(directory)]
    salts = [head.header.salt for head in heads]
    commitments = [value for head in heads for value in head.commitments.values()]
    signers = [head.header.signer for head in heads]
    for values in (salts, commitments, signers):
        assert len(set(values)) == len(values)
    kept = [sealed for number in epoch_numbers(directory) for sealed in nonces(epoch_path(directory, number))]
    torn = [sealed for path in sorted(directory.glob("torn-*.bin")) for sealed in nonces(path)]
    assert len(set(kept)) == len(kept)
    assert not set(kept) & set(torn)


def nonces(path: Path) -> list[tuple[int, int, int]]:
    """What the headers in a file say was sealed: `(epoch, class, segment)`, which stand for a key and a nonce."""
    data, found = path.read_bytes(), []
    at = data.find(b"CSEG")
    while 0 <= at < len(data):
        try:
            header = parse_header(data[at:])
        except VerificationError:
            break
        found += [(header.epoch, cls, header.index) for cls, _ in header.parts]
        at += header.size + header.body_size
    return found


def test_a_recording_takes_so_many_segments_and_keeps_a_reserve_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.tape.MAX_SEGMENTS", 6)
    monkeypatch.setattr("recorder.tape.SEGMENTS_RESERVE", 3)
    one = tape(tmp_path / "rec", RealFiles())
    one.create()
    for seq in range(3):
        one.write([event_record(seq)])
    with pytest.raises(RecordingUnavailableError, match="no further segment"):
        one.write([event_record(3)])
    one.sync()
    one.go_on(Opening.RESTORED, 50_000, "restored")
    one.write([CLOSING], SegmentFlag.FINAL)
    one.sync()
    verdict = read_recording(tmp_path / "rec", DEK, PINNED.public).verdict
    assert (verdict.status, verdict.segments, verdict.rollbacks) == (Status.RECOVERED, 5, 1)


def test_a_class_without_a_key_cannot_be_recorded(tmp_path: Path) -> None:
    some = {cls: key for cls, key in KEYS.items() if cls != EvidenceClass.VOICE}
    with pytest.raises(WrongKeyError, match="without a content key"):
        Tape(tmp_path / "rec", HEADER, some, signers=PINNED.signer, files=RealFiles())


def test_another_recordings_directory_is_never_taken_over(tmp_path: Path) -> None:
    acted(tmp_path / "rec", RealFiles(), [])
    before = {path.name: path.read_bytes() for path in (tmp_path / "rec").iterdir()}
    one = tape(tmp_path / "rec", RealFiles())
    with pytest.raises(FileExistsError):
        one.create()
    with pytest.raises(RecordingUnavailableError):
        one.go_on(Opening.RESUMED, 0, "resumed")
    assert {path.name: path.read_bytes() for path in (tmp_path / "rec").iterdir()} == before


def test_an_empty_directory_may_be_there_already(tmp_path: Path) -> None:
    (tmp_path / "rec").mkdir()
    acted(tmp_path / "rec", RealFiles(), [])
    assert read_recording(tmp_path / "rec").verdict.closed


def test_a_forgotten_tape_writes_nothing(tmp_path: Path) -> None:
    one = tape(tmp_path / "rec", RealFiles())
    one.create()
    one.forget()
    with pytest.raises(RecordingUnavailableError):
        one.write([event_record(0)])
    with pytest.raises(RecordingUnavailableError):
        one.go_on(Opening.RESUMED, 0, "resumed")
