from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import VerificationError
from recorder.log.note import (
    NoteKey,
    NoteSignature,
    SignatureKind,
    SignedNote,
    check_name,
    check_note,
    sign_note,
)
from tests.recorder.log.keys import signing_key

# The key and the note of the reference implementation's own tests (golang.org/x/mod/sumdb/note).
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT + "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()


def test_the_reference_note_is_written_byte_for_byte() -> None:
    private = signing_key(SEED)
    note = SignedNote(TEXT, (sign_note(TEXT, "PeterNeumann", private),))
    assert note.encode() == NOTE
    assert NoteKey("PeterNeumann", SignatureKind.NOTE, private.public).text() == VKEY


def test_the_reference_note_is_read() -> None:
    note, key = SignedNote.parse(NOTE), NoteKey.parse(VKEY)
    check_note(note, key)
    assert note.encode() == NOTE
    with pytest.raises(VerificationError, match="does not hold"):
        check_note(SignedNote.parse(NOTE.replace(b"answer", b"ANSWER")), key)
    with pytest.raises(VerificationError, match="no signature by"):
        check_note(note, NoteKey("Another", SignatureKind.NOTE, key.public))


def test_mangled_keys_are_refused() -> None:
    for begin in range(len(VKEY)):
        for end in range(begin + 1, len(VKEY) + 1):
            if (begin, end) != (0, len(VKEY)):
                with pytest.raises(VerificationError):
                    NoteKey.parse(VKEY[begin:end])
    for bad in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(VerificationError):
            NoteKey.parse(bad)


BAD_NOTES = {
    "no blank line": NOTE.replace(b"\n\n", b"\n"),
    "no signatures": TEXT.encode() + b"\n",
    "no text": NOTE[len(TEXT) :],
    "no last newline": NOTE[:-1],
    "a control character": NOTE.replace(b"answer", b"ans\twer"),
    "a carriage return": NOTE.replace(b"\n", b"\r\n"),
    "not UTF-8": NOTE.replace(b"answer", b"ans\xffwer"),
    "another dash": NOTE.replace("\u2014".encode(), b"-"),
    "no base64": NOTE.replace(b"x08go", b"x0_go"),
    "base64 not canonical": NOTE.replace(b"nAM=", b"nAN="),
    "an empty line behind": NOTE + b"\n",
    "a foreign line behind": NOTE + b"hello\n",
    "a name with a plus": NOTE.replace(b"PeterNeumann", b"Peter+Neumann"),
    "a signature of nothing": TEXT.encode() + "\n\u2014 a AAAA\n".encode(),
    "too long": TEXT.encode() * 1000 + NOTE,
    "too many signatures": NOTE + NOTE[NOTE.rindex("\u2014".encode()) :] * 64,
}


@pytest.mark.parametrize("fault", BAD_NOTES)
def test_what_is_no_note_is_refused(fault: str) -> None:
    with pytest.raises(VerificationError):
        SignedNote.parse(BAD_NOTES[fault])


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused_or_kept_exactly(raw: bytes) -> None:
    for candidate in (raw, NOTE + raw, raw + NOTE):
        try:
            note = SignedNote.parse(candidate)
        except VerificationError:
            continue
        assert note.encode() == candidate


def test_further_signatures_join_and_replace() -> None:
    private = signing_key()
    note = SignedNote.parse(NOTE).with_signatures([sign_note(TEXT, "w", private)])
    assert [s.name for s in note.signatures] == ["PeterNeumann", "w"]
    again = note.with_signatures([NoteSignature("w", note.signatures[1].key_id, b"x" * 64)])
    assert [s.signature[:1] for s in again.signatures][1:] == [b"x"]


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x01"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(VerificationError):
        check_name(name)
