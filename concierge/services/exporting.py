"""Taking a recording out of the house: who, why and when go on the audit log first, and into what is handed out.

Rules: a reason is asked for; the leaf is durable before the first byte is made; a time stamp that cannot be had delays
nothing and is simply not there. What is still being recorded is not exported: that would be a way into a live session.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.custody import check_reason
from concierge.domain.errors import Refused
from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording
from concierge.services.audit_port import AuditLog, AuditProof, AuditTree
from concierge.services.export_port import Export, StampedHead, StampStore, StampUnavailable, TimeAuthority
from concierge.services.keeping import Asker
from concierge.services.ports import AuditLeaf
from concierge.services.replay_port import EvidenceReader
from concierge.services.replays import Replays
from concierge.services.tools import Tools

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Proofs:
    """Where an export's proofs come from. Without an authority nothing is stamped."""

    log: AuditLog
    tree: AuditTree
    stamps: StampStore
    authority: TimeAuthority | None = None


class Exports:
    """The use case."""

    def __init__(self, tools: Tools, replays: Replays, reader: EvidenceReader, proofs: Proofs) -> None:
        self._tools = tools
        self._replays = replays
        self._reader = reader
        self._proofs = proofs
        self._at_once = asyncio.Semaphore(limits.EXPORTS_AT_ONCE)

    @property
    def stamping(self) -> bool:
        """Whether an authority is configured."""
        return self._proofs.authority is not None

    @asynccontextmanager
    async def bundle(
        self, asker: Asker, recording: RecordingId, reason: str, about: str
    ) -> AsyncIterator[Path]:
        """Lend a zip file of the recording, with `about` as its README, and delete it afterwards.

        At most EXPORTS_AT_ONCE at a time; one more is refused. Raises Refused, BadInput, EvidenceUnavailable,
        StoreUnavailable.
        """
        row = await self._replays.finished(asker.principal, recording, Act.EXPORT_RECORDING)
        reason = check_reason(reason)
        keys = await self._replays.keys_of(asker.principal, row)
        if self._at_once.locked():
            raise Refused("exports_busy", "as many exports as allowed are being made")
        async with self._at_once:
            export = await self._put_on_record(asker, row, reason, about)
            bundle = await self._reader.bundle(row.id, keys, export, self._stamped)
            try:
                yield bundle
            finally:
                await self._reader.discard(bundle)

    async def _put_on_record(self, asker: Asker, row: Recording, reason: str, about: str) -> Export:
        ticket = await self._tools.tickets.get(row.ticket)
        at_ms, role = self._tools.clock.wall(), asker.principal.role
        told = {"reason": reason, "role": role, "session": row.session, "ticket": row.ticket}
        detail = json.dumps(told, sort_keys=True)
        leaf = AuditLeaf(at_ms, "RecordingExported", asker.principal.id, row.id, detail)
        number = await self._tools.audit.append(leaf)
        closed = await self._closed(row.id)
        return Export(
            recording=row.id,
            session=row.session,
            ticket=row.ticket,
            ticket_number=ticket.number if ticket is not None else "",
            by=asker.principal.id,
            by_name=asker.name,
            role=role,
            reason=reason,
            at_ms=at_ms,
            leaf=number,
            about=about,
            origin=self._proofs.log.origin,
            closed=closed,
            early=None if closed is None else await self._early(closed.number),
        )

    async def _closed(self, recording: RecordingId) -> AuditProof | None:
        """The proof that the log knows the recording's end, under a head that holds this export's leaf too."""
        leaves = await self._proofs.tree.about(recording, ("RecordingClosed",))
        return await self._proofs.log.prove(leaves[-1].number, fresh=True) if leaves else None

    async def _early(self, number: int) -> tuple[AuditProof, StampedHead] | None:
        head = await self._proofs.stamps.covering(number)
        return None if head is None else (await self._proofs.log.prove_under(number, head.note), head)

    async def _stamped(self, signature: bytes) -> bytes | None:
        if self._proofs.authority is None:
            return None
        try:
            return await self._proofs.authority.stamp(signature)
        except StampUnavailable as error:
            _log.warning("export_not_stamped", reason=str(error))
            return None
