"""The committed vectors are those the script makes, and the reader says of each what its index promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recorder.envelope import ContentKeys
from recorder.reading import read_recording
from tests.vectors.make import HERE, make, reasons, records_digest, said

INDEX = json.loads((HERE / "index.json").read_text(encoding="utf-8"))
PINNED = bytes.fromhex(INDEX["installation"])
REASONS: dict[str, list[str | None]] = json.loads((HERE / "reasons.json").read_text(encoding="utf-8"))
VECTORS: dict[str, dict[str, Any]] = INDEX["vectors"]


def committed(place: Path) -> dict[str, bytes]:
    found = (path for path in place.rglob("*") if path.suffix in {".crec", ".json", ".bin"})
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}


def keys_of(vector: dict[str, Any]) -> ContentKeys:
    given: dict[str, str] = vector["keys"]
    if "*" in given:
        return bytes.fromhex(given["*"])
    return {int(cls): bytes.fromhex(key) for cls, key in given.items()}


def test_a_fault_has_a_reason_and_nothing_else_has_one() -> None:
    for name, vector in VECTORS.items():
        faults = [vector["verdict"]["fault"], vector["opened"]["verdict"]["fault"]]
        assert [reason is None for reason in REASONS[name]] == [fault is None for fault in faults]


def test_the_vectors_are_those_the_script_makes(tmp_path: Path) -> None:
    make(tmp_path)
    made, kept = committed(tmp_path), committed(HERE)
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []
    assert all(len(data) < 20_000 for name, data in kept.items() if name != "index.json")


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_the_reader_says_what_the_index_promises(name: str) -> None:
    vector = VECTORS[name]
    assert said(read_recording(HERE / name, None, PINNED).verdict) == vector["verdict"]
    assert said(read_recording(HERE / name).verdict) == vector["unpinned"]
    opened = read_recording(HERE / name, keys_of(vector), PINNED)
    assert said(opened.verdict) == vector["opened"]["verdict"]
    assert records_digest(opened) == vector["opened"]["records"]
    assert reasons(HERE / name, keys_of(vector)) == REASONS[name]


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_vector_is_what_its_name_says(name: str) -> None:
    verdict, opened = VECTORS[name]["verdict"], VECTORS[name]["opened"]["verdict"]
    kind = name.split("-", maxsplit=1)[0]
    if kind == "content":
        assert (verdict["status"], opened["status"]) == ("ok", "bad")
        assert opened["fault"]["segment"] == 1
    else:
        assert verdict["status"] == opened["status"] == {"good": "ok"}.get(kind, kind)
    assert (verdict["exit_code"] == 0) == verdict["good"] == (kind in {"good", "content"})
    assert VECTORS[name]["unpinned"]["exit_code"] != 0
