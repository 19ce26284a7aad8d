"""KEKs held in this process: from a key file with the older ones beside it, or from an environment variable.

A KEK's name is made of a hash of it, so that the same key has the same name wherever it comes from. Files are looked at
again whenever they change, so that a rotation reaches a running server. Refuses to make a KEK where others lie already.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from concierge.adapters.keys.files import KEY_BYTES, KekLost, KeyUnavailable, load_or_make, make, sync_folder
from concierge.adapters.keys.wrapping import Item, WrapKind

_NONCE_BYTES: Final = 12
_NAME_LABEL: Final = b"concierge kek name\0"
_OLD: Final = ".old-"
_NEW: Final = ".new"
_NOT_OURS: Final = "the recording's key was wrapped by another key-encryption key"


def name_of(kek: bytes) -> str:
    """Return the name of a KEK: "kek-" and 64 bits of a hash, which say nothing about 256 random bits."""
    return "kek-" + hashlib.sha256(_NAME_LABEL + kek).hexdigest()[:16]


class HeldKeks:
    """A Wrapping over keys in memory; the first one wraps, every one opens."""

    def __init__(self, words: str, keks: Sequence[bytes]) -> None:
        self.words = words
        self._hold(keks)

    def _hold(self, keks: Sequence[bytes]) -> None:
        self._keks = {name_of(kek): AESGCM(kek) for kek in keks}
        self._first = name_of(keks[0])

    def __repr__(self) -> str:
        return f"HeldKeks({self.words})"

    def refresh(self) -> None:
        """Look again; keys given as bytes never change."""

    def current(self) -> str:
        """Return the name of the KEK that wraps now."""
        self.refresh()
        return self._first

    def knows(self, kek: str) -> bool:
        """Whether the key is held; "" is a key without a name, which any of ours may open."""
        self.refresh()
        return kek == "" or kek in self._keks

    def wrap(self, items: Sequence[Item]) -> tuple[str, list[bytes]]:
        """Seal each under the first key."""
        self.refresh()
        gcm = self._keks[self._first]
        wrapped = []
        for item in items:
            nonce = secrets.token_bytes(_NONCE_BYTES)
            wrapped.append(bytes([WrapKind.KEK]) + nonce + gcm.encrypt(nonce, item.secret, item.context))
        return self._first, wrapped

    def unwrap(self, kek: str, items: Sequence[Item]) -> list[bytes]:
        """Open each under the named key, or under whichever opens it when there is no name."""
        self.refresh()
        if kek and kek not in self._keks:
            raise KekLost(_NOT_OURS)
        keys = [self._keks[kek]] if kek else list(self._keks.values())
        return [_open(keys, item) for item in items]


def _open(keys: Sequence[AESGCM], item: Item) -> bytes:
    nonce, sealed = item.secret[1 : 1 + _NONCE_BYTES], item.secret[1 + _NONCE_BYTES :]
    for gcm in keys:
        try:
            return gcm.decrypt(nonce, sealed, item.context)
        except (InvalidTag, ValueError):
            continue
    raise KekLost(_NOT_OURS)


class FileKeks(HeldKeks):
    """The KEK in a file, and earlier ones in `<file>.old-<name>` beside it."""

    def __init__(self, path: Path, *, may_make: bool = False) -> None:
        self.path = path
        if not may_make and not path.exists():
            raise KeyUnavailable(f"{path.name} is not there")
        load_or_make(path)
        self._stamp = self._look()
        super().__init__(f"file {path.name}", self._read())

    def refresh(self) -> None:
        """Read the files again when any of them has changed."""
        stamp = self._look()
        if stamp != self._stamp:
            self._hold(self._read())
            self._stamp = stamp

    def _files(self) -> list[Path]:
        return [self.path, *sorted(self.path.parent.glob(f"{self.path.name}{_OLD}*"))]

    def _read(self) -> list[bytes]:
        return [load_or_make(file) for file in self._files() if file.exists() or file == self.path]

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        try:
            return tuple((file.name, file.stat().st_ino, file.stat().st_mtime_ns) for file in self._files())
        except OSError as error:
            raise KeyUnavailable(f"{self.path.name} cannot be read: {error.strerror}") from None

    def old(self) -> dict[str, Path]:
        """Return the earlier KEKs' files, by name."""
        return {name_of(load_or_make(file)): file for file in self._files()[1:]}

    def renew(self) -> str:
        """Make a new KEK; the one so far is kept beside it. Returns the new name. A kill half-way loses no key.

        The order is: new key written, old key linked under its old name, new key renamed over. At every moment the file
        holds a whole key, and every key that ever wrapped anything is in one of the files.
        """
        before = self.current()
        new, kept = (
            self.path.with_name(self.path.name + _NEW),
            self.path.with_name(f"{self.path.name}{_OLD}{before}"),
        )
        try:
            new.unlink(missing_ok=True)
            make(new)
            if not kept.exists():
                kept.hardlink_to(self.path)
            new.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise KeyUnavailable(
                f"a new key cannot be made beside {self.path.name}: {error.strerror}"
            ) from None
        return self.current()


def of_text(words: str, text: str) -> HeldKeks:
    """Return the KEK written in an environment variable: 32 bytes as base64 or 64 hexadecimal digits."""
    stripped = text.strip()
    try:
        if len(stripped) == 2 * KEY_BYTES:
            kek = bytes.fromhex(stripped)
        else:
            kek = base64.b64decode(
                stripped, altchars=b"-_" if {"-", "_"} & set(stripped) else None, validate=True
            )
    except (ValueError, binascii.Error):
        kek = b""
    if len(kek) != KEY_BYTES:
        raise KeyUnavailable(f"{words} does not hold {KEY_BYTES} bytes, as base64 or in hexadecimal")
    return HeldKeks(words, [kek])
