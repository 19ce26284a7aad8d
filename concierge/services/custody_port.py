"""The ports to what holds and erasures need: their rows, and what of a recording lies outside the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from concierge.domain.custody import Custody, Erasure, Hold
from concierge.domain.ids import RecordingId
from concierge.services.ports import AuditLeaf


class CustodyStore(Protocol):
    """Holds, tombstones, and what the database derived from recordings. Every method may raise StoreUnavailable."""

    async def of(self, recordings: Sequence[RecordingId]) -> dict[RecordingId, Custody]:
        """Return how recordings are kept; one without hold or tombstone is not there."""

    async def hold(self, hold: Hold, leaf: AuditLeaf) -> bool:
        """Set a hold, with its leaf; False when there was one already, which stays."""

    async def release(self, recording: RecordingId, leaf: AuditLeaf) -> bool:
        """Lift a hold, with its leaf; False when there was none."""

    async def begin(self, erasure: Erasure, leaf: AuditLeaf) -> Erasure | None:
        """In one transaction: destroy the keys and everything derived in the database, leave a tombstone and a leaf.

        Returns the tombstone with its number; None, and nothing done, when the recording is held.
        """

    async def unfinished(self) -> list[Erasure]:
        """Return tombstones whose copies outside the database may still be there."""

    async def scrub(self) -> None:
        """Make the database forget what was deleted from it, as far as this kind of database can."""

    async def finish(self, erasure: Erasure, done_ms: int, leaf: AuditLeaf) -> None:
        """Note that every copy is gone, with its leaf."""

    async def due(self, now_ms: int, limit: int) -> list[RecordingId]:
        """Return closed recordings whose time is over, that nobody holds and nobody erased, oldest first."""


class Vault(Protocol):
    """Recordings and copies of them outside the database. Every method may be called again after a crash."""

    async def forget(self, recording: RecordingId) -> None:
        """Drop readings, exports and other copies that hold anything opened. Raises EvidenceUnavailable."""

    async def bury(self, erasure: Erasure) -> None:
        """Lay a signed tombstone beside the sealed recording, unless it lies there. Raises EvidenceUnavailable."""

    async def remove(self, recording: RecordingId) -> None:
        """Delete the sealed recording, but not its tombstones; what is gone already is fine. Raises EvidenceUnavailable."""
