"""The port to kept auditor links; secrets arrive here only as keyed digests."""

from __future__ import annotations

from typing import Protocol

from concierge.domain.auditor_link import AuditorLink
from concierge.domain.ids import RecordingId
from concierge.services.ports import AuditLeaf


class AuditorLinkStore(Protocol):
    """Every method may raise StoreUnavailable."""

    async def add(self, link: AuditorLink, digest: bytes, now_ms: int, leaf: AuditLeaf) -> bool:
        """Keep a link; False when the recording has AUDITOR_LINKS_MAX good ones."""

    async def find(self, digest: bytes) -> AuditorLink | None:
        """Return the link of a secret, good or not."""

    async def of(self, recording: RecordingId) -> list[AuditorLink]:
        """Return a recording's links, newest first, also those that are over."""

    async def revoke(self, recording: RecordingId, link: str, now_ms: int, leaf: AuditLeaf) -> bool:
        """Revoke a link of a recording; True when it was not revoked before."""
