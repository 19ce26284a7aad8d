"""Two implementations, one verdict: TypeScript and Python agree on every vector and on every mutation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recorder.envelope import ContentKeys
from recorder.errors import UnreadableRecordingError, WrongKeyError
from recorder.reading import read_recording
from tests.vectors.make import HERE, records_digest
from tests.vectors.mutations import mutations
from tests.vectors.second import Question, Second, comparable
from tests.vectors.test_vectors import PINNED, VECTORS, committed, keys_of

SEED = 20_261_121
MUTATIONS, MANY = 2_000, 20_000
MOST_READ = 2**20
"""Read ahead; a larger piece is read only for a segment whose header says so and holds."""


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Second:
    return Second(tmp_path_factory.mktemp("second"))


def ways(name: str) -> Iterator[tuple[bytes | None, ContentKeys | None, dict[str, Any]]]:
    vector = VECTORS[name]
    yield PINNED, None, {"verdict": vector["verdict"]}
    yield None, None, {"verdict": vector["unpinned"]}
    yield PINNED, keys_of(vector), vector["opened"]


def test_the_second_implementation_says_what_the_index_promises(second: Second) -> None:
    asked = [(name, *way) for name in sorted(VECTORS) for way in ways(name)]
    answers = second.answers(Question(committed(HERE / name), pin, keys) for name, pin, keys, _ in asked)
    assert len(answers) == 3 * len(VECTORS)
    differ = []
    for (name, _, keys, promised), answer in zip(asked, answers, strict=True):
        found = comparable(answer["verdict"])
        del found["header"], found["installation"]
        if found != comparable(promised["verdict"]) or (keys and answer["records"] != promised["records"]):
            differ.append((name, found, promised))
    assert differ == []


def first(question: Question, place: Path) -> dict[str, Any]:
    """What the Python implementation says."""
    place.mkdir()
    for file, data in question.files.items():
        (place / file).write_bytes(data)
    try:
        reading = read_recording(place, question.keys, question.pinned)
    except WrongKeyError:
        return {"wrong_key": True}
    except UnreadableRecordingError:
        return {"error": "NoRecording"}
    return {"verdict": comparable(reading.verdict.fields()), "records": records_digest(reading)}


def agree(question: Question, theirs: dict[str, Any], place: Path) -> bool:
    """Whether both say the same. With a wrong key nothing is given out, and the verdict is the one without keys."""
    mine = first(question, place)
    if theirs.get("wrong_key"):
        if not mine.get("wrong_key") and mine["records"]["count"] != 0:
            return False
        mine = first(replace(question, keys=None), place.with_suffix(".keyless"))
    if "error" in mine or "error" in theirs:
        return mine.get("error") == theirs.get("error")
    return (
        "verdict" in mine
        and mine["verdict"] == comparable(theirs["verdict"])
        and mine["records"] == theirs["records"]
    )


@pytest.mark.torture
def test_both_say_the_same_of_every_mutation(second: Second, tmp_path: Path, *, torture: bool) -> None:
    cases = list(mutations(SEED, MANY if torture else MUTATIONS))
    answers = second.answers(case.question for case in cases)
    differ = [
        (number, case.name, theirs)
        for number, (case, theirs) in enumerate(zip(cases, answers, strict=True))
        if not agree(case.question, theirs, tmp_path / str(number))
    ]
    assert differ == []
    seen = {answer["verdict"]["status"] for answer in answers if "verdict" in answer}
    assert seen == {"ok", "open", "recovered", "torn", "bad", "unreadable", "erased"}


def test_files_that_claim_to_be_endless_are_refused_within_bounds(second: Second) -> None:
    names = [name for name in sorted(VECTORS) if "epoch-0000.crec" in committed(HERE / name)]
    questions = [Question(committed(HERE / name), PINNED, None, claims=2**52) for name in names]
    alone = [
        Question({"torn-0000.bin": b"", **committed(HERE / name)}, PINNED, None, claims=2**52)
        for name in names
    ]
    for answer in second.answers([*questions, *alone]):
        assert answer["most"] <= MOST_READ
        assert "error" in answer or answer["verdict"]["status"] not in {"ok", "recovered", "open", "erased"}
