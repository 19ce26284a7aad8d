"""Alarms as a use case: what is live stops before anything is awaited, and a supervisor alone looks at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.domain.errors import Refused
from concierge.domain.session import State
from concierge.domain.trust import AlarmPlace
from concierge.services.alarming import acknowledge, alarm_of_link, open_alarms, stop_live, stop_ticket
from concierge.wire import trust
from tests.services.desk import desk_in


async def test_the_customers_own_alarm_darkens_at_once_and_is_kept_with_the_event(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        live, customer, _ = await desk.sharing()
        await desk.send(live, customer, trust.RaiseAlarm())
        assert not live.steering.flows
        await desk.ended(live)
        (alarm,) = await desk.tools.alarms.newest(5, unseen=True)
        assert (alarm.place, alarm.session, alarm.ticket) == (
            AlarmPlace.SESSION, live.decided.id, desk.ticket.id,
        )  # fmt: skip
        kinds = [leaf.kind for _, leaf in await desk.tools.audit.tail(20)]
        assert "AlarmRaised" in kinds


async def test_stopping_needs_no_waiting_and_happens_once(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        live, _, _ = await desk.sharing()
        assert stop_ticket(desk.registry, live.decided.id, desk.ticket.id)
        assert live.decided.state is State.ENDED
        assert not stop_live(live, AlarmPlace.RECEIPT)


async def test_a_code_that_opens_nothing_stops_nothing(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        assert not await alarm_of_link(desk.tools, desk.registry, "code", "000000000")


async def test_only_a_supervisor_looks_at_alarms(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        with pytest.raises(Refused):
            await open_alarms(desk.tools, desk.principal(desk.anna), 5)
        with pytest.raises(Refused):
            await acknowledge(desk.tools, desk.principal(desk.anna), desk.anna.id, "Anna", "alm_1")
