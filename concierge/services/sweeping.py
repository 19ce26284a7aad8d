"""The sweeper: once an hour it deletes what retention says is due and finishes interrupted erasures.

One task with one owner (bootstrap). A run is bounded by SWEEP_MAX_MS, and its fault never ends the task.
"""

from __future__ import annotations

import asyncio

import structlog

from concierge.domain import limits
from concierge.services.keeping import Keeping

_log = structlog.get_logger(__name__)


class Sweeper:
    """Runs `Keeping` on time."""

    def __init__(self, keeping: Keeping, every_ms: int = limits.SWEEP_EVERY_MS) -> None:
        self._keeping = keeping
        self._every_s = every_ms / 1000

    async def run(self) -> None:
        """Sweep now and every hour, until cancelled: what was begun then is finished at the next start."""
        while True:
            try:
                async with asyncio.timeout(limits.SWEEP_MAX_MS / 1000):
                    await self.sweep()
            except Exception:  # noqa: BLE001 - the next sweep tries again
                _log.exception("sweep_failed")
            await asyncio.sleep(self._every_s)

    async def sweep(self) -> int:
        """Finish, then delete batch by batch until nothing is due; return how many recordings were deleted."""
        await self._keeping.finish_what_was_begun()
        count = 0
        while batch := await self._keeping.sweep():
            count += batch
        if count:
            _log.info("recordings_deleted", count=count)
        return count
