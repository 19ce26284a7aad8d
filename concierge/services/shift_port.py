"""The port of shifts: who looks after an invite while its creator is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from concierge.domain.ids import InviteId, PersonId
from concierge.domain.shift import Care
from concierge.services.ports import AuditLeaf


class Cares(Protocol):
    """Offers to look after invites; at most one for each invite."""

    async def put(self, care: Care, leaf: AuditLeaf) -> None:
        """Keep an offer, in the place of an earlier one for the same invite."""

    async def answer(self, care: Care, now_ms: int, leaf: AuditLeaf) -> bool:
        """Keep an answer to an offer that still waits; False, and nothing kept, when it does not."""

    async def of(self, invites: Sequence[InviteId]) -> dict[InviteId, Care]:
        """Return the newest offer for each of these invites."""

    async def offered_to(self, person: PersonId, now_ms: int) -> list[Care]:
        """Return what waits for somebody's answer, the most urgent first."""
