"""How much room the disk under the recordings has, in four levels, before it is too late to say so.

Evidence is never rotated away: when there is less and less room, people are warned, then no session is opened, then the
running ones pause while what is kept in reserve still lets each of them close cleanly. Rule: a level is left only when
there is a quarter more room than it began with, so that nothing flickers; a disk that does not answer keeps its level.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import structlog

from concierge.domain import limits

_log = structlog.get_logger(__name__)

DEFAULT_WARN_PERCENT = 10
DEFAULT_REFUSE_PERCENT = 5
DEFAULT_RESERVE_MB = 256


class DiskLevel(IntEnum):
    """How bad it is, rising."""

    PLENTY = 0
    LOW = 1
    """Warn."""
    NEARLY_FULL = 2
    """And open no session."""
    FULL = 3
    """And pause those that run: what is left is for closing them."""


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Bytes: all there are, and those that we may still write."""

    total: int
    free: int


class Disk(Protocol):
    """The file system under the recordings."""

    def space(self) -> DiskSpace:
        """Return how much there is. May block; raises OSError."""


@dataclass(frozen=True, slots=True)
class DiskRules:
    """Where levels begin. On a small disk the reserve is at most half of what no session is opened under."""

    warn_percent: int = DEFAULT_WARN_PERCENT
    refuse_percent: int = DEFAULT_REFUSE_PERCENT
    reserve_bytes: int = DEFAULT_RESERVE_MB * 1024 * 1024

    def level(self, space: DiskSpace, before: DiskLevel = DiskLevel.PLENTY) -> DiskLevel:
        """Return the level of a disk that was at `before`."""
        refuse = space.total * self.refuse_percent // 100
        begins = {
            DiskLevel.FULL: min(self.reserve_bytes, refuse // 2),
            DiskLevel.NEARLY_FULL: refuse,
            DiskLevel.LOW: space.total * self.warn_percent // 100,
        }
        for level, below in begins.items():
            calm = limits.DISK_CALM_PERCENT if before >= level else 100
            if space.free * 100 < below * calm:
                return level
        return DiskLevel.PLENTY


class DiskWatch:
    """Looks every DISK_LOOK_EVERY_MS; `level` and `space` are what it last saw. Without a disk there is plenty."""

    def __init__(self, disk: Disk | None = None, rules: DiskRules | None = None) -> None:
        self._disk = disk
        self._rules = rules or DiskRules()
        self._asked: asyncio.Task[DiskSpace] | None = None
        self.level = DiskLevel.PLENTY
        self.space = DiskSpace(0, 0)

    async def takes_more(self, size: int) -> bool:
        """Whether so many bytes more still leave room for new sessions. Raises OSError."""
        if self._disk is None:
            return True
        space = await asyncio.to_thread(self._disk.space)
        return self._rules.level(DiskSpace(space.total, space.free - size)) < DiskLevel.NEARLY_FULL

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(limits.DISK_LOOK_EVERY_MS / 1000)

    async def look(self) -> None:
        """Look once, for at most DISK_LOOK_WAIT_MS. A disk that hangs is asked once, not again and again."""
        if self._disk is None:
            return
        if self._asked is None:
            self._asked = asyncio.create_task(asyncio.to_thread(self._disk.space), name="disk space")
        done, _ = await asyncio.wait({self._asked}, timeout=limits.DISK_LOOK_WAIT_MS / 1000)
        if not done:
            return
        asked, self._asked = self._asked, None
        try:
            self.space = asked.result()
        except OSError as error:
            _log.warning("disk_does_not_tell", reason=error.strerror)
            return
        level = self._rules.level(self.space, self.level)
        if level is not self.level:
            tell = _log.error if level > self.level else _log.info
            tell("disk_level", level=level.name.lower(), free=self.space.free, total=self.space.total)
            self.level = level
