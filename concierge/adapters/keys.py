"""Keys at rest: the key that wraps recordings' data keys, and the pepper under which secrets are stored.

Both are files of 32 random bytes, mode 0600, made once in the data directory's `keys/` (or the KEK comes as a file from
elsewhere). Wrapped keys go to the database, never beside a recording. Refuses key files others may read.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from concierge.domain.errors import ConciergeError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"


class KeyUnavailable(ConciergeError):
    """A key file is missing, unsafe, or not the one a wrapped key was wrapped with."""


def load_or_make(path: Path) -> bytes:
    """Return the key in `path`, made there first if nothing is there. Raises KeyUnavailable."""
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise KeyUnavailable(f"{path.name} can be read by others: set its mode to 0600")
        key = path.read_bytes()
    except OSError as error:
        raise KeyUnavailable(f"{path.name} cannot be read: {error.strerror}") from None
    if len(key) != KEY_BYTES:
        raise KeyUnavailable(f"{path.name} does not hold {KEY_BYTES} bytes")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Keyring:
    """Wraps and unwraps recordings' data keys under the KEK (AES-256-GCM, the recording's id as associated data)."""

    def __init__(self, kek: bytes) -> None:
        self._kek = AESGCM(kek)

    def fresh(self) -> bytes:
        """Return a random data key."""
        return secrets.token_bytes(KEY_BYTES)

    def wrap(self, recording: str, dek: bytes) -> bytes:
        """Return version, nonce and sealed key."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._kek.encrypt(nonce, dek, recording.encode())

    def unwrap(self, recording: str, wrapped: bytes) -> bytes:
        """Return the data key. Raises KeyUnavailable when the key was destroyed, altered, or wrapped by another KEK."""
        if wrapped[:1] != _VERSION:
            raise KeyUnavailable("the recording's key is not there")
        nonce, sealed = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        try:
            return self._kek.decrypt(nonce, sealed, recording.encode())
        except (InvalidTag, ValueError):
            raise KeyUnavailable("the recording's key was wrapped by another key-encryption key") from None


class PepperedSecrets:
    """What may be stored of a secret: HMAC-SHA-256 under the pepper over its kind and itself (port Secrets)."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def digest(self, kind: str, secret: str) -> bytes:
        """Return 32 bytes; equal secrets of different kinds differ."""
        return hmac.digest(self._pepper, f"{kind}\0{secret}".encode("utf-8", "replace"), "sha256")
