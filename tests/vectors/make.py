"""Makes the test vectors: small recordings, good and deliberately bad, each named for its fault.

``python -m tests.vectors.make`` writes them anew beside this file; a test makes them again and compares. Keys and salts
are fixed and public: a second implementation can check every byte. `index.json` says what to expect of each.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recorder.reading import read_recording
from tests.recorder.studio import DEK, PINNED, Epoch, epochs, save
from tests.recorder.zoo import ZOO, good

HERE = Path(__file__).parent
CHOSEN = {
    "a bit of a ciphertext flipped",
    "a final flag given",
    "a middle segment dropped",
    "an epoch's last segment dropped",
    "the final segment dropped",
    "a segment doubled",
    "two segments swapped",
    "a segment of another recording",
    "the heads of another recording",
    "a segment signed by another key",
    "everything signed for another installation",
    "the ticket's id changed",
    "the tail cut by a byte",
    "rubbish behind the final segment",
    "an epoch behind the final segment",
    "a part of 2^32-1 bytes",
}


def cases() -> Iterator[tuple[str, list[Epoch]]]:
    """Each vector's name and bytes."""
    yield "good-closed", epochs(3)
    yield "good-recovered", good()
    for animal in ZOO:
        if animal.name in CHOSEN:
            yield f"{animal.status.value}-{re.sub(r'[^a-z0-9]+', '-', animal.name.lower())}", animal.make()


def expected(directory: Path) -> dict[str, Any]:
    """What a verifier that pins the installation key must say."""
    verdict = read_recording(directory, None, PINNED.public).verdict
    return {
        "chain": verdict.chain.hex(),
        "good": verdict.good,
        "first_bad_segment": verdict.fault.segment if verdict.fault else None,
        "segments": verdict.segments,
        "status": verdict.status.value,
    }


def make(place: Path) -> None:
    """Write every vector and the index."""
    vectors = {name: expected(save(place / name, made)) for name, made in cases()}
    index = {"dek": DEK.hex(), "installation": PINNED.public.hex(), "vectors": vectors}
    (place / "index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
