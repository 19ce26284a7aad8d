"""Nothing is opened before it is verified, nothing behind a fault, and only the classes asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorder.envelope import ContentKeys
from recorder.errors import VerificationError, WrongKeyError
from recorder.manifest import read_head
from recorder.reader import EpochReader
from recorder.records import EvidenceClass
from recorder.segment import parse_header, split_body
from tests.recorder.studio import DEK, KEYS, Epoch, epochs, fixed, moment


def split(segment: bytes) -> tuple[bytes, bytes]:
    size = parse_header(segment).size
    return segment[:size], segment[size:]


def reader(epoch: Epoch, dek: ContentKeys | None = DEK, classes: set[int] | None = None) -> EpochReader:
    return EpochReader(read_head(epoch.data), dek, classes)


def test_without_a_key_everything_verifies_and_nothing_opens() -> None:
    (epoch,) = epochs(3)
    one = reader(epoch, None)
    assert [one.accept(*split(raw)).records for raw in epoch.segments] == [()] * 4
    assert one.final


@pytest.mark.parametrize(
    "classes", [{EvidenceClass.PICTURE}, {EvidenceClass.CONTROL, EvidenceClass.VOICE}, set()]
)
def test_only_the_classes_asked_for_open(classes: set[int]) -> None:
    (epoch,) = epochs(1)
    opened = reader(epoch, DEK, classes).accept(*split(epoch.segments[0]))
    assert list(opened.records) == [record for record in moment(0) if record.cls in classes]


def test_behind_a_fault_nothing_is_accepted() -> None:
    (epoch,) = epochs(3)
    one = reader(epoch)
    with pytest.raises(VerificationError, match="stands where 0 belongs"):
        one.accept(*split(epoch.segments[1]))
    with pytest.raises(VerificationError, match=r"^nothing can be verified behind a fault$"):
        one.accept(*split(epoch.segments[0]))


def test_a_wrong_key_is_noticed_before_anything_opens() -> None:
    for wrong in (fixed("another"), {**dict.fromkeys(range(1, 8), DEK), 2: fixed("another")}):
        with pytest.raises(WrongKeyError, match=r"^the data key is not the one this recording commits to$"):
            reader(epochs(1)[0], wrong)


def test_a_class_without_a_key_stays_sealed() -> None:
    (epoch,) = epochs(1, dek=KEYS)
    some = {cls: key for cls, key in KEYS.items() if cls != EvidenceClass.VOICE}
    opened = reader(epoch, some).accept(*split(epoch.segments[0]))
    assert list(opened.records) == [record for record in moment(0) if record.cls != EvidenceClass.VOICE]


@pytest.mark.parametrize(
    ("at", "byte", "reason"),
    [
        (11, 1, "a segment of another epoch"),
        (5, 4, "the recovered flag does not agree with the head"),
        (36, 0, "the classes of a segment are not in order"),
        (-1, None, "the bytes end inside a segment"),
    ],
)
def test_a_segment_out_of_place_says_what_is_wrong(at: int, byte: int | None, reason: str) -> None:
    (epoch,) = epochs(1)
    changed = bytearray(epoch.segments[0])
    if byte is None:
        del changed[at]
    else:
        changed[at] = byte
    size = parse_header(epoch.segments[0]).size
    with pytest.raises(VerificationError) as refused:
        reader(epoch).accept(bytes(changed[:size]), bytes(changed[size:]))
    assert refused.value.reason == reason


def test_a_class_nobody_declared_is_refused_though_it_is_signed() -> None:
    (whole,) = epochs(1, dek=KEYS)
    head = read_head(epochs(0, dek={7: KEYS[7]})[0].head)
    one = EpochReader(head)
    with pytest.raises(VerificationError) as refused:
        one.accept(*split(whole.segments[0]))
    assert refused.value.reason == "a sealed part of a class the head does not declare"


def test_nothing_is_accepted_behind_the_final_segment() -> None:
    (epoch,) = epochs(1)
    one = reader(epoch)
    for raw in epoch.segments:
        one.accept(*split(raw))
    with pytest.raises(VerificationError, match=r"^a segment behind the final one$"):
        one.accept(*split(epoch.segments[-1]))


def test_a_record_outside_its_segments_time_is_refused() -> None:
    (epoch,) = epochs(1)
    raw, body = split(epoch.segments[0])
    header = parse_header(raw)
    sealed, _signature = split_body(header, body)
    assert reader(epoch).open(header, raw, sealed)
    for wrong in (replace(header, from_us=1), replace(header, until_us=1)):
        with pytest.raises(VerificationError, match=r"^a record lies outside its segment's time$"):
            reader(epoch).open(wrong, raw, sealed)
