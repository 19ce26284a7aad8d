"""Who is disabled elsewhere is out here, soon and once."""

from __future__ import annotations

import asyncio

from concierge.domain.ids import PersonId
from concierge.domain.participant import Presence
from concierge.domain.person import PersonState
from concierge.services.disabling import DisabledWatch
from concierge.services.ports import AuditLeaf, StoreUnavailable
from tests.services.desk import Desk

LEAF = AuditLeaf(1, "PersonDisabled", "command line", "per_anna", "{}")


async def disable(desk: Desk, state: PersonState = PersonState.DISABLED) -> None:
    """As another process does it: in the database alone."""
    assert await desk.database.accounts.set_state(desk.anna.id, state, 1, LEAF)


async def test_somebody_disabled_elsewhere_is_out_at_the_next_look(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    watch = DisabledWatch(desk.tools.people, desk.registry)
    await watch.look()
    assert desk.plane.permitted
    await disable(desk)
    await watch.look()
    assert desk.plane.permitted == set()
    assert live.decided.seats[live.decided.host].presence is Presence.AWAY


async def test_who_was_disabled_before_this_server_ran_is_out_at_its_first_look(desk: Desk) -> None:
    await desk.sharing()
    await disable(desk)
    await DisabledWatch(desk.tools.people, desk.registry).look()
    assert desk.plane.permitted == set()


async def test_each_is_put_out_once_for_every_time_they_are_disabled(desk: Desk) -> None:
    class Counting:
        def __init__(self) -> None:
            self.out: list[PersonId] = []

        def person_disabled(self, person: PersonId) -> None:
            self.out.append(person)

    counting = Counting()
    watch = DisabledWatch(desk.tools.people, counting)
    for state in (PersonState.DISABLED, PersonState.ENABLED, PersonState.DISABLED):
        await disable(desk, state)
        await watch.look()
        await watch.look()
    assert counting.out == [desk.anna.id] * 2


async def test_a_database_that_does_not_answer_is_asked_again(desk: Desk) -> None:
    class Unsteady:
        def __init__(self) -> None:
            self.asked, self.answered = 0, asyncio.Event()

        async def disabled(self) -> frozenset[PersonId]:
            self.asked += 1
            if self.asked == 1:
                raise StoreUnavailable("not now")
            self.answered.set()
            return frozenset({desk.anna.id})

    people = Unsteady()
    live = await desk.open()
    running = asyncio.create_task(DisabledWatch(people, desk.registry).run())
    async with asyncio.timeout(30):
        await people.answered.wait()
        await desk.ended(live)
    running.cancel()
