"""Tombstones come back, and one that says anything impossible is refused even when it is properly signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recorder import events
from recorder.errors import NewerGenerationError, VerificationError
from recorder.limits import MAX_HEAD_BYTES, MAX_SEGMENTS
from recorder.tombstone import Tombstone, read_tombstone
from tests.recorder.studio import HEADER, PINNED, fixed, installation

STONE = Tombstone(HEADER, (2, 6), 12, fixed("chain"), 1_770_000_000_000, "retention", PINNED.public)
LABEL = b"concierge-recorder/v1/erased\0\1"


def signed(change: dict[str, Any], drop: str = "") -> bytes:
    """A tombstone with other fields, signed as it then stands."""
    fields = {**events.parse(STONE.pack(PINNED.sign)), **change}
    fields = {name: value for name, value in fields.items() if name not in {"signature", drop}}
    signature = PINNED.sign(LABEL + events.canonical(fields))
    return events.canonical({**fields, "signature": signature.hex()})


def test_a_tombstone_comes_back() -> None:
    assert read_tombstone(STONE.pack(PINNED.sign)) == STONE
    assert signed({}) == STONE.pack(PINNED.sign)


@pytest.mark.parametrize(
    "change",
    [
        {"classes": []},
        {"classes": [6, 2]},
        {"classes": [2, 2]},
        {"classes": [0]},
        {"classes": [256]},
        {"classes": list(range(1, 34))},
        {"classes": "voice"},
        {"chain": "00"},
        {"segments": MAX_SEGMENTS + 1},
        {"segments": -1},
        {"reason": "Mrs Smith asked"},
        {"reason": ""},
        {"reason": "x" * 129},
        {"erased_at_ms": "now"},
        {"generation": 0},
        {"generation": True},
        {"generation": "1"},
        {"recording_id": "with space"},
        {"installation": "00" * 31},
        {"surprise": 1},
    ],
    ids=str,
)
def test_an_impossible_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(VerificationError, match="impossible"):
        read_tombstone(signed(change))


@pytest.mark.parametrize("name", sorted(events.parse(STONE.pack(PINNED.sign))))
def test_a_missing_field_is_refused(name: str) -> None:
    raw = signed({}, drop=name)
    if name == "signature":
        fields = events.parse(raw)
        del fields["signature"]
        raw = events.canonical(fields)
    with pytest.raises(VerificationError, match="lacks a field"):
        read_tombstone(raw)


def test_only_the_key_it_names_can_have_signed_it() -> None:
    for sign in (installation("forger").sign, lambda message: PINNED.sign(message[1:])):
        with pytest.raises(VerificationError, match="signature of a tombstone"):
            read_tombstone(STONE.pack(sign))


def test_a_newer_one_an_oversized_one_and_no_json_are_told_apart() -> None:
    with pytest.raises(NewerGenerationError, match="generation 2"):
        read_tombstone(signed({"generation": 2}))
    with pytest.raises(VerificationError, match="size limit"):
        read_tombstone(bytes(MAX_HEAD_BYTES + 1))
    with pytest.raises(VerificationError, match="JSON"):
        read_tombstone(b"rest in peace")


def test_an_impossible_tombstone_is_not_written() -> None:
    with pytest.raises(ValueError, match="reason"):
        replace(STONE, reason="a person's name").pack(PINNED.sign)
