from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import PersonId, SessionId
from concierge.domain.impression import Felt, Impression, Side
from concierge.domain.ticket import Channel, ThreadEntry
from tests.adapters.db.samples import NOW, SESSION, TICKET, leaf

pytestmark = pytest.mark.peer
ANNA = PersonId("per_anna")
THANKS = Impression(SESSION, Side.CUSTOMER, TICKET.id, ANNA, "Grace", Felt.GOOD, NOW)
ENTRY = ThreadEntry("ent_1", TICKET.id, Channel.SESSION, "Grace", "It helped.", NOW, session=SESSION)


async def test_the_first_answer_of_a_side_stays_and_stands_on_the_ticket_once(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    assert await database.impressions.add(THANKS, ENTRY, leaf())
    assert not await database.impressions.add(
        replace(THANKS, answer=Felt.BAD), replace(ENTRY, id="ent_2"), leaf()
    )
    assert await database.impressions.of_session(SESSION) == [THANKS]
    assert [entry.text for entry in await database.tickets.thread(TICKET.id)] == ["It helped."]


async def test_thanks_are_good_recent_answers_of_customers_to_this_very_person(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    others = (
        replace(THANKS, session=SessionId("ses_2"), answer=Felt.BAD),
        replace(THANKS, session=SessionId("ses_3"), host=PersonId("per_ben")),
        replace(THANKS, session=SessionId("ses_4"), side=Side.HOST),
        replace(THANKS, session=SessionId("ses_5"), at_ms=NOW - 10),
    )
    for number, one in enumerate((THANKS, *others)):
        assert await database.impressions.add(one, replace(ENTRY, id=f"ent_{number}"), leaf())
    assert await database.impressions.thanks(ANNA, NOW, 5) == [THANKS]
