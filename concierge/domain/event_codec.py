"""Events to and from plain JSON values, for the recording and the database. Generic over the event classes' own types.

Unknown names and shapes raise BadInput: an event from the future is not guessed at.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any

from concierge.domain import events as ev
from concierge.domain.errors import BadInput

EVENT_TYPES: dict[str, type[ev.Event]] = {
    cls.__name__: cls
    for cls in vars(ev).values()
    if isinstance(cls, type) and issubclass(cls, ev.Event) and cls not in (ev.Event, ev.Narrowing)
}


def encode(event: ev.Event) -> dict[str, Any]:
    """Return the event as JSON values with its name under "event"."""
    return {"event": type(event).__name__, **_plain(event)}


def decode(document: dict[str, Any]) -> ev.Event:
    """Return the event of a document made by `encode`. Raises BadInput."""
    name = document.get("event")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadInput(f"unknown event {name!r}")
    fields = {key: value for key, value in document.items() if key != "event"}
    event: ev.Event = _built(kind, fields)
    return event


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _built(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise BadInput(f"{kind.__name__} is an object")
    names = {item.name for item in dataclasses.fields(kind)}
    if not set(value) <= names:
        raise BadInput(f"{kind.__name__} has no field {sorted(set(value) - names)}")
    try:
        return kind(**{name: _typed(_hints(kind)[name], item) for name, item in value.items()})
    except (TypeError, ValueError) as error:
        raise BadInput(f"{kind.__name__}: {error}") from None


def _typed(hint: Any, value: Any) -> Any:
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        return _typed(next(item for item in arguments if item is not type(None)), value)
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise ValueError("a list is expected")
        each = [arguments[0]] * len(value) if origin is frozenset or arguments[-1] is ... else list(arguments)
        return origin(_typed(kind, item) for kind, item in zip(each, value, strict=True))
    if dataclasses.is_dataclass(hint):
        return _built(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if type(value) is not hint:
        raise ValueError(f"{value!r} is not of type {hint.__name__}")
    return value
