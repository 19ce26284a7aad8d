"""All live sessions: found, watched over, told what changes under them, let go."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.errors import Refused
from concierge.domain.ids import InviteId, PersonId, RecordingId, SessionId, TicketId
from concierge.domain.participant import Presence, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from concierge.services.joining import join_from_desk
from concierge.services.media_port import SourceId
from concierge.wire import messages as wire
from tests.services.desk import Desk


async def test_a_session_is_found_by_its_id_and_its_ticket(desk: Desk) -> None:
    live = await desk.open()
    assert desk.registry.get(live.decided.id) is live
    assert desk.registry.of_ticket(desk.ticket.id) is live
    assert desk.registry.all() == [live]
    assert desk.registry.find(SessionId("ses_x")) is None
    assert desk.registry.of_ticket(TicketId("tic_x")) is None
    with pytest.raises(Refused) as caught:
        desk.registry.get(SessionId("ses_x"))
    assert caught.value.code == "no_such_session"


async def test_a_ticket_is_held_while_its_session_is_opened_and_free_after_a_failure(desk: Desk) -> None:
    with desk.registry.opening(desk.ticket.id), pytest.raises(Refused) as caught:
        await desk.open()
    assert caught.value.code == "session_open_already"
    live = await desk.open()
    with pytest.raises(Refused):
        await desk.open()
    await desk.send(live, live.decided.host, wire.End("", ""))
    await desk.ended(live)
    assert (await desk.open()).decided.id != live.decided.id


async def test_the_beat_reaches_every_page(desk: Desk) -> None:
    live = await desk.open()
    page = await desk.page(live, live.decided.host)
    desk.registry.start()
    await desk.until(lambda: len(page.of("pulse")) >= 2)
    first, second = page.of("pulse")[:2]
    assert second["n"] == first["n"] + 1


async def test_one_sessions_fault_does_not_stop_the_beat_of_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, customer, _surface = await desk.sharing()

    def broken(*_args: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(live, "watch", broken)
    desk.registry.start()
    await desk.until(lambda: len(desk.pages[customer].of("pulse")) >= 3)


async def test_the_beat_carries_out_what_is_due(desk: Desk) -> None:
    live = await desk.open()
    await desk.page(live, live.decided.host)
    desk.clock.now_ms += limits.WAITING_MAX_MS
    desk.beat(live)
    desk.registry.start()
    await desk.ended(live)
    assert live.decided.end_reason is EndReason.NOT_JOINED


async def test_a_lost_publisher_closes_what_it_showed(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    await desk.yes(live, Capability.VOICE, live.decided.host)
    await desk.send(live, customer, wire.Publish(wire.SourceKind.VOICE, "offer"))
    desk.registry.source_lost(live.decided.id, SourceId(surface), "the connection closed")
    assert live.decided.surfaces == {}
    assert live.decided.voices == {customer}
    desk.registry.source_lost(live.decided.id, SourceId(customer), "the connection closed")
    assert live.decided.voices == frozenset()
    assert desk.plane.permitted == set()
    desk.registry.source_lost(SessionId("ses_x"), SourceId(surface), "too late")


async def test_what_the_plane_tells_ends_a_loading_state(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    before = len(desk.pages[customer].of("view"))
    desk.registry.source_flowing(live.decided.id, SourceId(surface), 1280, 720)
    assert len(desk.pages[customer].of("view")) == before + 1
    desk.registry.viewer_connected(live.decided.id, customer)
    assert len(desk.pages[customer].of("view")) == before + 2
    desk.registry.viewer_lost(live.decided.id, customer, "closed")
    desk.registry.viewer_connected(SessionId("ses_x"), customer)
    assert len(desk.pages[customer].of("view")) == before + 2


async def test_only_the_session_of_a_failed_recording_pauses(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    desk.registry._unavailable(RecordingId("rec_x"), "another one")
    assert live.decided.state is State.ACTIVE
    desk.registry._unavailable(live.decided.recording, "the disk failed")
    assert live.decided.pauses == {PauseReason.RECORDING_UNAVAILABLE}


async def test_a_revoked_invite_takes_its_seats_in_every_session(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    desk.registry.remove_invited(InviteId("inv_x"))
    assert live.decided.seat(vendor) is not None
    invite = live.decided.seats[vendor].who.invite
    assert invite is not None
    desk.registry.remove_invited(invite)
    assert live.decided.seat(vendor) is None


# --- people who are disabled (threats.md row 14) ---


async def test_a_disabled_host_is_out_at_once_with_the_vendors_and_the_customer_is_told(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    host = live.decided.host
    pages = {who: await desk.page(live, who) for who in (host, vendor)}
    desk.registry.person_disabled(desk.anna.id)
    assert desk.plane.permitted == set()
    assert ("close_participant", host) in desk.plane.calls
    assert pages[host].of("farewell")[-1]["reason"] == "removed"
    assert pages[host].closed is not None
    assert not live.hub.is_current(host, pages[host]), "what the old page sends is not heard"
    assert pages[vendor].of("farewell")[-1]["reason"] == "host_gone"
    assert desk.pages[customer].view["pauses"] == ["host_left", "host_lost"]
    live.heard(host, pages[host])
    await asyncio.sleep(0)
    assert live.decided.seats[host].presence is Presence.AWAY


async def test_a_disabled_host_who_still_waits_ends_the_session(desk: Desk) -> None:
    live = await desk.open()
    desk.registry.person_disabled(desk.anna.id)
    assert live.decided.end_reason is EndReason.HOST_LEFT
    await desk.ended(live)


async def test_a_disabled_observer_loses_the_seat_and_nobody_else_does(desk: Desk) -> None:
    live, _customer, surface = await desk.sharing()
    await desk.send(live, live.decided.host, wire.OfferHandover(desk.ben.id, "Please."))
    ben = await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    page = await desk.page(live, ben)
    desk.registry.person_disabled(PersonId("per_x"))
    assert live.decided.seat(ben) is not None
    desk.registry.person_disabled(desk.ben.id)
    assert live.decided.seat(ben) is None
    assert page.of("farewell")[-1]["reason"] == "removed"
    assert {seat.who.role for seat in live.decided.present()} == {Role.HOST, Role.CUSTOMER}
    assert live.steering.flows == {Flow(surface, live.decided.host)}


# --- letting go ---


async def test_stopping_keeps_what_was_decided(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    asked = asyncio.create_task(desk.send(live, customer, wire.Say("last words")))
    await asyncio.sleep(0)
    await desk.registry.stop()
    await asked
    events = await desk.tools.sessions.events(live.decided.id)
    assert [event.seq for event in events] == list(range(1, live.decided.last_seq + 1))
    assert desk.plane.permitted == set()
