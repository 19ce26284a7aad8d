"""The chain: SHA-256 over ciphertext hashes, Ed25519 over every link.

Anyone with the public key can follow it without any content key, and destroying a content key breaks no chain.
Each ciphertext byte is hashed once. A link's value is

    genesis  SHA-256("concierge-recorder/v1/head" || previous || head bytes)
    segment  SHA-256("concierge-recorder/v1/segment" || previous || header || SHA-256(part 1) || ... )

where `previous` is 32 zero bytes at the start of a recording. The labels (see `generation`) keep a head from passing
as a segment, and a generation from passing as another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recorder.errors import VerificationError
from recorder.generation import labels
from recorder.limits import GENERATION

HASH_BYTES: Final = 32
START: Final = bytes(HASH_BYTES)


def genesis(previous: bytes, head: bytes, generation: int = GENERATION) -> bytes:
    """The chain value of an epoch's head; `previous` is the last value of the epoch before, or `START`."""
    return hashlib.sha256(labels(generation).head + previous + head).digest()


def link(previous: bytes, header: bytes, sealed: Iterable[bytes], generation: int = GENERATION) -> bytes:
    """The chain value of a segment."""
    value = hashlib.sha256(labels(generation).segment + previous + header)
    for part in sealed:
        value.update(hashlib.sha256(part).digest())
    return value.digest()


def check(public_key: bytes, signature: bytes, message: bytes, what: str) -> None:
    """Verify an Ed25519 signature (RFC 8032). Raises VerificationError naming `what` when it does not hold."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise VerificationError(f"the signature of {what} does not hold") from error
