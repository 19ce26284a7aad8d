from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from concierge.services.digests import derived, digest_of, same

ANY_TEXT = st.text(st.characters())


def test_a_digest_is_sha_256() -> None:
    assert digest_of("secret") == hashlib.sha256(b"secret").digest()


@given(ANY_TEXT, ANY_TEXT)
def test_secrets_are_the_same_when_equal_whatever_the_text(one: str, other: str) -> None:
    assert same(one, one)
    assert same(one, other) == (one == other)


@given(ANY_TEXT)
def test_what_is_derived_depends_on_secret_and_purpose(secret: str) -> None:
    assert derived(secret, "csrf") == derived(secret, "csrf")
    assert derived(secret, "csrf") != derived(secret, "other")
    assert derived(secret, "csrf") != derived(secret + "x", "csrf")
