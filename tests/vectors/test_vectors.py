"""The committed vectors are those the script makes, and the reader says of each what its index promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recorder.reading import read_recording
from tests.vectors.make import HERE, make

INDEX = json.loads((HERE / "index.json").read_text(encoding="utf-8"))


def committed(place: Path) -> dict[str, bytes]:
    found = (path for path in place.rglob("*") if path.suffix in {".crec", ".json"})
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}


def test_the_vectors_are_those_the_script_makes(tmp_path: Path) -> None:
    make(tmp_path)
    assert committed(HERE) == committed(tmp_path)
    assert all(len(data) < 20_000 for data in committed(HERE).values())


@pytest.mark.parametrize("name", sorted(INDEX["vectors"]))
def test_the_reader_says_what_the_index_promises(name: str) -> None:
    wanted = INDEX["vectors"][name]
    pinned = bytes.fromhex(INDEX["installation"])
    verdict = read_recording(HERE / name, bytes.fromhex(INDEX["dek"]), pinned).verdict
    assert (verdict.status.value, verdict.good) == (wanted["status"], wanted["good"])
    assert (verdict.fault.segment if verdict.fault else None) == wanted["first_bad_segment"]
    assert (verdict.segments, verdict.chain.hex()) == (wanted["segments"], wanted["chain"])
    assert name.split("-", maxsplit=1)[0] in {"good", wanted["status"]}
