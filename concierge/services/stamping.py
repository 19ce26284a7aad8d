"""Time stamps for the audit log: when recordings were closed, the log's head is signed and an authority says when that was.

Rule: one stamp for everything that closed since the last one, on a task of its own. No session and no export waits for it;
what cannot be had now is tried again at the next beat, for as long as it takes.
"""

from __future__ import annotations

import asyncio

import structlog

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.services.audit_port import AuditLog
from concierge.services.export_port import StampedHead, StampStore, StampUnavailable, TimeAuthority
from concierge.services.ports import Clock

_log = structlog.get_logger(__name__)


class Stamping:
    """Stamps heads."""

    def __init__(self, log: AuditLog, stamps: StampStore, authority: TimeAuthority, clock: Clock) -> None:
        self._log = log
        self._stamps = stamps
        self._authority = authority
        self._clock = clock
        self.fault = ""
        """Why the last try failed; "" when it did not."""

    async def run(self) -> None:
        """Stamp every STAMP_EVERY_MS what is due, until cancelled."""
        while True:
            try:
                await self.stamp()
            except ConciergeError as error:
                _log.warning("head_not_stamped", reason=str(error))
            await asyncio.sleep(limits.STAMP_EVERY_MS / 1000)

    async def stamp(self) -> bool:
        """Have the head stamped if a recording was closed since the last; whether one was. Raises StoreUnavailable."""
        if not await self._stamps.wanted():
            return False
        note = await self._log.checkpoint()
        try:
            stamp = await self._authority.stamp(note)
        except StampUnavailable as error:
            self.fault = str(error)
            _log.warning("head_not_stamped", reason=self.fault)
            return False
        self.fault = ""
        await self._stamps.keep(StampedHead(int(note.split(b"\n", 2)[1]), note, stamp), self._clock.wall())
        return True
