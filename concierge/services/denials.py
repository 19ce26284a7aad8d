"""Refusals by the policies, in the audit log: one leaf for equal ones within a minute, so that a flood cannot fill it.

Rule: whoever asks is never kept waiting for the leaf, and a log that cannot be written changes no answer. What a page
merely wonders about (`decide`) is not a refusal; what was tried (`permission.check`) is.
"""

from __future__ import annotations

import asyncio
import json

import structlog

from concierge.domain import limits
from concierge.domain.access import AccessDecision, AccessRequest
from concierge.services.policy_port import PolicyEngine
from concierge.services.ports import Audit, AuditLeaf, Clock, StoreUnavailable

_log = structlog.get_logger(__name__)

Key = tuple[str, str]
MANY = "many"
"""Who is named once REFUSALS_KEPT others have been refused within a minute."""


class Throttled:
    """Which refusals are new. Bounded: beyond REFUSALS_KEPT people and acts a minute, one entry for each act."""

    def __init__(self) -> None:
        self._since: dict[Key, int] = {}

    def first(self, by: str, act: str, now_ms: int) -> str | None:
        """Return whom to name, or None when an equal refusal was noted less than REFUSAL_EVERY_MS ago."""
        if len(self._since) >= limits.REFUSALS_KEPT:
            old = now_ms - limits.REFUSAL_EVERY_MS
            self._since = {key: since for key, since in self._since.items() if since > old}
        key = (by, act)
        if key not in self._since and len(self._since) >= limits.REFUSALS_KEPT:
            key = (MANY, act)
        since = self._since.get(key)
        if since is not None and now_ms - since < limits.REFUSAL_EVERY_MS:
            return None
        self._since[key] = now_ms
        return key[0]


class NotedPolicy:
    """A policy engine whose refusals leave a leaf, kind PolicyRefused."""

    def __init__(self, engine: PolicyEngine, audit: Audit, clock: Clock) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock
        self._throttled = Throttled()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def version(self) -> str:
        """Hash of the policies in force."""
        return self._engine.version

    def works(self) -> bool:
        """Whether policies are in force and decide."""
        return self._engine.works()

    def decide(self, request: AccessRequest) -> AccessDecision:
        """Permit or deny; notes nothing."""
        return self._engine.decide(request)

    def refused(self, request: AccessRequest, decision: AccessDecision) -> None:
        """Note that this was tried and refused."""
        by = self._throttled.first(request.principal.id, request.act, self._clock.now())
        if by is None:
            return
        detail: dict[str, object] = {
            "act": request.act,
            "policies": list(decision.reasons),
            "policy": decision.policy_version,
            "reason": decision.reasons[0] if decision.reasons else "not_permitted",
            "role": request.principal.role,
        }
        if request.resource.kind in ("Session", "Ticket", "Recording"):
            detail[request.resource.kind.lower()] = request.resource.id
        text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
        leaf = AuditLeaf(self._clock.wall(), "PolicyRefused", by, request.resource.id, text)
        task = asyncio.get_running_loop().create_task(self._append(leaf), name="policy refused")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until the leaves noted so far are kept, or have failed."""
        await asyncio.gather(*self._tasks)

    async def _append(self, leaf: AuditLeaf) -> None:
        try:
            await self._audit.append(leaf)
        except StoreUnavailable as error:
            _log.warning("refusal_not_noted", by=leaf.actor, subject=leaf.subject, reason=str(error))
