"""Structured logs on standard error: one event a line, JSON when asked for. Secrets are cut out by the name of the key.

Rule: what comes from outside is a value, never part of the event's name, and control characters in it are escaped.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

_SECRET_KEYS: Final = (
    "secret",
    "password",
    "pin",
    "cookie",
    "authorization",
    "api_key",
    "dek",
    "digits",
    "totp",
    "link",
)


def set_up(log_format: str) -> None:
    """Configure structlog and let the standard library's loggers speak through the same pipe."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
        escape_control_characters,
    ]
    render: structlog.types.Processor = structlog.processors.JSONRenderer(sort_keys=True)
    if log_format == "console":
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_arguments: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )
    handler = _StandardError()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("concierge").setLevel(logging.INFO)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment: it may have been exchanged since this was set up."""

    def emit(self, record: logging.LogRecord) -> None:
        self.setStream(sys.stderr)
        super().emit(record)


def hide_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every key that sounds like a secret."""
    for key in event:
        if any(word in key.lower() for word in _SECRET_KEYS):
            event[key] = "(hidden)"
    return event


def escape_control_characters(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Escape what could forge a line or drive a terminal: C0, C1, and direction overrides."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = "".join(letter if _harmless(letter) else f"\\u{ord(letter):04x}" for letter in value)
    return event


def _harmless(letter: str) -> bool:
    number = ord(letter)
    return not (
        number < 32 or 127 <= number < 160 or 0x202A <= number <= 0x202E or 0x2066 <= number <= 0x2069
    )
