"""Events to and from plain JSON values, for the recording and the database.

Unknown names and shapes raise BadInput: an event from the future is not guessed at.
"""

from __future__ import annotations

from typing import Any

from concierge.domain import events as ev
from concierge.domain.errors import BadInput
from concierge.domain.plain import from_plain, to_plain

EVENT_TYPES: dict[str, type[ev.Event]] = {
    cls.__name__: cls
    for cls in vars(ev).values()
    if isinstance(cls, type) and issubclass(cls, ev.Event) and cls not in (ev.Event, ev.Narrowing)
}


def encode(event: ev.Event) -> dict[str, Any]:
    """Return the event as JSON values with its name under "event"."""
    return {"event": type(event).__name__, **to_plain(event)}


def decode(document: Any) -> ev.Event:
    """Return the event of a document made by `encode`. Raises BadInput."""
    name = document.get("event") if isinstance(document, dict) else None
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadInput("unknown event")
    event: ev.Event = from_plain(kind, {key: value for key, value in document.items() if key != "event"})
    return event
