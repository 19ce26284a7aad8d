"""The port to impressions: one answer a side to "how was it?". Every method may raise StoreUnavailable."""

from __future__ import annotations

from typing import Protocol

from concierge.domain.ids import PersonId, SessionId
from concierge.domain.impression import Impression
from concierge.domain.ticket import ThreadEntry
from concierge.services.ports import AuditLeaf


class Impressions(Protocol):
    """How sessions were, as their customers and hosts said."""

    async def add(self, impression: Impression, entry: ThreadEntry, leaf: AuditLeaf) -> bool:
        """Keep an answer with its line on the ticket and its leaf; False when this side has answered, which stays."""

    async def of_session(self, session: SessionId) -> list[Impression]:
        """Return the answers about a session."""

    async def thanks(self, host: PersonId, since_ms: int, limit: int) -> list[Impression]:
        """Return the good answers of customers whom this person helped, newest first."""
