"""Key files: 32 random bytes, mode 0600, made once and durably. Refuses key files others may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from concierge.domain.errors import ConciergeError

KEY_BYTES: Final = 32


class KeyUnavailable(ConciergeError):
    """A key is missing, unsafe, destroyed, or not the one a wrapped key was wrapped with. No key stands in its words."""


class KekLost(KeyUnavailable):
    """The key-encryption key that wrapped this is not configured here, or is another one now."""


class KmsSilent(KeyUnavailable):
    """The key management service did not answer in time, or not as its protocol says. It may answer later."""


def load_or_make(path: Path) -> bytes:
    """Return the key in `path`, made there first if nothing is there. Raises KeyUnavailable."""
    try:
        if not path.exists():
            make(path)
        if path.stat().st_mode & 0o077:
            raise KeyUnavailable(f"{path.name} can be read by others: set its mode to 0600")
        key = path.read_bytes()
    except OSError as error:
        raise KeyUnavailable(f"{path.name} cannot be read: {error.strerror}") from None
    if len(key) != KEY_BYTES:
        raise KeyUnavailable(f"{path.name} does not hold {KEY_BYTES} bytes")
    return key


def make(path: Path) -> None:
    """Write a fresh key, durably and never over another file. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
