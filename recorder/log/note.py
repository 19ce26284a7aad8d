"""Signed notes (c2sp.org/signed-note): text, an empty line, and signature lines that anybody may add to.

Rule: what is written here is byte-exact, and what is read is accepted only as it would be written. Signatures by keys
that nobody pinned are carried along and believed by nobody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Protocol

from recorder.chain import check
from recorder.errors import VerificationError

MAX_NOTE_BYTES: Final = 64 * 1024
MAX_SIGNATURES: Final = 64
_DASH: Final = "\u2014 "


class SignatureKind(IntEnum):
    """Signature types of the specification that are used here."""

    NOTE = 0x01
    """Ed25519 over the text."""
    COSIGNATURE = 0x04
    """Ed25519 over a time and the text (c2sp.org/tlog-cosignature)."""


class SigningKey(Protocol):
    """An Ed25519 key that signs: the installation's, or a witness's."""

    @property
    def public(self) -> bytes:
        """The 32-byte public half."""

    def sign(self, message: bytes) -> bytes:
        """A 64-byte signature."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key by which notes are checked: its name, what kind of signature it makes, and its 32 public bytes."""

    name: str
    kind: SignatureKind
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def id(self) -> bytes:
        """SHA-256(name || newline || kind || public key), the first four bytes."""
        seed = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(seed).digest()[:4]

    def text(self) -> str:
        """The key in one line, as it is handed around: name+id+base64(kind || public key)."""
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Read such a line. Raises VerificationError."""
        name, _, rest = text.strip().partition("+")
        digits, _, material = rest.partition("+")
        raw = decoded(material)
        try:
            key = cls(name, SignatureKind(raw[0]), raw[1:])
        except (ValueError, IndexError):
            raise VerificationError("the key is of a kind that is not known here") from None
        if len(key.public) != 32 or digits != key.id.hex():
            raise VerificationError("the key does not fit its own name")
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims it, by which key, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line, without its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}"

    def by(self, key: NoteKey) -> bool:
        """Whether this claims to be by `key`; name and id together say so."""
        return (self.name, self.key_id) == (key.name, key.id)

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read one line. Raises VerificationError."""
        name, _, material = line.removeprefix(_DASH).partition(" ")
        raw = decoded(material)
        if not line.startswith(_DASH) or len(raw) < 5:
            raise VerificationError("a line behind the text is no signature")
        check_name(name)
        return cls(name, raw[:4], raw[4:])


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note. `text` ends with a newline and is what was signed."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The whole note."""
        return (self.text + "\n" + "".join(s.line() + "\n" for s in self.signatures)).encode()

    def with_signatures(self, more: Sequence[NoteSignature]) -> SignedNote:
        """The note with further signatures; one by the same key takes the place of the one before."""
        named = {(s.name, s.key_id): s for s in (*self.signatures, *more)}
        return replace(self, signatures=tuple(named.values()))

    def signature_by(self, key: NoteKey) -> NoteSignature | None:
        """The first signature that claims to be by `key`, unchecked."""
        return next((s for s in self.signatures if s.by(key)), None)

    @classmethod
    def parse(cls, raw: bytes) -> SignedNote:
        """Read a note. Raises VerificationError for anything that is not written exactly as the specification says."""
        if len(raw) > MAX_NOTE_BYTES:
            raise VerificationError("the note is too long")
        try:
            whole = raw.decode()
        except UnicodeDecodeError:
            raise VerificationError("the note is not UTF-8") from None
        if any(ord(char) < 0x20 and char != "\n" for char in whole):
            raise VerificationError("the note holds control characters")
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not text or not lines.endswith("\n"):
            raise VerificationError("the note has no text or no signatures")
        found = [NoteSignature.parse(line) for line in lines[:-1].split("\n")]
        if len(found) > MAX_SIGNATURES:
            raise VerificationError("the note has too many signatures")
        return cls(text + "\n", tuple(found))


def sign_note(text: str, name: str, signing: SigningKey) -> NoteSignature:
    """An Ed25519 signature over the text."""
    key = NoteKey(name, SignatureKind.NOTE, signing.public)
    return NoteSignature(name, key.id, signing.sign(text.encode()))


def check_note(note: SignedNote, key: NoteKey) -> None:
    """Raises VerificationError unless `key` signed the text."""
    found = note.signature_by(key)
    if found is None:
        raise VerificationError(f"there is no signature by {key.name}")
    check(key.public, found.signature, note.text.encode(), f"the signature by {key.name}")


def check_name(name: str) -> None:
    """Raises VerificationError for what cannot be a key's name."""
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x20 for char in name):
        raise VerificationError("a key's name is not empty and has no spaces and no plus")


def decoded(text: str) -> bytes:
    """Base64 (RFC 4648, section 4) in its one canonical spelling. Raises VerificationError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise VerificationError("this is no base64") from None
    if base64.b64encode(raw).decode() != text:
        raise VerificationError("this is not the one spelling of its base64")
    return raw
