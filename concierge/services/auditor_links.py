"""Auditor links: made by an auditor or a supervisor, for somebody named, to watch one recording until a time.

Rules: whoever holds the link is a principal of their own (kind "AuditorLink"), whom the policy lets replay that one
recording and do nothing else; opening the link changes nothing; every viewing is a leaf with the viewer's name, as any other
(services.replays); the end and a revocation count at the very next piece.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.auditor_link import AuditorLink, check_end, check_viewer
from concierge.domain.custody import check_reason
from concierge.domain.errors import Refused
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.recording import Recording
from concierge.services.auditor_link_port import AuditorLinkStore
from concierge.services.keeping import Asker
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf
from concierge.services.tools import Tools

DIGEST_OF = "auditor link"


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link; `address` is shown this once."""

    link: AuditorLink
    address: str


class AuditorLinks:
    """The use cases."""

    def __init__(self, tools: Tools, store: AuditorLinkStore) -> None:
        self._tools = tools
        self._store = store

    async def make(
        self, asker: Asker, recording: RecordingId, viewer: str, reason: str, until_ms: int
    ) -> MadeLink:
        """Make a link. Raises Refused, BadInput, StoreUnavailable."""
        row = await self._row(asker.principal, recording)
        now = self._tools.clock.wall()
        link = AuditorLink(
            id=self._tools.mint.id("auditor_link"),
            recording=row.id,
            viewer=check_viewer(viewer),
            reason=check_reason(reason),
            made_by=PersonId(asker.principal.id),
            made_by_name=asker.name,
            made_ms=now,
            until_ms=check_end(until_ms, now),
        )
        secret = self._tools.mint.secret()
        detail = {"reason": link.reason, "recording": row.id, "until_ms": until_ms, "viewer": link.viewer}
        leaf = self._leaf("AuditorLinkMade", asker.principal, row, link.id, detail)
        if not await self._store.add(link, self._digest(secret), now, leaf):
            raise Refused("too_many_links", f"{row.id} has enough links")
        return MadeLink(link, f"{self._tools.installation.public_url}/watch/{secret}")

    async def of(self, principal: Principal, recording: RecordingId) -> list[AuditorLink]:
        """Return a recording's links, newest first. Raises Refused."""
        row = await self._row(principal, recording)
        return await self._store.of(row.id)

    async def revoke(self, asker: Asker, recording: RecordingId, link: str) -> None:
        """Revoke a link: whoever watches by it sees nothing more. Raises Refused."""
        row = await self._row(asker.principal, recording)
        leaf = self._leaf("AuditorLinkRevoked", asker.principal, row, link, {"recording": row.id})
        if not await self._store.revoke(row.id, link, self._tools.clock.wall(), leaf):
            raise Refused("no_such_link", f"{row.id} has no link {link} in force")

    async def find(self, secret: str) -> AuditorLink | None:
        """Return the link that a secret opens, if it is good now. Changes nothing."""
        link = await self._store.find(self._digest(secret)) if secret else None
        return link if link is not None and link.good(self._tools.clock.wall()) else None

    def _digest(self, secret: str) -> bytes:
        return self._tools.secrets.digest(DIGEST_OF, secret)

    async def _row(self, principal: Principal, recording: RecordingId) -> Recording:
        row = await self._tools.recordings.get(recording)
        if row is None:
            raise Refused("no_such_recording", "that recording does not exist")
        resource = Resource("Recording", row.id, {"ticket": row.ticket})
        check(self._tools.policy, AccessRequest(principal, Act.SHARE_RECORDING, resource))
        return row

    def _leaf(
        self, kind: str, principal: Principal, row: Recording, link: str, detail: dict[str, object]
    ) -> AuditLeaf:
        told = {**detail, "role": principal.role, "session": row.session, "ticket": row.ticket}
        return AuditLeaf(self._tools.clock.wall(), kind, principal.id, link, json.dumps(told, sort_keys=True))


def principal_of(link: AuditorLink) -> Principal:
    """Return whoever holds a link, as the policies know them."""
    return Principal("AuditorLink", link.id, "viewer", {"recording": link.recording, "viewer": link.viewer})
