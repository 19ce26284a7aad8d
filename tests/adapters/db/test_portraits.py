from __future__ import annotations

from dataclasses import replace

from concierge.adapters.db.repositories import Database
from concierge.domain.portrait import Portrait
from concierge.services.ports import AuditLeaf

FACE = Portrait("per_anna", "address-one", b"RIFF\0\xffWEBP", 5)
SET = AuditLeaf(5, "PortraitSet", "per_anna", "per_anna", "{}")
GONE = AuditLeaf(6, "PortraitRemoved", "per_anna", "per_anna", "{}")


async def test_a_portrait_is_found_by_its_address_alone(database: Database) -> None:
    await database.portraits.put(FACE, SET)
    assert await database.portraits.find(FACE.address) == FACE
    for other in ("", "per_anna", "address-on_", "ADDRESS-ONE"):
        assert await database.portraits.find(other) is None


async def test_a_new_portrait_takes_the_place_of_the_old_and_its_address_is_dead(database: Database) -> None:
    await database.portraits.put(FACE, SET)
    newer = replace(FACE, address="address-two", image=b"other")
    await database.portraits.put(newer, SET)
    assert await database.portraits.find(FACE.address) is None
    assert await database.portraits.addresses() == {"per_anna": "address-two"}


async def test_each_change_leaves_one_audit_leaf_and_no_change_none(database: Database) -> None:
    await database.portraits.put(FACE, SET)
    assert await database.portraits.drop("per_anna", GONE)
    assert not await database.portraits.drop("per_anna", GONE)
    assert await database.portraits.addresses() == {}
    kinds = [leaf.kind for _, leaf in await database.audit.tail(10)]
    assert kinds == ["PortraitRemoved", "PortraitSet"]
