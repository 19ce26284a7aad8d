"""Legal hold, erasure and retention of recordings.

Rules: who may is the policy's word; a hold beats both; keys, derived rows, tombstone and leaf go in one transaction, and
what lies outside the database right after, finished at the next start when a crash came between. Nobody else's chain is
touched: the sealed files stay and verify after an erasure, and go only when their time is over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.custody import Cause, Custody, Erasure, Hold, check_classes, check_reason
from concierge.domain.errors import BadInput, EvidenceUnavailable, Refused
from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.wrapped_key import EVERY
from concierge.services.custody_port import CustodyStore, Vault
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf, StoreUnavailable
from concierge.services.tools import Tools

_log = structlog.get_logger(__name__)

SWEEPER = "retention"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who holds, releases or erases: the principal, and the name that a tombstone shows."""

    principal: Principal
    name: str


class Keeping:
    """The use cases."""

    def __init__(self, tools: Tools, store: CustodyStore, vault: Vault) -> None:
        self._tools = tools
        self._store = store
        self._vault = vault

    async def of(self, recordings: Sequence[RecordingId]) -> dict[RecordingId, Custody]:
        """Return how recordings are kept. The caller has asked the policy for each."""
        return await self._store.of(recordings)

    async def one(self, recording: RecordingId) -> Custody:
        """Return how one recording is kept."""
        return (await self._store.of([recording])).get(recording, Custody())

    # --- legal hold ---

    async def hold(self, asker: Asker, recording: RecordingId, reason: str) -> None:
        """Hold a recording. Raises Refused, BadInput, StoreUnavailable."""
        row = await self._row(asker.principal, recording, Act.HOLD_RECORDING)
        reason, now = check_reason(reason), self._tools.clock.wall()
        if (await self.one(row.id)).erased:
            raise Refused("recording_erased", "there is nothing left to hold")
        hold = Hold(row.id, now, asker.principal.id, asker.name, reason)
        leaf = self._leaf("HoldSet", asker.principal, row, {"reason": reason})
        if not await self._store.hold(hold, leaf):
            raise Refused("held_already", f"{row.id} is held already")

    async def release(self, asker: Asker, recording: RecordingId, reason: str) -> None:
        """Lift a hold. Raises Refused, BadInput, StoreUnavailable."""
        row = await self._row(asker.principal, recording, Act.HOLD_RECORDING)
        reason = check_reason(reason)
        leaf = self._leaf("HoldReleased", asker.principal, row, {"reason": reason})
        if not await self._store.release(row.id, leaf):
            raise Refused("not_held", f"{row.id} is not held")

    # --- erasure ---

    async def erase(
        self, asker: Asker, recording: RecordingId, classes: Iterable[str], reason: str
    ) -> Erasure:
        """Destroy a recording's keys, or those of some classes, and every copy. Raises Refused, BadInput.

        The erasure is decided and durable when this returns; copies that could not be destroyed yet are noted as such
        (`done_ms` None) and are destroyed at the next sweep or start.
        """
        row = await self._row(asker.principal, recording, Act.ERASE_RECORDING)
        wanted = check_classes(classes)
        reason = check_reason(reason)
        if row.state is RecordingState.OPEN:
            raise Refused("recording_open", "the session is still being recorded")
        await self._can_go(row, wanted)
        erasure = Erasure(
            recording=row.id,
            classes=wanted,
            cause=Cause.ASKED,
            begun_ms=self._tools.clock.wall(),
            by=asker.principal.id,
            by_name=asker.name,
            reason=reason,
        )
        return await self._carry_out(row, erasure, asker.principal)

    async def _can_go(self, row: Recording, classes: tuple[str, ...]) -> None:
        custody = await self.one(row.id)
        if custody.hold is not None:
            raise Refused("recording_held", f"{row.id} is under legal hold")
        if custody.erased:
            raise Refused("recording_erased", f"{row.id} was erased already")
        keys = await self._tools.recordings.wrapped_keys(row.id)
        if classes != (EVERY,) and any(key.cls == EVERY for key in keys):
            raise BadInput("this recording has one key for everything: it can only be erased as a whole")

    async def _carry_out(self, row: Recording, erasure: Erasure, principal: Principal) -> Erasure:
        detail: dict[str, object] = {
            "classes": list(erasure.classes),
            "cause": erasure.cause,
            "reason": erasure.reason,
        }
        if erasure.cause is Cause.RETENTION:
            detail["rule"] = row.kept_by
        begun = await self._store.begin(erasure, self._leaf("RecordingErased", principal, row, detail))
        if begun is None:
            raise Refused("recording_held", f"{row.id} is under legal hold")
        return await self._finish(begun)

    async def _finish(self, erasure: Erasure) -> Erasure:
        """Destroy what lies outside the database, then say so. What fails is left for the next sweep."""
        now = self._tools.clock.wall()
        detail = json.dumps({"classes": list(erasure.classes), "begun_ms": erasure.begun_ms}, sort_keys=True)
        leaf = AuditLeaf(now, "ErasureFinished", erasure.by, erasure.recording, detail)
        try:
            await self._vault.forget(erasure.recording)
            await self._vault.bury(erasure)
            if erasure.cause is Cause.RETENTION:
                await self._vault.remove(erasure.recording)
            await self._store.scrub()
            await self._store.finish(erasure, now, leaf)
        except (EvidenceUnavailable, StoreUnavailable) as error:
            _log.warning("erasure_not_finished", recording=erasure.recording, reason=str(error))
            return erasure
        return replace(erasure, done_ms=now)

    async def finish_what_was_begun(self) -> int:
        """Finish erasures that a crash or a failing disk interrupted; return how many are finished now."""
        done = [await self._finish(erasure) for erasure in await self._store.unfinished()]
        return sum(erasure.done_ms is not None for erasure in done)

    # --- retention ---

    async def sweep(self) -> int:
        """Delete recordings whose time is over, at most SWEEP_BATCH; return how many. Raises StoreUnavailable."""
        count = 0
        broker = Principal("Person", SWEEPER, SWEEPER)
        for recording in await self._store.due(self._tools.clock.wall(), limits.SWEEP_BATCH):
            row = await self._tools.recordings.get(recording)
            if row is None:
                continue
            erasure = Erasure(
                recording=row.id,
                classes=(EVERY,),
                cause=Cause.RETENTION,
                begun_ms=self._tools.clock.wall(),
                by=SWEEPER,
                by_name="",
                reason="",
            )
            try:
                await self._carry_out(row, erasure, broker)
            except Refused:
                continue  # held in the meantime: the hold beats retention
            count += 1
        return count

    # --- both ---

    async def _row(self, principal: Principal, recording: RecordingId, act: Act) -> Recording:
        """A recording that does not exist and one that is not permitted answer alike."""
        row = await self._tools.recordings.get(recording)
        if row is None:
            raise Refused("no_such_recording", "that recording does not exist")
        resource = Resource("Recording", row.id, {"ticket": row.ticket})
        check(self._tools.policy, AccessRequest(principal, act, resource))
        return row

    def _leaf(self, kind: str, principal: Principal, row: Recording, detail: dict[str, object]) -> AuditLeaf:
        told = {**detail, "session": row.session, "ticket": row.ticket, "role": principal.role}
        return AuditLeaf(
            self._tools.clock.wall(), kind, principal.id, row.id, json.dumps(told, sort_keys=True)
        )
