"""Heads come back, and a head that says anything impossible is refused even when it is properly signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recorder import chain, events, manifest
from recorder.errors import NewerGenerationError, TruncatedError, VerificationError
from recorder.limits import MAX_HEAD_BYTES, MAX_NUMBER
from recorder.manifest import EpochHeader, Header, Opening, TornPiece, read_head
from tests.recorder.studio import HEADER, PINNED, epochs, fixed, signer

SIGNER = signer(PINNED, HEADER.recording_id, 0)


def signed(fields: dict[str, Any], commitments: dict[int, bytes] | None = None) -> bytes:
    packed = events.canonical(fields)
    unsigned = manifest.pack_unsigned(packed, commitments or {7: bytes(32)})
    previous = bytes.fromhex(fields["previous"]) if len(str(fields.get("previous"))) == 64 else bytes(32)
    return unsigned + SIGNER.private.sign(chain.genesis(previous, unsigned))


def fields() -> dict[str, Any]:
    header = EpochHeader(
        header=HEADER,
        epoch=0,
        opening=Opening.RECOVERED,
        first_segment=0,
        previous=chain.START,
        salt=fixed("salt"),
        signer=SIGNER.public,
        certificate=SIGNER.certificate,
        installation=SIGNER.installation,
        found=(TornPiece("torn-0000.bin", 12, fixed("piece")),),
    )
    return events.parse(header.pack())


def test_a_head_comes_back() -> None:
    raw = signed(fields(), {1: fixed("a"), 200: fixed("b")})
    head = read_head(raw + b"segments")
    assert head.size == len(raw)
    assert head.header.header == HEADER
    assert head.header.found == (TornPiece("torn-0000.bin", 12, fixed("piece")),)
    assert head.commitments == {1: fixed("a"), 200: fixed("b")}


def test_a_head_cut_short_anywhere_is_truncated() -> None:
    head = epochs(1)[0].head
    for length in range(len(head)):
        with pytest.raises(TruncatedError) as refused:
            read_head(head[:length])
        assert refused.value.reason == "the bytes end inside the head"
    assert read_head(head).size == len(head)


def test_the_size_limit_of_a_head_is_told_before_its_bytes_are_there() -> None:
    with pytest.raises(TruncatedError):
        read_head(b"CREC\0\1" + MAX_HEAD_BYTES.to_bytes(4, "big"))
    with pytest.raises(VerificationError) as refused:
        read_head(b"CREC\0\1" + (MAX_HEAD_BYTES + 1).to_bytes(4, "big"))
    assert refused.value.reason == "a head over the size limit"


def test_a_flipped_signature_is_that_of_the_head() -> None:
    head = epochs(1)[0].head
    with pytest.raises(VerificationError) as refused:
        read_head(head[:-1] + bytes([head[-1] ^ 1]))
    assert refused.value.reason == "the signature of the head does not hold"
    with pytest.raises(VerificationError) as refused:
        read_head(b"RIFF" + head[4:])
    assert refused.value.reason == "no recording begins here"


@pytest.mark.parametrize("count", [0, 33])
def test_the_number_of_classes_is_told(count: int) -> None:
    unsigned = manifest.pack_unsigned(events.canonical(fields()), {n: bytes(32) for n in range(1, count + 1)})
    with pytest.raises(VerificationError) as refused:
        read_head(unsigned + SIGNER.private.sign(chain.genesis(bytes(32), unsigned)))
    assert refused.value.reason == "a head with an impossible number of classes"


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": -1},
        {"epoch": 10_000},
        {"epoch": True},
        {"epoch": "0"},
        {"first_segment": -1},
        {"opened_at_ms": "0"},
        {"opened_at_ms": None},
        {"opening": "reopened"},
        {"recording_id": "with space"},
        {"recording_id": ""},
        {"ticket_id": "x" * 129},
        {"session_id": 7},
        {"salt": "00"},
        {"salt": "ZZ" * 32},
        {"signer": "00" * 31},
        {"found": {}},
        {"found": [1]},
        {"found": [{"bytes": 1, "file": "../../etc/passwd", "sha256": "00" * 32}]},
        {"found": [{"bytes": 1, "file": "torn-0000.bin", "sha256": "00" * 32, "more": 1}]},
        {"found": [{"bytes": 1}] * 101},
        {"surprise": 1},
        {"salt": None},
    ],
    ids=str,
)
def test_an_impossible_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(VerificationError):
        read_head(signed({**fields(), **change}))


@pytest.mark.parametrize("value", [2**53, 1.5, float("nan")], ids=str)
def test_a_number_that_not_every_language_reads_exactly_is_refused(value: float) -> None:
    raw = events.canonical({**fields(), "opened_at_ms": 7_777_777})
    packed = raw.replace(b"7777777", json.dumps(value).encode())
    unsigned = manifest.pack_unsigned(packed, {7: bytes(32)})
    with pytest.raises(VerificationError, match="JSON"):
        read_head(unsigned + SIGNER.private.sign(chain.genesis(bytes(32), unsigned)))


@pytest.mark.parametrize("count", [1, 32])
def test_a_head_with_as_many_classes_as_allowed_is_read(count: int) -> None:
    raw = signed(fields(), {n: bytes(32) for n in range(1, count + 1)})
    assert list(read_head(raw).commitments) == list(range(1, count + 1))


@pytest.mark.parametrize("classes", [(2, 1), (2, 2), (0, 1)])
def test_a_class_that_does_not_rise_is_refused(classes: tuple[int, int]) -> None:
    raw = manifest.pack_unsigned(events.canonical(fields()), {1: bytes(32), 2: bytes(32)})
    table = b"".join(bytes([cls]) + bytes(32) for cls in classes)
    unsigned = raw[: -len(table)] + table
    with pytest.raises(VerificationError, match=r"^the classes of a head are not in order$"):
        read_head(unsigned + SIGNER.private.sign(chain.genesis(bytes(32), unsigned)))


def test_as_many_torn_pieces_as_allowed_are_read_and_no_more() -> None:
    def pieces(count: int) -> list[dict[str, object]]:
        return [{"bytes": n, "file": f"torn-{n:04d}.bin", "sha256": "00" * 32} for n in range(count)]

    assert len(read_head(signed({**fields(), "found": pieces(100)})).header.found) == 100
    with pytest.raises(VerificationError, match="impossible") as refused:
        read_head(signed({**fields(), "found": pieces(101)}))
    assert str(refused.value.__cause__) == "not a list of pieces"


def test_a_head_of_generation_0_is_read_under_its_own_labels() -> None:
    head = read_head(epochs(1, generation=0)[0].head)
    assert (head.generation, head.header.header) == (0, HEADER)
    relabelled = bytearray(epochs(1, generation=0)[0].head)
    relabelled[5] = 1
    with pytest.raises(VerificationError, match="signature"):
        read_head(bytes(relabelled))


def test_reasons_are_whole_sentences() -> None:
    for change, reason, cause in (
        ({"surprise": 1}, "the head holds fields this generation does not have", "None"),
        ({"epoch": -1}, "the head lacks a field or holds an impossible one", "not a number in range"),
        (
            {"found": [{"bytes": 1, "file": "x", "sha256": ""}]},
            "the head lacks a field or holds an impossible one",
            "not a torn piece",
        ),
    ):
        with pytest.raises(VerificationError) as refused:
            read_head(signed({**fields(), **change}))
        assert (refused.value.reason, str(refused.value.__cause__)) == (reason, cause)


def test_a_missing_field_is_refused() -> None:
    for name in fields():
        less = {key: value for key, value in fields().items() if key != name}
        with pytest.raises(VerificationError):
            read_head(signed({"previous": None, **less} if name == "previous" else less))


def test_a_certificate_for_another_epoch_is_refused() -> None:
    with pytest.raises(VerificationError, match="certificate"):
        read_head(signed({**fields(), "epoch": 1}))


def test_classes_out_of_order_are_refused() -> None:
    raw = manifest.pack_unsigned(events.canonical(fields()), {1: bytes(32), 2: bytes(32)})
    swapped = raw[: -2 * 33] + raw[-33:] + raw[-66:-33]
    with pytest.raises(VerificationError, match="order"):
        read_head(swapped + SIGNER.private.sign(chain.genesis(chain.START, swapped)))


def test_what_is_no_recording_or_a_newer_one_is_told_apart() -> None:
    head = epochs(1)[0].head
    with pytest.raises(VerificationError, match="no recording"):
        read_head(b"RIFF" + head[4:])
    with pytest.raises(NewerGenerationError, match="generation 2"):
        read_head(head[:4] + b"\0\2" + head[6:])


@pytest.mark.parametrize(
    "ids", [("", "s", "t"), ("r", "a b", "t"), ("r", "s", "naïve"), ("r", "s", "t" * 129)]
)
def test_ids_are_opaque_and_printable(ids: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match=r"^a header carries opaque printable ids and a time$"):
        Header(*ids, 0)


def test_a_time_is_one_every_language_reads_exactly() -> None:
    assert [Header("r", "s", "t", at).opened_at_ms for at in (0, MAX_NUMBER)] == [0, MAX_NUMBER]
    for at in (-1, MAX_NUMBER + 1):
        with pytest.raises(ValueError, match="time"):
            Header("r", "s", "t", at)
