"""Sealing: only the same key, place, class, epoch and header open what was sealed, and no nonce is used twice."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from recorder.envelope import ClassKey
from recorder.errors import VerificationError, WrongKeyError
from tests.recorder.studio import DEK, fixed

SALT, BOUND = fixed("salt"), fixed("header")


def key(dek: bytes = DEK, salt: bytes = SALT, epoch: int = 3, cls: int = 7, bound: bytes = BOUND) -> ClassKey:
    return ClassKey(dek, salt=salt, epoch=epoch, cls=cls, header_hash=bound)


def test_keys_are_derived_as_specified() -> None:
    info = b"concierge-recorder/v1/key" + SALT + b"\0\0\0\3\7" + BOUND
    out = HKDFExpand(SHA256(), 76, info).derive(DEK)
    nonce = (int.from_bytes(out[32:44], "big") ^ 5).to_bytes(12, "big")
    assert key().commitment == out[44:]
    assert key().seal(5, b"plain", b"aad") == AESGCM(out[:32]).encrypt(nonce, b"plain", b"aad")


@given(st.binary(max_size=100), st.integers(0, 2**64 - 1), st.binary(max_size=50))
def test_what_was_sealed_opens(plain: bytes, counter: int, header: bytes) -> None:
    assert key().open(counter, key().seal(counter, plain, header), header) == plain


@pytest.mark.parametrize(
    "other",
    [key(dek=fixed("other")), key(salt=fixed("other")), key(epoch=4), key(cls=6), key(bound=fixed("other"))],
    ids=["dek", "salt", "epoch", "class", "header"],
)
def test_another_key_neither_opens_nor_matches(other: ClassKey) -> None:
    sealed = key().seal(0, b"plain", b"aad")
    with pytest.raises(VerificationError):
        other.open(0, sealed, b"aad")
    with pytest.raises(WrongKeyError):
        other.require(key().commitment)
    key().require(key().commitment)


@pytest.mark.parametrize(("counter", "header", "flip"), [(1, b"aad", 0), (0, b"AAD", 0), (0, b"aad", 1)])
def test_another_place_header_or_byte_does_not_open(counter: int, header: bytes, flip: int) -> None:
    sealed = bytearray(key().seal(0, b"plain", b"aad"))
    sealed[0] ^= flip
    with pytest.raises(VerificationError, match="does not open"):
        key().open(counter, bytes(sealed), header)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=20))
def test_a_counter_never_returns(counters: list[int]) -> None:
    one, highest = key(), -1
    for counter in counters:
        if counter > highest:
            one.seal(counter, b"", b"")
            highest = counter
        else:
            with pytest.raises(ValueError, match=r"^a nonce is used once$"):
                one.seal(counter, b"", b"")


def test_a_data_key_of_another_length_is_refused() -> None:
    with pytest.raises(WrongKeyError, match="32 bytes"):
        key(dek=DEK[:16])
