"""The port to alarms of customers. Every method may raise StoreUnavailable."""

from __future__ import annotations

from typing import Protocol

from concierge.domain.ids import PersonId
from concierge.domain.trust import Alarm
from concierge.services.ports import AuditLeaf


class Alarms(Protocol):
    """Alarms, until a supervisor has looked at them and afterwards. Those of live sessions are kept with their events."""

    async def add(self, alarm: Alarm, leaf: AuditLeaf) -> None:
        """Keep an alarm that was raised outside a live session, with its leaf."""

    async def newest(self, limit: int, *, unseen: bool) -> list[Alarm]:
        """Return alarms, newest first; with `unseen` only those that nobody has acknowledged."""

    async def acknowledge(self, alarm: str, by: PersonId, by_name: str, now_ms: int, leaf: AuditLeaf) -> bool:
        """Note who looked at it, with a leaf; False when there is no such alarm, or somebody has."""
