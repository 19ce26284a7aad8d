"""Sealing: one key, base nonce and commitment per epoch and class, from the recording's content key of that class.

    info   = "concierge-recorder/v1/key" || salt (32) || u32 epoch || u8 class || SHA-256(epoch header) (32)
    key (32) || base nonce (12) || commitment (32) = HKDF-Expand-SHA256(content key, info, 76)  RFC 5869, section 2.3
    sealed = AES-256-GCM(key, nonce = base XOR counter, plain text, AAD = segment header)       NIST SP 800-38D

A content key is 256 uniformly random bits, so HKDF's extract step has nothing to add. A recording has one for each
class, so that one class can be erased alone; one key given for all classes works too, and then erases with all. The counter is the segment's place
in its epoch. Invariants: a `ClassKey` seals rising counters only, and every start or restart brings a fresh salt, so
no key meets a nonce twice. The commitment stands in the public head: a wrong key is noticed before it opens anything,
and no second key can open the same bytes to something else. Nothing is compressed.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from recorder.errors import VerificationError, WrongKeyError
from recorder.generation import labels
from recorder.limits import GENERATION

DEK_BYTES: Final = 32
SALT_BYTES: Final = 32
COMMITMENT_BYTES: Final = 32
TAG_BYTES: Final = 16
_KEY, _NONCE = 32, 12


ContentKeys = bytes | Mapping[int, bytes]
"""A recording's content keys: 32 random bytes for each class number, or 32 bytes for all classes alike.

A class that is not in the mapping stays sealed: it verifies, and cannot be read. That is what erasing a class leaves.
"""


def content_key(keys: ContentKeys, cls: int) -> bytes | None:
    """The content key of a class; None when there is none."""
    return keys if isinstance(keys, bytes) else keys.get(cls)


class ClassKey:
    """What seals and opens one class in one epoch."""

    def __init__(
        self,
        dek: bytes,
        *,
        salt: bytes,
        epoch: int,
        cls: int,
        header_hash: bytes,
        generation: int = GENERATION,
    ) -> None:
        if len(dek) != DEK_BYTES:
            raise WrongKeyError(f"a content key has {DEK_BYTES} bytes")
        info = labels(generation).key + salt + struct.pack(">IB", epoch, cls) + header_hash
        out = HKDFExpand(SHA256(), _KEY + _NONCE + COMMITMENT_BYTES, info).derive(dek)
        self._gcm = AESGCM(out[:_KEY])
        self._base = int.from_bytes(out[_KEY : _KEY + _NONCE], "big")
        self._next = 0
        self.commitment = out[_KEY + _NONCE :]

    def seal(self, counter: int, plain: bytes, header: bytes) -> bytes:
        """Encrypt one part. Raises ValueError when the counter was used or passed: never the same nonce twice."""
        if counter < self._next:
            raise ValueError("a nonce is used once")
        self._next = counter + 1
        return self._gcm.encrypt(self._nonce(counter), plain, header)

    def open(self, counter: int, sealed: bytes, header: bytes) -> bytes:
        """Decrypt one part. Raises VerificationError when it was not sealed under this key, place and header."""
        try:
            return self._gcm.decrypt(self._nonce(counter), sealed, header)
        except InvalidTag as error:
            raise VerificationError("a sealed part does not open") from error

    def require(self, commitment: bytes) -> None:
        """Raises WrongKeyError unless the head commits to this very key."""
        if not hmac.compare_digest(self.commitment, commitment):
            raise WrongKeyError("the data key is not the one this recording commits to")

    def _nonce(self, counter: int) -> bytes:
        return (self._base ^ counter).to_bytes(_NONCE, "big")
