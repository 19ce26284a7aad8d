"""Values out of foreign JSON are of their type and range, or refused."""

from __future__ import annotations

import pytest

from recorder.fields import hexadecimal, number, text


def test_what_fits_comes_back() -> None:
    assert (text("a"), number(0, 5), number(5, 5), hexadecimal("00ff", 2)) == ("a", 0, 5, b"\x00\xff")


@pytest.mark.parametrize("value", [-1, 6, True, "1", 1.0, None])
def test_a_number_out_of_range_or_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="number"):
        number(value, 5)


@pytest.mark.parametrize("value", ["00", "00FF", "00 ff", "zzzz", "00ff00", "0x0f"])
def test_hex_has_one_spelling_and_one_length(value: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        hexadecimal(value, 2)


def test_what_is_no_text_is_refused() -> None:
    for wrong in (1, None, b"00ff"):
        with pytest.raises(TypeError, match="text"):
            text(wrong)
        with pytest.raises(TypeError, match="text"):
            hexadecimal(wrong, 2)
