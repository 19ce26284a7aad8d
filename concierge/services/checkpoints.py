"""The audit log's heartbeat: a signed checkpoint every CHECKPOINT_EVERY_MS, also when nothing happened.

Each is kept beside the database and shown to every witness, on a task of its own: no session ever waits for one. When a
witness proves that this log was rolled back, the log is sealed: from then on nothing happens that needs a leaf.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.services.audit_port import Anchor, AuditLog, AuditTree, LogRolledBack, Witness, WitnessSilent

_log = structlog.get_logger(__name__)

ANCHOR_NAME = "the data directory"


class Checkpoints:
    """Signs, keeps, and shows to witnesses."""

    def __init__(self, log: AuditLog, tree: AuditTree, anchor: Anchor, witnesses: Sequence[Witness]) -> None:
        self._log = log
        self._tree = tree
        self._anchor = anchor
        self.witnesses = tuple(witnesses)
        self.silent: frozenset[str] = frozenset()
        """Names of witnesses that did not cosign the newest checkpoint."""

    async def before_serving(self) -> None:
        """Compare the log with what others hold of it. Raises LogRolledBack; a silent witness is only noted.

        A log that was sealed stays so until it is restored.
        """
        if await self._tree.sealed():
            raise LogRolledBack("the audit log was found rolled back before and has not been restored since")
        try:
            await self._compare()
        except LogRolledBack:
            await self._tree.seal()
            raise

    async def _compare(self) -> None:
        for holder, note in await self.held():
            await self._log.check(note, holder)

    async def held(self) -> list[tuple[str, bytes]]:
        """Return the checkpoints others hold of this log, with who holds them; a silent witness is only noted."""
        kept = self._anchor.read()
        found = [(ANCHOR_NAME, kept)] if kept is not None else []
        answers = await asyncio.gather(
            *(witness.held() for witness in self.witnesses), return_exceptions=True
        )
        for witness, answer in zip(self.witnesses, answers, strict=True):
            if isinstance(answer, WitnessSilent):
                _log.warning("witness_silent", witness=witness.name, reason=str(answer))
                continue
            if isinstance(answer, BaseException):
                raise answer
            found += [(f"the witness {witness.name}", note) for note in answer]
        return found

    async def run(self) -> None:
        """Take a checkpoint now and every CHECKPOINT_EVERY_MS, until cancelled."""
        while True:
            try:
                await self.take()
            except (ConciergeError, OSError) as error:
                _log.warning("no_checkpoint", reason=str(error))
            await asyncio.sleep(limits.CHECKPOINT_EVERY_MS / 1000)

    async def take(self) -> bytes:
        """Sign the head, keep it, have it cosigned; return the note with what cosignatures it got.

        Raises StoreUnavailable, LogRolledBack.
        """
        note = await self._log.checkpoint()
        await asyncio.to_thread(self._anchor.keep, note)
        if not self.witnesses:
            return note
        try:
            lines = await asyncio.gather(*(self._cosigned(witness, note) for witness in self.witnesses))
        except LogRolledBack as error:
            _log.error("audit_log_rolled_back", reason=str(error))
            await self._tree.seal()
            raise
        given = [line for line in lines if line is not None]
        self.silent = frozenset(
            witness.name for witness, line in zip(self.witnesses, lines, strict=True) if line is None
        )
        return await self._log.cosigned(note, given) if given else note

    async def _cosigned(self, witness: Witness, note: bytes) -> bytes | None:
        for left in reversed(range(limits.WITNESS_TRIES)):
            try:
                return await witness.cosign(note, self._log)
            except WitnessSilent as error:
                _log.warning("witness_silent", witness=witness.name, reason=str(error), tries=left)
            if left:
                await asyncio.sleep(limits.WITNESS_RETRY_MS / 1000)
        return None
