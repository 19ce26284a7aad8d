"""Frozen dataclasses to and from plain JSON values, strictly by their annotations. Pure; raises BadInput only.

Understood: dataclasses, StrEnum, NewType over str, str, int, bool, None, tuple, frozenset, dict[str, …] and unions with None.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any

from concierge.domain.errors import BadInput


def to_plain(value: Any) -> Any:
    """Return JSON values for a dataclass; sets come out sorted, enums as their values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, frozenset):
        return sorted(to_plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    return value.value if isinstance(value, StrEnum) else value


def from_plain(kind: Any, document: Any) -> Any:
    """Return a `kind` built from JSON values; every field is checked, none is guessed. Raises BadInput."""
    if not isinstance(document, dict):
        raise BadInput(f"{kind.__name__} is an object")
    names = {item.name for item in dataclasses.fields(kind)}
    unknown = sorted(str(key) for key in document if key not in names)
    if unknown:
        raise BadInput(f"{kind.__name__} has no field {unknown[0]!r}")
    try:
        return kind(**{name: _typed(_hints(kind)[name], item) for name, item in document.items()})
    except (TypeError, ValueError) as error:
        raise BadInput(f"{kind.__name__}: {error}") from None


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _typed(hint: Any, value: Any) -> Any:
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _typed(next(item for item in arguments if item is not type(None)), value)
    if origin in (tuple, frozenset):
        return _sequence(origin, arguments, value)
    if dataclasses.is_dataclass(hint):
        return from_plain(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if type(value) is not hint:
        raise ValueError(f"{type(value).__name__} where {hint.__name__} is expected")
    return value


def _sequence(origin: Any, arguments: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    if origin is frozenset or arguments[-1] is ...:
        return origin(_typed(arguments[0], item) for item in value)
    return tuple(_typed(kind, item) for kind, item in zip(arguments, value, strict=True))
