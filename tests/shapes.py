"""Values of any shape the product declares, made from its annotations: for round trips and for near misses."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of an annotation that domain.plain understands."""
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([st.none() if item is type(None) else values_of(item) for item in arguments])
    if origin is frozenset:
        return st.frozensets(values_of(arguments[0]), max_size=4)
    if origin is tuple and arguments[-1] is ...:
        return st.lists(values_of(arguments[0]), max_size=4).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        named = {item.name: values_of(hints[item.name]) for item in dataclasses.fields(hint)}
        made: st.SearchStrategy[Any] = st.builds(hint, **named)  # type: ignore[arg-type]
        return made
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return {str: TEXT, int: NUMBERS, bool: st.booleans()}[hint]


# JSON as strangers write it.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
