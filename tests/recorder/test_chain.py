"""Chain values follow their written definition, and differ wherever anything differs."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import chain
from recorder.errors import VerificationError
from tests.recorder.studio import PINNED, signer

some = st.binary(max_size=40)


def test_the_values_are_those_of_the_specification() -> None:
    head = hashlib.sha256(b"concierge-recorder/v1/head" + bytes(32) + b"HEAD").digest()
    assert chain.genesis(chain.START, b"HEAD") == head
    parts = hashlib.sha256(b"one").digest() + hashlib.sha256(b"two").digest()
    value = hashlib.sha256(b"concierge-recorder/v1/segment" + head + b"header" + parts).digest()
    assert chain.link(head, b"header", [b"one", b"two"]) == value


@given(some, some, st.lists(some, max_size=3), some, some, st.lists(some, max_size=3))
def test_no_two_segments_share_a_value(
    p: bytes, h: bytes, s: list[bytes], p2: bytes, h2: bytes, s2: list[bytes]
) -> None:
    previous, other = hashlib.sha256(p).digest(), hashlib.sha256(p2).digest()
    same = (previous, h, s) == (other, h2, s2)
    # The header carries its own length and the number of parts; here only lengths that agree are compared.
    if len(h) == len(h2):
        assert (chain.link(previous, h, s) == chain.link(other, h2, s2)) == same


def test_a_head_never_passes_for_a_segment() -> None:
    assert chain.genesis(chain.START, b"x") != chain.link(chain.START, b"x", [])


def test_only_the_signers_own_signature_holds() -> None:
    one = signer(PINNED, "rec_0001", 0)
    signature = one.private.sign(b"message")
    chain.check(one.public, signature, b"message", "it")
    for public, signed, message in (
        (signer(PINNED, "rec_0001", 1).public, signature, b"message"),
        (one.public, bytes(64), b"message"),
        (one.public, signature[:-1], b"message"),
        (one.public, signature, b"massage"),
        (b"short", signature, b"message"),
    ):
        with pytest.raises(VerificationError, match="the signature of it does not hold"):
            chain.check(public, signed, message, "it")
