"""The high-water mark of time: after a restart the steady clock never begins before what was already on record."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from concierge.services.ports import Clock

_log = structlog.get_logger(__name__)

EVERY_S = 10.0


def read_mark(folder: Path) -> int:
    """Return the kept mark in milliseconds since the epoch; 0 when there is none that can be read."""
    try:
        text = (folder / "clock").read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return 0
    return int(text) if text.isascii() and text.isdecimal() else 0


def write_mark(folder: Path, now_ms: int) -> None:
    """Keep a mark: written aside, then renamed, so that it is never half there."""
    aside = folder / "clock.new"
    aside.write_text(str(now_ms), encoding="ascii")
    aside.replace(folder / "clock")


async def keep_mark(folder: Path, clock: Clock) -> None:
    """Keep the mark now and every EVERY_S, until cancelled. A full disk is the recorder's to complain about."""
    while True:
        try:
            write_mark(folder, clock.now())
        except OSError as error:
            _log.warning("clock_mark_not_kept", reason=error.strerror)
        await asyncio.sleep(EVERY_S)
