"""Heads of live recordings, put into the audit log every HEAD_EVERY_MS: how far each durably reaches, and who signs it.

Rule: one transaction for all of them, and none for a recording that has not moved. What fails is tried at the next beat:
the log then says less often how far a recording reached, never something that is not so.
"""

from __future__ import annotations

import asyncio

import structlog

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.domain.ids import RecordingId
from concierge.domain.recording_head import RecordingHead
from concierge.services.leaves import opening_of, recording_leaf
from concierge.services.ports import AuditLeaf
from concierge.services.registry import Registry
from concierge.services.tools import Tools

_log = structlog.get_logger(__name__)


class Heads:
    """Follows every live session's recording."""

    def __init__(self, tools: Tools, registry: Registry) -> None:
        self._tools = tools
        self._registry = registry
        self._told: dict[RecordingId, RecordingHead] = {}

    async def run(self) -> None:
        """Tell the log every HEAD_EVERY_MS, until cancelled."""
        while True:
            await asyncio.sleep(limits.HEAD_EVERY_MS / 1000)
            try:
                await self.tell()
            except ConciergeError as error:
                _log.warning("heads_not_logged", reason=str(error))

    async def tell(self) -> int:
        """Put the heads that moved into the log; return how many. Raises StoreUnavailable."""
        moved: dict[RecordingId, RecordingHead] = {}
        leaves: list[AuditLeaf] = []
        live = {session.decided.recording: session.decided for session in self._registry.all()}
        for recording, session in live.items():
            head, told = self._tools.evidence.head(recording), self._told.get(recording)
            if head is None or (told is not None and told.segments == head.segments):
                continue
            known = max((signer.epoch for signer in told.signers), default=-1) if told is not None else -1
            leaves.append(
                recording_leaf(opening_of(session), "RecordingReached", head, self._tools.clock.now(), known)
            )
            moved[recording] = head
        if leaves:
            await self._tools.audit.append_all(leaves)
        self._told = {key: head for key, head in self._told.items() if key in live} | moved
        return len(leaves)
