"""Messages to and from JSON text, with the size limits applied before parsing. Raises WireError only."""

from __future__ import annotations

import json
import re
from typing import Any

from concierge.domain import limits
from concierge.domain.errors import BadInput, ConciergeError
from concierge.domain.plain import from_plain, to_plain
from concierge.wire import between, messages, trust


class WireError(ConciergeError):
    """A message that is not one of ours; `str(error)` names the fault without repeating the content."""


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_BASES = (messages.Message, messages.ClientMessage, messages.ServerMessage)


def _of(base: type[messages.Message]) -> dict[str, type[messages.Message]]:
    return {
        _snake(cls.__name__): cls
        for cls in (*vars(messages).values(), *vars(between).values(), *vars(trust).values())
        if isinstance(cls, type) and issubclass(cls, base) and cls not in _BASES
    }


CLIENT_MESSAGES: dict[str, type[messages.Message]] = _of(messages.ClientMessage)
SERVER_MESSAGES: dict[str, type[messages.Message]] = _of(messages.ServerMessage)
_TYPE_OF = {cls: name for name, cls in (CLIENT_MESSAGES | SERVER_MESSAGES).items()}


def read_request(text: str) -> tuple[int, messages.ClientMessage]:
    """Return (request id, message); the id is 0 when the page sent none. Raises WireError."""
    if len(text.encode("utf-8", "surrogatepass")) > limits.SOCKET_MESSAGE_MAX_BYTES:
        raise WireError("message too large")
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise WireError("not JSON") from None
    if not isinstance(document, dict):
        raise WireError("not an object")
    request = document.pop("id", 0)
    if type(request) is not int or not 0 <= request < 2**53:
        raise WireError("a bad request id")
    return request, read_client_document(document)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what one reader takes for this and another for that (RFC 8259 section 4)."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise WireError("a name stands twice in an object")
    return fields


def _no_constant(_name: str) -> None:
    raise WireError("not JSON")


def read_client_document(document: dict[str, Any]) -> messages.ClientMessage:
    """Return the message of a parsed object with its `type`. Raises WireError."""
    fields = dict(document)
    name = fields.pop("type", None)
    kind = CLIENT_MESSAGES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise WireError("unknown message type")
    try:
        message: messages.ClientMessage = from_plain(kind, fields)
    except BadInput as error:
        raise WireError(str(error)) from None
    _check_text(fields)
    return message


def _check_text(value: Any) -> None:
    """Refuse NUL, which no keyboard sends and no database keeps. Called after the shape is known, so it ends."""
    if isinstance(value, str):
        if "\0" in value:
            raise WireError("text that is not valid")
    elif isinstance(value, dict):
        for item in value.values():
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)


def write(message: messages.Message) -> str:
    """Return the JSON text of a message of ours."""
    return json.dumps(
        {"type": _TYPE_OF[type(message)], **to_plain(message)}, separators=(",", ":"), ensure_ascii=False
    )
