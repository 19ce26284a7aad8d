"""Consent: a yes names exactly the words it answers."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.consent import Wording, check_wording
from concierge.domain.errors import BadInput

HASH = hashlib.sha256("Hanna Holt möchte Ihren Bildschirm sehen.".encode()).hexdigest()


@pytest.mark.parametrize("language", ["en", "de", "de-CH", "zh-Hant-TW", "sr-Latn"])
def test_a_hash_and_a_language_are_a_wording(language: str) -> None:
    check_wording(Wording(HASH, language))


@given(st.text(max_size=80), st.text(max_size=40))
def test_anything_else_is_none(sha256: str, language: str) -> None:
    with pytest.raises(BadInput, match="SHA-256"):
        check_wording(Wording(sha256, "en"))
    if not language.replace("-", "").isalnum() or not language.isascii():
        with pytest.raises(BadInput, match="language"):
            check_wording(Wording(HASH, language))
