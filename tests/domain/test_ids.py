"""Identifiers: one shape, and nothing else passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.errors import BadIdentifier
from concierge.domain.ids import PREFIXES, check_id, form_id

kinds = st.sampled_from(sorted(PREFIXES))


@given(kinds, st.binary(min_size=17, max_size=40))
def test_what_is_formed_is_accepted_as_its_kind_only(kind: str, entropy: bytes) -> None:
    formed = form_id(kind, entropy)
    assert check_id(kind, formed) == formed
    other = next(name for name in PREFIXES if name != kind)
    with pytest.raises(BadIdentifier):
        check_id(other, formed)


@given(st.binary(min_size=17, max_size=17), st.integers(0, 129))
def test_every_one_of_130_bits_counts(entropy: bytes, bit: int) -> None:
    other = (int.from_bytes(entropy, "big") ^ (1 << (bit + 6))).to_bytes(17, "big")
    assert form_id("session", entropy) != form_id("session", other)


@given(st.binary(max_size=16))
def test_too_little_randomness_forms_nothing(entropy: bytes) -> None:
    with pytest.raises(BadIdentifier):
        form_id("session", entropy)


def test_prefixes_are_three_letters_and_their_own() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert all(len(prefix) == 3 and prefix.isalpha() for prefix in PREFIXES.values())


GOOD = form_id("session", bytes(17))


@pytest.mark.parametrize(
    "text",
    [
        "", "ses_", GOOD + "a", GOOD[:-1], GOOD.upper(), GOOD + "\n", " " + GOOD, GOOD.replace("_", "-"),
        "ses_" + "1" * 26, "ses_" + "ａ" * 26, "../" + GOOD, GOOD[:10] + "\0" + GOOD[11:], "'; DROP TABLE sessions; --",
    ],
)  # fmt: skip
def test_a_zoo_of_what_is_none(text: str) -> None:
    with pytest.raises(BadIdentifier) as fault:
        check_id("session", text)
    assert text not in str(fault.value) or not text
