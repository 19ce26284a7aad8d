"""Who looks after an invite: one offer at a time, answered once, with its audit leaf in the same transaction."""

from __future__ import annotations

from dataclasses import replace

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import InviteId, PersonId
from concierge.domain.shift import Care, CareState
from tests.adapters.db.samples import NOW, leaf

CARE = Care(InviteId("inv_one"), PersonId("per_a"), PersonId("per_b"), "Ben", CareState.OFFERED, NOW + 1_000)
YES = replace(CARE, state=CareState.ACCEPTED)


async def test_an_offer_is_kept_listed_and_replaced(database: Database) -> None:
    await database.cares.put(CARE, leaf("InviteCareOffered"))
    assert await database.cares.of([CARE.invite, InviteId("inv_two")]) == {CARE.invite: CARE}
    assert await database.cares.of([]) == {}
    assert await database.cares.offered_to(CARE.to, NOW) == [CARE]
    assert await database.cares.offered_to(CARE.by, NOW) == []
    assert await database.cares.offered_to(CARE.to, CARE.until_ms) == []
    other = replace(CARE, to=PersonId("per_c"), to_name="Cem")
    await database.cares.put(other, leaf("InviteCareOffered"))
    assert await database.cares.offered_to(CARE.to, NOW) == []
    assert await database.cares.of([CARE.invite]) == {CARE.invite: other}


async def test_an_answer_counts_once_in_time_and_from_the_one_who_was_asked(database: Database) -> None:
    await database.cares.put(CARE, leaf("InviteCareOffered"))
    before = await database.audit.tail(9)
    stranger = replace(YES, to=PersonId("per_c"))
    assert not await database.cares.answer(stranger, NOW, leaf("InviteCareAccepted"))
    assert not await database.cares.answer(YES, CARE.until_ms, leaf("InviteCareAccepted"))
    assert await database.audit.tail(9) == before
    assert await database.cares.answer(YES, NOW, leaf("InviteCareAccepted"))
    assert not await database.cares.answer(
        replace(YES, state=CareState.DECLINED), NOW, leaf("InviteCareDeclined")
    )
    assert (await database.cares.of([CARE.invite]))[CARE.invite].state is CareState.ACCEPTED
    assert [one.kind for _, one in await database.audit.tail(1)] == ["InviteCareAccepted"]
