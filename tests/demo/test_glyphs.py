from __future__ import annotations

import string

import pytest

from concierge.demo.glyphs import ROWS, advance_of, mask_of, width_of

WRITTEN = string.ascii_letters + string.digits + "äöü.,:!?%()-×"


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_letter_is_as_high_as_its_scale_says(scale: int) -> None:
    assert {len(mask_of(letter, scale)) for letter in WRITTEN} == {ROWS * scale}


def test_no_two_letters_look_alike() -> None:
    assert len({mask_of(letter, 2) for letter in WRITTEN}) == len(WRITTEN)


def test_stairs_are_smoothed_and_stems_stay_full() -> None:
    shares = {share for row in mask_of("S", 3) for share in row}
    assert max(shares) == 255
    assert shares - {0, 255}
    assert mask_of("l", 2)[6].count(255) == 2


def test_letters_stand_apart_by_their_own_width() -> None:
    assert advance_of("i", 2) < advance_of("m", 2)
    assert width_of("im", 2) == advance_of("i", 2) + advance_of("m", 2)
    assert width_of("", 2) == 0


def test_a_space_shows_nothing_and_an_unknown_letter_shows_a_box() -> None:
    assert not any(any(row) for row in mask_of(" ", 2))
    assert mask_of("☃", 2) == mask_of("雪", 2)
    assert any(any(row) for row in mask_of("☃", 2))
