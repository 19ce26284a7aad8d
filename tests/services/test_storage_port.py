"""Names of pieces, and files put together from them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.ids import RecordingId
from concierge.services.storage_port import Piece, PieceDiffers, piece_of, whole_files

RECORDING = RecordingId("rec_" + "a" * 26)


def piece(start: int, end: int, file: str = "epoch-0000.crec") -> Piece:
    return Piece(RECORDING, file, start, end, hashlib.sha256(f"{file} {start} {end}".encode()).digest())


@given(st.integers(0, 10**13 - 2), st.integers(1, 10**6))
def test_a_key_says_everything(start: int, size: int) -> None:
    one = piece(start, min(start + size, 10**13 - 1))
    assert piece_of(one.key) == one


@pytest.mark.parametrize(
    "key",
    [
        "",
        "rec_a",
        "somebody/else.txt",
        piece(0, 8).key.replace("epoch-0000.crec", "../../keys/kek"),
        piece(0, 8).key.replace("rec_", "../"),
        piece(0, 8).key + "/more",
        piece(0, 8).key[:-1],
        piece(8, 8).key,
        piece(9, 8).key,
    ],
)
def test_what_is_no_piece_is_left_alone(key: str) -> None:
    assert piece_of(key) is None


def test_pieces_are_put_in_order_by_file() -> None:
    given = [piece(8, 16), piece(0, 3, "torn-0000.bin"), piece(0, 8)]
    assert whole_files(given) == {
        "epoch-0000.crec": [piece(0, 8), piece(8, 16)],
        "torn-0000.bin": [piece(0, 3, "torn-0000.bin")],
    }


def test_a_file_cut_anew_elsewhere_is_put_together_all_the_same() -> None:
    given = [piece(0, 10), piece(10, 12), piece(0, 8), piece(8, 16)]
    assert whole_files(given) == {"epoch-0000.crec": [piece(0, 8), piece(8, 16)]}


@pytest.mark.parametrize("given", [[piece(8, 16)], [piece(0, 8), piece(9, 16)], [piece(0, 8), piece(7, 16)]])
def test_a_hole_is_told(given: list[Piece]) -> None:
    with pytest.raises(PieceDiffers, match="missing"):
        whole_files(given)
