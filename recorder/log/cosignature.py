"""Cosignatures (c2sp.org/tlog-cosignature, cosignature/v1): a witness's word, with its time, that a log only grew.

Rule: the time is inside what is signed. Nothing here says that a witness looked; recorder/log/witness.py looks.
"""

from __future__ import annotations

import struct
from typing import Final

from recorder.chain import check
from recorder.errors import VerificationError
from recorder.log.note import NoteKey, NoteSignature, SignatureKind, SignedNote, SigningKey

_HEADER: Final = "cosignature/v1"
_TIME: Final = struct.Struct(">Q")
_SIGNATURE_BYTES: Final = 64


def cosigned_message(text: str, at_s: int) -> bytes:
    """What is signed: two lines, then the whole text of the checkpoint."""
    return f"{_HEADER}\ntime {at_s}\n{text}".encode()


def cosign(text: str, name: str, signing: SigningKey, at_s: int) -> NoteSignature:
    """A cosignature at a time in seconds since the epoch."""
    key = NoteKey(name, SignatureKind.COSIGNATURE, signing.public)
    return NoteSignature(name, key.id, _TIME.pack(at_s) + signing.sign(cosigned_message(text, at_s)))


def check_cosignature(note: SignedNote, key: NoteKey) -> int:
    """The time at which `key` cosigned the note. Raises VerificationError unless it did."""
    found = note.signature_by(key)
    if found is None:
        raise VerificationError(f"there is no cosignature by {key.name}")
    if len(found.signature) != _TIME.size + _SIGNATURE_BYTES:
        raise VerificationError(f"the cosignature by {key.name} has the wrong length")
    (at_s,) = _TIME.unpack_from(found.signature)
    if at_s >= 2**63:
        raise VerificationError(f"the cosignature by {key.name} has no possible time")
    message = cosigned_message(note.text, at_s)
    check(key.public, found.signature[_TIME.size :], message, f"the cosignature by {key.name}")
    return int(at_s)
