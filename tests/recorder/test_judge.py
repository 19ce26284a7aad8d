"""The verdict on good recordings and on the whole zoo: never good, and the right segment named."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recorder import events
from recorder.manifest import Opening
from recorder.reading import read_recording
from recorder.records import EvidenceClass, Record
from recorder.recovery import recover_and_close
from recorder.segment import SegmentFlag
from recorder.verdict import SignerTrust, Status, Verdict
from recorder.writer import BEGINNING, ChainEnd, EpochWriter
from tests.recorder.disks import draws
from tests.recorder.studio import DEK, HEADER, PINNED, Epoch, epochs, fixed, installation, save, signer
from tests.recorder.zoo import ZOO, Animal, flip, good


def verdict_on(directory: Path, made: list[Epoch], *, dek: bytes | None = None) -> Verdict:
    return read_recording(save(directory, made), dek, PINNED.public).verdict


def test_a_closed_recording_by_the_pinned_installation_is_good(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "rec", epochs(3), dek=DEK)
    assert verdict.good
    assert (verdict.status, verdict.segments, verdict.epochs, verdict.closed) == (Status.OK, 4, 1, True)
    assert verdict.until_us == 1_200_000
    assert verdict.fault is None


def test_without_a_pinned_key_it_is_consistent_and_no_more(tmp_path: Path) -> None:
    verdict = read_recording(save(tmp_path / "rec", epochs(3))).verdict
    assert (verdict.status, verdict.signer, verdict.good) == (Status.OK, SignerTrust.UNKNOWN, False)


def test_a_signed_recovery_is_said(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "rec", good())
    assert (verdict.status, verdict.recoveries, verdict.gaps, verdict.segments) == (Status.RECOVERED, 1, 1, 8)
    assert not verdict.good


def test_unknown_types_and_declared_unknown_classes_are_good(tmp_path: Path) -> None:
    extra = [
        Record(4242, EvidenceClass.SHELL, 900_000, 1, 0, b"new"),
        Record(1, 200, 900_000, 1, 0, b"newer"),
    ]
    made = epochs(2, extra=extra, classes=[*EvidenceClass, 200])
    reading = read_recording(save(tmp_path / "rec", made), DEK, PINNED.public)
    assert reading.verdict.good
    assert [record for record in reading.records() if record in extra] == extra * 2


@pytest.mark.parametrize("dek", [None, DEK], ids=["without a key", "with the key"])
@pytest.mark.parametrize("animal", ZOO, ids=lambda animal: animal.name)
def test_the_zoo(animal: Animal, dek: bytes | None, tmp_path: Path) -> None:
    reading = read_recording(save(tmp_path / "rec", animal.make()), dek, PINNED.public)
    verdict = reading.verdict
    assert not verdict.good
    assert verdict.status is animal.status
    assert (verdict.fault.segment if verdict.fault else None) == animal.segment
    if animal.segment is not None:
        assert verdict.segments == animal.segment
    assert all(record.at_us <= verdict.until_us for record in reading.records())


MISBEHAVIOURS: dict[str, dict[str, Any]] = {
    "epoch 3 stands in the file of epoch 1": {"epoch": 3},
    "says it is the first": {"opening": Opening.OPENED},
    "different recordings": {"header": replace(HEADER, session_id="ses_0002")},
    "go on where": {"after": BEGINNING},
    "recovered flag": {"opening": Opening.RESUMED},
    "behind the final": {"close": True},
}


@pytest.mark.parametrize("reason", list(MISBEHAVIOURS))
def test_even_a_certified_signer_must_follow_the_rules(reason: str, tmp_path: Path) -> None:
    """Everything here is properly signed; only the order of things is wrong."""
    change = MISBEHAVIOURS[reason]
    header, epoch = change.get("header", HEADER), change.get("epoch", 1)
    made = epochs(2, close=bool(change.get("close")))
    before = read_recording(save(tmp_path / "rec", made)).verdict
    writer = EpochWriter(
        header,
        DEK,
        signer(PINNED, header.recording_id, epoch),
        fixed("salt"),
        epoch=epoch,
        opening=change.get("opening", Opening.RECOVERED),
        after=change.get("after", ChainEnd(before.segments, before.chain, before.until_us)),
    )
    made.append(Epoch(writer.head, [writer.seal([events.gap(0, 1, "x")], SegmentFlag.RECOVERED).data]))
    verdict = verdict_on(tmp_path / "rec", made)
    assert verdict.status is Status.BAD
    assert verdict.fault is not None
    assert (verdict.fault.segment, verdict.segments) == (before.segments, before.segments)
    assert reason in verdict.fault.reason


def test_a_foreign_signer_is_told_apart(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "rec", epochs(2, key=installation("forger")))
    assert (verdict.status, verdict.signer) == (Status.BAD, SignerTrust.FOREIGN)


def test_a_future_generation_is_unreadable_not_good(tmp_path: Path) -> None:
    made = epochs(2)
    made[0].head = made[0].head[:4] + b"\0\7" + made[0].head[6:]
    verdict = verdict_on(tmp_path / "rec", made)
    assert (verdict.status, verdict.segments, verdict.good) == (Status.UNREADABLE, 0, False)
    assert verdict.fault is not None
    assert "generation 7" in verdict.fault.reason


def positions() -> list[tuple[int, int, int, int]]:
    """`(epoch, offset, length of the epoch, segment)` for every byte of the good recording."""
    found: list[tuple[int, int, int, int]] = []
    segment = 0
    for number, epoch in enumerate(good()):
        size, offset = len(epoch.data), 0
        found += [(number, n, size, segment) for n in range(len(epoch.head))]
        offset = len(epoch.head)
        for raw in epoch.segments:
            found += [(number, offset + n, size, segment) for n in range(len(raw))]
            offset, segment = offset + len(raw), segment + 1
    return found


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_every_flipped_bit_is_placed_in_its_segment(tmp_path: Path, *, torture: bool) -> None:
    """Eight flips for every byte in torture; else a seeded sample."""
    made, places = good(), positions()
    flips = [(place, bit) for place in places for bit in range(8)]
    if not torture:
        flips = [flips[n] for n in draws("flips", 300, len(flips))]
    directory = save(tmp_path / "rec", made)
    for (epoch, offset, _size, segment), bit in flips:
        path = directory / f"epoch-{epoch:04d}.crec"
        path.write_bytes(flip(made[epoch].data, offset, bit))
        verdict = read_recording(directory, None, PINNED.public).verdict
        unreadable = 4 <= offset < 6 and verdict.status is Status.UNREADABLE
        assert unreadable or verdict.status in {Status.BAD, Status.TORN}
        assert verdict.fault is not None
        assert verdict.fault.segment == segment, (epoch, offset, bit, verdict)
        path.write_bytes(made[epoch].data)


def test_every_cut_is_open_or_torn_at_its_segment(tmp_path: Path) -> None:
    made = epochs(2)
    data = made[0].data
    ends: list[int] = []
    for raw in [made[0].head, *made[0].segments]:
        ends.append((ends[-1] if ends else 0) + len(raw))
    directory = save(tmp_path / "rec", made)
    for length in {*draws("cuts", 120, len(data)), *ends[:-1]}:
        (directory / "epoch-0000.crec").write_bytes(data[:length])
        verdict = read_recording(directory, DEK, PINNED.public).verdict
        whole = sum(end <= length for end in ends[1:])
        assert verdict.segments == whole
        assert verdict.status is (Status.OPEN if length in ends else Status.TORN)


@pytest.mark.parametrize("change", ["missing", "altered", "added"])
def test_side_files_must_be_those_a_recovery_names(change: str, tmp_path: Path) -> None:

    directory = save(tmp_path / "rec", epochs(3, close=False))
    with (directory / "epoch-0000.crec").open("ab") as file:
        file.write(b"CSEG torn")
    recover_and_close(
        directory, HEADER, DEK, PINNED.signer, events.summary(9_000_000, {}), trust=PINNED.public
    )
    piece = directory / "torn-0000.bin"
    assert read_recording(directory, None, PINNED.public).verdict.status is Status.RECOVERED
    assert hashlib.sha256(piece.read_bytes()).digest() == hashlib.sha256(b"CSEG torn").digest()
    if change == "missing":
        piece.unlink()
    elif change == "altered":
        piece.write_bytes(b"CSEG tern")
    else:
        (directory / "torn-0001.bin").write_bytes(b"")
    verdict = read_recording(directory, None, PINNED.public).verdict
    assert verdict.status is Status.TORN
    assert verdict.fault is not None
