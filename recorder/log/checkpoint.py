"""Checkpoints (c2sp.org/tlog-checkpoint): how many leaves the log has and their root, signed by the installation key.

The log signs each twice under the one name: as a note, and as a cosignature, which carries the time. Both are formats of
C2SP, so anybody's tools read them; an idle log's newest checkpoint differs from the one before in the time alone.
A log is named by its installation key; after a restore it goes on under a further name, its epoch.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from recorder.errors import VerificationError
from recorder.log.cosignature import check_cosignature, cosign
from recorder.log.merkle import HASH_BYTES
from recorder.log.note import NoteKey, SignatureKind, SignedNote, SigningKey, check_note, decoded, sign_note

MAX_SIZE: Final = 2**63 - 1
FIRST_EPOCH: Final = ""
_ORIGIN: Final = "concierge/"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: the log's name, the number of its leaves, their root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note's text."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text. Raises VerificationError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise VerificationError("a checkpoint has at least three lines, and none is empty")
        origin, size, root, *extensions = lines[:-1]
        digits = size.isascii() and size.isdecimal() and len(size) <= 19
        if not digits or str(int(size)) != size or int(size) > MAX_SIZE:
            raise VerificationError("the checkpoint's size is no number")
        raw = decoded(root)
        if len(raw) != HASH_BYTES:
            raise VerificationError("the checkpoint's root is no SHA-256")
        return cls(origin, int(size), raw, tuple(extensions))


def origin_of(installation: bytes, epoch: str = FIRST_EPOCH) -> str:
    """The name of an installation's log: its key's fingerprint, and the label of the epoch behind a restore."""
    return _ORIGIN + hashlib.sha256(installation).hexdigest()[:32] + (f"/{epoch}" if epoch else "")


def epoch_of(origin: str, installation: bytes) -> str:
    """The epoch's label; "" for the first. Raises VerificationError for the name of another installation's log."""
    first = origin_of(installation)
    if origin == first:
        return FIRST_EPOCH
    if not origin.startswith(first + "/"):
        raise VerificationError("the checkpoint is of another installation's log")
    return origin.removeprefix(first + "/")


def log_key(origin: str, installation: bytes) -> NoteKey:
    """The key by which the log signs, as verifiers and witnesses name it."""
    return NoteKey(origin, SignatureKind.NOTE, installation)


def sign_checkpoint(checkpoint: Checkpoint, signing: SigningKey, at_s: int) -> SignedNote:
    """The checkpoint signed by the installation key, at a time in seconds since the epoch."""
    text = checkpoint.text()
    return SignedNote(
        text,
        (sign_note(text, checkpoint.origin, signing), cosign(text, checkpoint.origin, signing, at_s)),
    )


def open_checkpoint(note: SignedNote, installation: bytes) -> tuple[Checkpoint, int | None]:
    """The checkpoint and when it was signed (None: not said). Raises VerificationError unless the installation signed it."""
    checkpoint = Checkpoint.parse(note.text)
    epoch_of(checkpoint.origin, installation)
    check_note(note, log_key(checkpoint.origin, installation))
    timed = NoteKey(checkpoint.origin, SignatureKind.COSIGNATURE, installation)
    at_s = check_cosignature(note, timed) if note.signature_by(timed) else None
    return checkpoint, at_s
