"""Frozen dataclasses to and from plain JSON values, strictly by their annotations. Pure; raises BadInput only.

Understood: dataclasses, StrEnum, NewType over str, str, int, bool, None, tuple, frozenset and unions with None. Whole
numbers are those that every reader of JSON keeps exactly (RFC 8259 section 6); text is what UTF-8 can carry. An error
names the field and what belongs there, never what came: that may be long, secret or not even text.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any

from concierge.domain.errors import BadInput

EXACT = 2**53
_NAMES: dict[Any, str] = {str: "text", int: "a whole number", bool: "true or false"}


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
    fields = {item.name: item for item in dataclasses.fields(kind)}
    if not document.keys() <= fields.keys():
        raise BadInput(f"{kind.__name__} has only these fields: {', '.join(fields) or 'none'}")
    for name, item in fields.items():
        if name not in document and item.default is dataclasses.MISSING:
            raise BadInput(f"{kind.__name__} needs {name}")
    values = {}
    for name, value in document.items():
        try:
            values[name] = _typed(_hints(kind)[name], value)
        except _Unfit as unfit:
            raise BadInput(f"{kind.__name__}: {name} is {unfit}") from None
    return kind(**values)


class _Unfit(Exception):
    """What belongs where something else was found."""


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
        return _word(hint, value)
    if type(value) is not hint:
        raise _Unfit(_NAMES[hint])
    if hint is int and not -EXACT < value < EXACT:
        raise _Unfit("a whole number below 2^53")
    if hint is str and not _carried(value):
        raise _Unfit("text that UTF-8 can carry")
    return value


def _carried(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _word(hint: type[StrEnum], value: Any) -> StrEnum:
    if isinstance(value, str) and value in {item.value for item in hint}:
        return hint(value)
    raise _Unfit(f"one of the words of {hint.__name__}")


def _sequence(origin: Any, arguments: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list):
        raise _Unfit("a list")
    if origin is tuple and arguments[-1] is not ...:
        if len(value) != len(arguments):
            raise _Unfit(f"a list of {len(arguments)}")
        return tuple(_typed(kind, item) for kind, item in zip(arguments, value, strict=True))
    items = origin(_typed(arguments[0], item) for item in value)
    if len(items) != len(value):
        raise _Unfit("a list without repetition")
    return items
