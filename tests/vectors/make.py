"""Makes the test vectors: small recordings, good and deliberately bad, each named for its fault.

``python -m tests.vectors.make`` writes them anew beside this file; a test makes them again and compares. Keys and salts
are fixed and public: a second implementation can check every byte. `index.json` says what to expect of each; what its
fields mean is written in docs/recording-format.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recorder.cli import exit_code
from recorder.envelope import ContentKeys
from recorder.errors import VerificationError
from recorder.reading import Reading, read_recording
from recorder.records import pack
from recorder.verdict import Verdict
from tests.recorder.studio import DEK, KEYS, PINNED
from tests.recorder.zoo import ZOO
from tests.vectors import rare

HERE = Path(__file__).parent
Files = Mapping[str, bytes]


def cases() -> Iterator[tuple[str, Files, ContentKeys]]:
    """Each vector's name, its files and its content keys."""
    for name, files in rare.cases():
        yield name, files, KEYS
    for name, files in rare.under_one_key():
        yield name, files, DEK
    for animal in ZOO:
        name = f"{animal.status.value}-{re.sub(r'[^a-z0-9]+', '-', animal.name.lower())}"
        yield name, rare.files(animal.make()), DEK


def said(verdict: Verdict) -> dict[str, Any]:
    """What a second implementation must say too; reasons are for people and not compared."""
    fields = verdict.fields()
    del fields["header"], fields["installation"]
    if fields["fault"] is not None:
        del fields["fault"]["reason"]
    return {**fields, "exit_code": exit_code(verdict)}


def records_digest(reading: Reading) -> dict[str, Any]:
    """How many records the keys open, and SHA-256 over all of them, each as `u8 class || record`, with order 0."""
    value, count = hashlib.sha256(), 0
    try:
        for record in reading.records():
            value.update(bytes([record.cls]) + pack(record, 0))
            count += 1
    except VerificationError as error:  # pragma: no cover - what was verified reads again
        raise AssertionError from error
    return {"count": count, "sha256": value.hexdigest()}


def expected(directory: Path, keys: ContentKeys) -> dict[str, Any]:
    """What a verifier must say that pins the installation key; without a pinned key; and with the content keys."""
    opened = read_recording(directory, keys, PINNED.public)
    return {
        "keys": {"*": keys.hex()}
        if isinstance(keys, bytes)
        else {str(cls): key.hex() for cls, key in keys.items()},
        "opened": {"records": records_digest(opened), "verdict": said(opened.verdict)},
        "unpinned": said(read_recording(directory).verdict),
        "verdict": said(read_recording(directory, None, PINNED.public).verdict),
    }


def reasons(directory: Path, keys: ContentKeys) -> list[str | None]:
    """What our reader tells people: without keys, and with them. Words are ours and no part of the format."""
    verdicts = [read_recording(directory, given, PINNED.public).verdict for given in (None, keys)]
    return [verdict.fault.reason if verdict.fault else None for verdict in verdicts]


def make(place: Path) -> None:
    """Write every vector and the index."""
    vectors = {}
    for name, files, keys in cases():
        (place / name).mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (place / name / file).write_bytes(data)
        vectors[name] = expected(place / name, keys)
    told = {name: reasons(place / name, keys) for name, _files, keys in cases()}
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    (place / "reasons.json").write_text(text + "\n", encoding="utf-8")
    index = {"format": 1, "installation": PINNED.public.hex(), "vectors": vectors}
    (place / "index.json").write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
