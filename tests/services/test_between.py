"""Between people, over the real desk: picked up by a colleague, an opinion asked, lines of the desk alone, stepping away."""

from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.absence import AwayReason
from concierge.domain.access import DeskRole, Principal
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ParticipantId
from concierge.domain.reasons import PauseReason
from concierge.domain.session import State
from concierge.services.joining import join_from_desk, pick_up
from concierge.services.live import LiveSession
from concierge.wire import between
from tests.services.desk import HASH, Desk


async def host_lost(
    desk: Desk, for_ms: int = limits.HOST_PICK_UP_AFTER_MS
) -> tuple[LiveSession, ParticipantId]:
    live, customer, _surface = await desk.sharing()
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS
    live.heard(customer, desk.pages[customer])
    live.watch(desk.clock.now(), 0)
    assert live.decided.pauses == {PauseReason.HOST_LOST}
    desk.clock.now_ms += for_ms
    live.heard(customer, desk.pages[customer])
    return live, customer


async def test_a_colleague_picks_up_with_the_customers_yes_and_sees_nothing_before_another_one(
    desk: Desk,
) -> None:
    live, customer = await host_lost(desk)
    await pick_up(desk.tools, live, desk.principal(desk.ben), desk.ben)
    asked = desk.pages[customer].view["pick_up"]
    assert (asked["name"], asked["yours"]) == (desk.ben.name, False)
    await desk.send(live, customer, between.AnswerPickUp(yes=True, text_sha256=HASH, language="en"))
    host = live.decided.seats[live.decided.host].who
    assert (host.person, live.decided.state) == (desk.ben.id, State.ACTIVE)
    assert live.steering.flows == frozenset()
    assert desk.plane.permitted == set()
    assert not live.decided.surfaces, "what nobody may see any more is closed"
    await desk.yes(live, Capability.VIEW_SCREEN, host.id)
    await desk.share(live, customer)
    assert {flow.viewer for flow in live.steering.flows} == {host.id}
    kinds = [leaf.kind for _, leaf in await desk.tools.audit.tail(40)]
    assert {"PickUpAsked", "PickUpAgreed", "HostChanged"} <= set(kinds)


async def test_picking_up_is_refused_too_early_to_auditors_and_while_the_host_is_here(desk: Desk) -> None:
    live, _ = await host_lost(desk, limits.HOST_PICK_UP_AFTER_MS - 1)
    with pytest.raises(Refused) as caught:
        await pick_up(desk.tools, live, desk.principal(desk.ben), desk.ben)
    assert caught.value.code == "pick_up_too_early"
    with pytest.raises(Refused) as caught:
        await pick_up(desk.tools, live, Principal("Person", desk.ben.id, DeskRole.AUDITOR), desk.ben)
    assert caught.value.code == "auditor_is_never_live"
    await desk.page(live, live.decided.host)
    await desk.until(lambda: live.decided.state is State.ACTIVE)
    with pytest.raises(Refused) as caught:
        await pick_up(desk.tools, live, desk.principal(desk.ben), desk.ben)
    assert caught.value.code == "no_policy_permits"


async def test_whoever_is_asked_for_an_opinion_looks_on_and_writes_to_the_desk_alone(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = live.decided.host
    with pytest.raises(Refused):
        await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    await desk.send(live, host, between.AskOpinion(desk.ben.id, "Is it the driver?"))
    ben = await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    page = await desk.page(live, ben)
    assert page.view["opinions"][0]["question"] == "Is it the driver?"
    assert desk.pages[customer].view["opinions"] == []
    assert [one["participant"] for one in desk.pages[customer].view["questions"]] == [ben]
    await desk.yes(live, Capability.VIEW_SCREEN, ben)
    assert {flow.viewer for flow in live.steering.flows} == {host, ben}
    await desk.send(live, ben, between.SayToDesk("I would restart the spooler."))
    assert desk.pages[host].of("desk_line")[-1]["text"] == "I would restart the spooler."
    assert page.of("desk_line")[-1]["own"] is True
    assert desk.pages[customer].of("desk_line") == []
    again = await desk.page(live, host)
    assert [line["text"] for line in again.of("desk_line")] == ["I would restart the spooler."]


async def test_only_a_host_can_be_asked_for_an_opinion(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    with pytest.raises(BadInput):
        await desk.send(live, live.decided.host, between.AskOpinion(desk.ticket.id, "Well?"))  # type: ignore[arg-type]
    with pytest.raises(Refused):
        await desk.send(live, customer, between.AskOpinion(desk.ben.id, "Well?"))


async def test_stepping_away_shuts_the_plane_at_once_and_coming_back_asks_again(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, between.StepAway(AwayReason.SOMEONE_HERE))
    assert desk.plane.permitted == set()
    assert desk.pages[live.decided.host].view["absence"] == "someone_here"
    assert not live.decided.holds(live.decided.host, Capability.VIEW_SCREEN, desk.clock.now())
    await desk.send(live, customer, between.ComeBack())
    questions = desk.pages[customer].view["questions"]
    assert [one["capability"] for one in questions] == ["view_screen"]
    assert live.decided.state is State.ACTIVE


async def test_a_sleep_is_told_to_everybody_inside(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = live.decided.host
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS
    live.heard(host, desk.pages[host])
    live.watch(desk.clock.now(), 0)
    desk.clock.now_ms += 60_000
    live.heard(host, desk.pages[host])
    live.heard(customer, desk.pages[customer])
    await desk.until(lambda: live.decided.state is State.ACTIVE)
    await desk.send(live, customer, between.TellSleep(60_000))
    assert desk.pages[host].of("slept")[-1] == {
        "type": "slept",
        "name": live.decided.seats[customer].who.name,
        "slept_ms": 60_000,
    }
    assert desk.pages[customer].of("slept")[-1]["name"] == ""
