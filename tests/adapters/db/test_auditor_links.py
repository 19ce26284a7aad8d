from __future__ import annotations

from dataclasses import replace

from concierge.adapters.db.repositories import Database
from concierge.domain.auditor_link import AuditorLink
from concierge.domain.ids import PersonId, RecordingId
from concierge.services.ports import AuditLeaf

LINK = AuditorLink("aul_a", RecordingId("rec_a"), "Vera", "why", PersonId("per_a"), "Dora", 100, 200)
LEAF = AuditLeaf(1, "AuditorLinkMade", "per_a", "aul_a", "{}")


async def test_links_are_kept_found_by_digest_and_revoked_once(database: Database) -> None:
    links = database.auditor_links
    later = replace(LINK, id="aul_b", viewer="Victor", made_ms=150)
    assert await links.add(LINK, b"one", 100, LEAF)
    assert await links.add(later, b"two", 150, LEAF)
    assert await links.find(b"one") == LINK
    assert await links.find(b"three") is None
    assert await links.of(LINK.recording) == [later, LINK]
    assert not await links.revoke(RecordingId("rec_b"), LINK.id, 160, LEAF)
    assert await links.revoke(LINK.recording, LINK.id, 160, LEAF)
    assert not await links.revoke(LINK.recording, LINK.id, 170, LEAF)
    assert await links.find(b"one") == replace(LINK, revoked_ms=160)
    assert await database.audit_tree.size() == 3
