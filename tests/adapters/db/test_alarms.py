from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import PersonId
from concierge.domain.trust import Alarm, AlarmPlace
from tests.adapters.db.samples import NOW, SESSION, TICKET, leaf

pytestmark = pytest.mark.peer
ALARM = Alarm("alm_1", AlarmPlace.RECEIPT, NOW, SESSION, TICKET.id, "Anna")
SARA = PersonId("per_sara")


async def test_an_alarm_stays_until_one_supervisor_has_looked_at_it(database: Database) -> None:
    await database.alarms.add(ALARM, leaf())
    await database.alarms.add(replace(ALARM, id="alm_2", at_ms=NOW + 1, session=None, ticket=None), leaf())
    assert [one.id for one in await database.alarms.newest(5, unseen=True)] == ["alm_2", "alm_1"]
    assert await database.alarms.acknowledge("alm_1", SARA, "Sara", NOW + 9, leaf())
    assert not await database.alarms.acknowledge("alm_1", SARA, "Sara", NOW + 10, leaf())
    assert not await database.alarms.acknowledge("alm_3", SARA, "Sara", NOW + 10, leaf())
    assert [one.id for one in await database.alarms.newest(5, unseen=True)] == ["alm_2"]
    seen = (await database.alarms.newest(5, unseen=False))[1]
    assert seen == replace(ALARM, seen_ms=NOW + 9, seen_by=SARA, seen_by_name="Sara")


async def test_an_alarm_is_kept_once(database: Database) -> None:
    await database.alarms.add(ALARM, leaf())
    await database.alarms.add(ALARM, leaf())
    assert await database.alarms.newest(5, unseen=True) == [ALARM]
