from __future__ import annotations

import hashlib
import struct

import pytest

from recorder.errors import VerificationError
from recorder.log.cosignature import check_cosignature, cosign, cosigned_message
from recorder.log.note import NoteKey, NoteSignature, SignatureKind, SignedNote, sign_note
from tests.recorder.log.keys import signing_key

TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
PRIVATE = signing_key(bytes(range(32)))
KEY = NoteKey("witness.example.com/w1", SignatureKind.COSIGNATURE, PRIVATE.public)


def test_the_message_is_the_one_of_the_specification() -> None:
    assert cosigned_message(TEXT, 1679315147).decode() == (
        "cosignature/v1\n"
        "time 1679315147\n"
        "example.com/behind-the-sofa\n"
        "20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_the_published_line_has_the_published_time() -> None:
    line = (
        "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
        "qhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    published = NoteSignature.parse(line)
    assert struct.unpack_from(">Q", published.signature) == (1679315147,)
    assert len(published.signature) == 72
    assert published.line() == line


def test_a_cosignature_is_checked_and_says_when() -> None:
    signature = cosign(TEXT, KEY.name, PRIVATE, 1679315147)
    note = SignedNote(TEXT, (signature,))
    assert check_cosignature(SignedNote.parse(note.encode()), KEY) == 1679315147
    assert signature.key_id == hashlib.sha256(KEY.name.encode() + b"\n\x04" + KEY.public).digest()[:4]


def test_another_text_time_key_or_kind_is_refused() -> None:
    good = cosign(TEXT, KEY.name, PRIVATE, 1679315147)
    later = struct.pack(">Q", 1679315148) + good.signature[8:]
    impossible = struct.pack(">Q", 2**63) + good.signature[8:]
    for note in (
        SignedNote(TEXT.replace("63\n", "64\n"), (good,)),
        SignedNote(TEXT, (NoteSignature(KEY.name, KEY.id, later),)),
        SignedNote(TEXT, (NoteSignature(KEY.name, KEY.id, impossible),)),
        SignedNote(TEXT, (NoteSignature(KEY.name, KEY.id, good.signature[:-1]),)),
        SignedNote(TEXT, (sign_note(TEXT, KEY.name, PRIVATE),)),
        SignedNote(TEXT, (cosign(TEXT, KEY.name, signing_key(), 1),)),
    ):
        with pytest.raises(VerificationError):
            check_cosignature(note, KEY)
