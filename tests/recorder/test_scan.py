"""A scan finds the good prefix and the first fault, and remembers where everything lies."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from recorder.errors import TruncatedError, VerificationError
from recorder.scan import EpochScan, read_segment, scan_epoch
from recorder.store import epoch_path
from tests.recorder.studio import DEK, epochs, fixed, save


def scan(directory: Path, dek: bytes | None = DEK) -> EpochScan:
    return list(scan_epoch(epoch_path(directory, 0), 0, dek, None))[-1][0]


def test_every_segment_is_found_where_it_lies(tmp_path: Path) -> None:
    made = epochs(3)
    found = scan(save(tmp_path, made))
    assert found.fault is None
    assert found.final
    assert found.good_bytes == found.size == len(made[0].data)
    for place, raw in zip(found.places, made[0].segments, strict=True):
        assert made[0].data[place.offset : place.offset + place.size] == raw


@pytest.mark.parametrize(("tail", "torn"), [(b"CSEG", True), (b"nonsense" * 10, False)])
def test_the_good_prefix_ends_before_a_fault(tail: bytes, tmp_path: Path, *, torn: bool) -> None:
    made = epochs(2, close=False)
    made[0].segments.append(tail)
    found = scan(save(tmp_path, made))
    assert (found.torn, found.good_bytes) == (torn, found.size - len(tail))
    assert len(found.places) == 2


def test_a_wrong_key_opens_nothing_and_is_noted(tmp_path: Path) -> None:
    save(tmp_path, epochs(2))
    found = list(scan_epoch(epoch_path(tmp_path, 0), 0, fixed("another"), None))
    assert found[-1][0].wrong_key
    assert len(found[-1][0].places) == 3
    assert all(not opened.records for _, opened in found if opened)


def test_segments_are_read_one_by_one() -> None:
    raw = epochs(1)[0].segments[0]
    file = io.BytesIO(raw)
    found = read_segment(file)
    assert found is not None
    assert b"".join(found) == raw
    assert read_segment(file) is None
    with pytest.raises(TruncatedError):
        read_segment(io.BytesIO(raw[:-1]))
    with pytest.raises(VerificationError):
        read_segment(io.BytesIO(bytes(100)))
