"""Nothing is opened before it is verified, nothing behind a fault, and only the classes asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorder.errors import VerificationError, WrongKeyError
from recorder.manifest import read_head
from recorder.reader import EpochReader
from recorder.records import EvidenceClass
from recorder.segment import parse_header, split_body
from tests.recorder.studio import DEK, Epoch, epochs, fixed, moment


def split(segment: bytes) -> tuple[bytes, bytes]:
    size = parse_header(segment).size
    return segment[:size], segment[size:]


def reader(epoch: Epoch, dek: bytes | None = DEK, classes: set[int] | None = None) -> EpochReader:
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
    with pytest.raises(VerificationError, match="behind a fault"):
        one.accept(*split(epoch.segments[0]))


def test_a_wrong_key_is_noticed_before_anything_opens() -> None:
    with pytest.raises(WrongKeyError):
        reader(epochs(1)[0], fixed("another"))


def test_nothing_is_accepted_behind_the_final_segment() -> None:
    (epoch,) = epochs(1)
    one = reader(epoch)
    for raw in epoch.segments:
        one.accept(*split(raw))
    with pytest.raises(VerificationError, match="behind the final"):
        one.accept(*split(epoch.segments[-1]))


def test_a_record_outside_its_segments_time_is_refused() -> None:
    (epoch,) = epochs(1)
    raw, body = split(epoch.segments[0])
    header = parse_header(raw)
    sealed, _signature = split_body(header, body)
    assert reader(epoch).open(header, raw, sealed)
    for wrong in (replace(header, from_us=1), replace(header, until_us=1)):
        with pytest.raises(VerificationError, match="outside"):
            reader(epoch).open(wrong, raw, sealed)
