from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import VerificationError
from recorder.log.checkpoint import (
    Checkpoint,
    epoch_of,
    log_key,
    open_checkpoint,
    origin_of,
    sign_checkpoint,
)
from recorder.log.note import SignedNote, check_note, sign_note
from tests.recorder.log.keys import signing_key

EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
PRIVATE = signing_key(bytes(range(32)))
PUBLIC = PRIVATE.public


def test_the_example_of_the_specification() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text() == EXAMPLE
    assert Checkpoint.parse(EXAMPLE + "more\n").extensions == ("more",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        EXAMPLE[:-1],
        EXAMPLE.replace("20852163", "020852163"),
        EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", "٣"),
        EXAMPLE.replace("20852163", "9" * 19),
        EXAMPLE.replace("20852163", "1" * 5000),
        EXAMPLE.replace("20852163", ""),
        EXAMPLE.replace("CsUY", "AAA="),
        EXAMPLE.replace("q2I=", "q2J="),
        EXAMPLE + "\n",
        "example.com\n1\nAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        Checkpoint.parse(text)


@given(st.text(max_size=200))
def test_texts_of_any_kind_are_refused_or_kept_exactly(text: str) -> None:
    try:
        assert Checkpoint.parse(text).text() == text
    except VerificationError:
        return


def test_the_log_signs_with_its_time() -> None:
    checkpoint = Checkpoint(origin_of(PUBLIC), 7, bytes(32))
    note = SignedNote.parse(sign_checkpoint(checkpoint, PRIVATE, 1_790_000_000).encode())
    assert open_checkpoint(note, PUBLIC) == (checkpoint, 1_790_000_000)
    check_note(note, log_key(checkpoint.origin, PUBLIC))


def test_a_checkpoint_needs_the_installation_it_names() -> None:
    other = signing_key()
    checkpoint = Checkpoint(origin_of(PUBLIC), 7, bytes(32))
    text = checkpoint.text()
    for note in (
        sign_checkpoint(checkpoint, other, 1),
        SignedNote(text, (sign_note(text, checkpoint.origin, other),)),
        SignedNote.parse(sign_checkpoint(checkpoint, PRIVATE, 1).encode().replace(b"\n7\n", b"\n8\n")),
    ):
        with pytest.raises(VerificationError):
            open_checkpoint(note, PUBLIC)
    untimed = SignedNote(text, (sign_note(text, checkpoint.origin, PRIVATE),))
    assert open_checkpoint(untimed, PUBLIC) == (checkpoint, None)


def test_a_log_is_named_by_its_key_and_its_epoch() -> None:
    first, second = origin_of(PUBLIC), origin_of(PUBLIC, "restored-1790000000")
    assert (epoch_of(first, PUBLIC), epoch_of(second, PUBLIC)) == ("", "restored-1790000000")
    for foreign in ("example.com", first + "x", origin_of(bytes(32))):
        with pytest.raises(VerificationError):
            epoch_of(foreign, PUBLIC)
