"""Plain values: strict both ways, and errors that name the fault and never the content."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.errors import BadInput
from concierge.domain.plain import from_plain, to_plain
from tests.shapes import JSON, values_of

Name = NewType("Name", str)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Leaf:
    number: int
    on: bool


@dataclass(frozen=True, slots=True)
class Tree:
    name: Name
    colour: Colour
    leaf: Leaf
    colours: frozenset[Colour]
    points: tuple[tuple[int, int], ...]
    maybe: Leaf | None = None
    words: tuple[str, ...] = field(default=())


GOOD: dict[str, Any] = {
    "name": "oak", "colour": "red", "leaf": {"number": 1, "on": True}, "colours": ["blue"], "points": [[1, 2]],
}  # fmt: skip


@given(values_of(Tree))
def test_there_and_back(tree: Tree) -> None:
    assert from_plain(Tree, to_plain(tree)) == tree


def test_sets_come_out_sorted_and_words_as_their_values() -> None:
    tree = from_plain(Tree, {**GOOD, "colours": ["red", "blue"]})
    assert to_plain(tree)["colours"] == ["blue", "red"]
    assert to_plain({"a": (Colour.RED,)}) == {"a": ["red"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 1), ("name", None), ("name", True), ("name", ["oak"]), ("name", "\ud800"), ("name", b"oak"),
        ("colour", "green"), ("colour", 1), ("colour", []), ("colour", {}), ("colour", "RED"), ("colour", None),
        ("leaf", None), ("leaf", []), ("leaf", "x"), ("leaf", {"number": 1}), ("leaf", {"number": 1.0, "on": True}),
        ("leaf", {"number": True, "on": True}), ("leaf", {"number": 1, "on": 1}), ("leaf", {"number": 2**53, "on": True}),
        ("leaf", {"number": -(10**400), "on": True}), ("leaf", {"number": float("nan"), "on": True}),
        ("leaf", {"number": 1, "on": True, "more": 1}),
        ("colours", "red"), ("colours", ["red", "red"]), ("colours", [["red"]]), ("colours", {"red": 1}), ("colours", None),
        ("points", [[1]]), ("points", [[1, 2, 3]]), ("points", [1, 2]), ("points", [[1, "2"]]), ("points", [[1, None]]),
        ("maybe", 0), ("maybe", {}), ("words", ["a", 1]), ("unknown", 1), ("", 1), ("\ud800", 1), ("__class__", "x"),
    ],
)  # fmt: skip
def test_a_zoo_of_values_in_the_wrong_place(name: str, value: object) -> None:
    with pytest.raises(BadInput) as fault:
        from_plain(Tree, {**GOOD, name: value})
    str(fault.value).encode()


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_nothing_is_guessed(missing: str) -> None:
    with pytest.raises(BadInput, match=f"needs {missing}"):
        from_plain(Tree, {name: value for name, value in GOOD.items() if name != missing})


@pytest.mark.parametrize("document", [None, [], "x", 1, True, [GOOD]])
def test_an_object_is_an_object(document: object) -> None:
    with pytest.raises(BadInput, match="is an object"):
        from_plain(Tree, document)


def test_an_error_repeats_nothing_of_what_came() -> None:
    secret = "hunter2-" * 50
    for name in ("colour", "leaf", "points", secret):
        with pytest.raises(BadInput) as fault:
            from_plain(Tree, {**GOOD, name: secret})
        assert "hunter2" not in str(fault.value)
        assert len(str(fault.value)) < 200


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_whatever_comes_it_is_a_tree_or_bad_input(name: str, value: object) -> None:
    try:
        tree = from_plain(Tree, {**GOOD, name: value})
    except BadInput:
        return
    assert from_plain(Tree, to_plain(tree)) == tree
