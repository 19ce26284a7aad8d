from __future__ import annotations

import json
from dataclasses import replace

from concierge.adapters.db.repositories import Database
from concierge.domain.auditor_link import AuditorLink
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.person import PersonState
from concierge.services.ports import AuditLeaf
from tests.adapters.db.samples import ALEX, NOW

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


async def test_disabling_whoever_made_links_revokes_those_in_force_each_with_a_leaf(
    database: Database,
) -> None:
    await database.people.add_person(ALEX, "hash")
    links = database.auditor_links
    own = replace(LINK, made_by=ALEX.id, until_ms=NOW + 10)
    over = replace(own, id="aul_b", until_ms=NOW - 10)
    others = replace(own, id="aul_c", made_by=PersonId("per_other"))
    for link in (own, over, others):
        assert await links.add(link, link.id.encode(), NOW - 100, LEAF)
    disabled = AuditLeaf(NOW, "PersonDisabled", "per_boss", ALEX.id, "{}")
    assert await database.accounts.set_state(ALEX.id, PersonState.DISABLED, NOW, disabled)
    assert await links.find(b"aul_a") == replace(own, revoked_ms=NOW)
    assert await links.find(b"aul_b") == over
    assert await links.find(b"aul_c") == others
    (_, last), (_, before), *_ = await database.audit.tail(2)
    assert (before.kind, last.kind, last.actor, last.subject) == (
        "PersonDisabled",
        "AuditorLinkRevoked",
        "per_boss",
        "aul_a",
    )
    assert json.loads(last.detail)["reason"] == "maker_disabled"
    await database.accounts.set_state(ALEX.id, PersonState.ENABLED, NOW, disabled)
    assert await links.find(b"aul_a") == replace(own, revoked_ms=NOW), "enabling gives no link back"
