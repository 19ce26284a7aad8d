"""A locked database, a stepped clock, silent people, closed tabs, an end under load: answered plainly, nothing lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.errors import ConciergeError, EvidenceUnavailable, Refused
from concierge.domain.ids import RecordingId
from concierge.domain.participant import Presence
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from concierge.services.inviting import look_at_invite
from concierge.services.live import LiveSession
from concierge.services.opening import open_session
from concierge.services.ports import StoreUnavailable
from concierge.wire import messages as wire
from tests.services.desk import Desk, desk_in

THREE_DAYS_MS = 3 * 24 * 60 * 60_000


async def one_story(desk: Desk, live: LiveSession) -> None:
    """The recording, the database and the fold agree, without a hole in the numbers."""
    script = await desk.script(live)
    assert script.verification.fault == ""
    assert [event.seq for event in script.events] == list(range(1, live.decided.last_seq + 1))
    assert list(script.events) == await desk.tools.sessions.events(live.decided.id)


# --- the database ---


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose database gives up soon."""
    async with desk_in(tmp_path, patience_ms=20) as desk:
        yield desk


@contextmanager
def locked(desk: Desk) -> Iterator[sqlite3.Connection]:
    """Somebody else holds the database's lock."""
    with closing(sqlite3.connect(desk.folder / "desk.sqlite3", isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 5000")
        other.execute("BEGIN IMMEDIATE")
        try:
            yield other
        finally:
            if other.in_transaction:
                other.execute("ROLLBACK")


async def test_a_locked_database_delays_what_widens_and_not_what_narrows(
    hasty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = hasty
    live, customer, surface = await desk.sharing()
    host = live.decided.host
    with locked(desk) as other:
        said = asyncio.create_task(desk.send(live, customer, wire.Say("Is it me?")))
        await asyncio.sleep(0)
        await desk.send(live, customer, wire.Hide(surface))
        assert desk.plane.open == {}
        shown = asyncio.create_task(desk.send(live, customer, wire.Unhide(surface)))
        await desk.until(lambda: desk.tools.evidence.lag_ms(live.decided.recording) == 0)
        assert not said.done()
        assert not desk.pages[host].of("line"), "not kept, so not told"
        assert live.steering.flows == frozenset()
        other.execute("ROLLBACK")
        await asyncio.wait_for(asyncio.gather(said, shown), 30)
    await desk.until(lambda: live.steering.flows == {Flow(surface, host)})
    assert [line["text"] for line in desk.pages[host].of("line")] == ["Is it me?"]
    await one_story(desk, live)


async def test_a_command_that_waits_too_long_for_the_database_says_so_and_still_happens(
    hasty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = hasty
    live, customer, _surface = await desk.sharing()
    monkeypatch.setattr(limits, "COMMAND_DEADLINE_MS", 50)
    with locked(desk):
        with pytest.raises(EvidenceUnavailable) as caught:
            await desk.send(live, customer, wire.Say("Hello?"))
        assert "not on the record yet" in str(caught.value)
    await desk.until(lambda: desk.pages[live.decided.host].of("line") != [])
    await one_story(desk, live)


async def test_a_stop_while_the_database_is_locked_ends_at_once_and_is_kept_afterwards(
    hasty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = hasty
    live, customer, _surface = await desk.sharing()
    with locked(desk):
        await desk.send(live, customer, wire.StopEverything())
        assert desk.plane.permitted == set()
        assert desk.pages[customer].of("farewell")
    await desk.ended(live)
    await one_story(desk, live)
    summary = await desk.tools.sessions.summary(live.decided.id)
    assert summary is not None
    assert (summary.state, summary.end_reason) == ("ended", EndReason.CUSTOMER_STOPPED)


async def test_opening_on_a_locked_database_is_refused_and_leaves_nothing_half_open(hasty: Desk) -> None:
    desk = hasty
    with locked(desk), pytest.raises(StoreUnavailable):
        await desk.open()
    assert desk.registry.all() == []
    (left,) = (desk.folder / "recordings").iterdir()
    assert (await desk.reader.verify(RecordingId(left.name))).closed
    live = await desk.open()
    assert live.decided.state is State.WAITING


async def test_a_page_that_comes_back_while_the_database_is_locked_gets_its_seat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, customer, _surface = await desk.sharing()

    async def gone(_session: object) -> object:
        raise StoreUnavailable("the database does not answer")

    monkeypatch.setattr(desk.tools.sessions, "events", gone)
    page = await desk.page(live, customer)
    assert page.view["state"] == "active"
    await desk.send(live, customer, wire.Say("I am back"))
    assert page.of("line")


# --- the clock ---


@pytest.mark.parametrize("step_ms", [THREE_DAYS_MS, -THREE_DAYS_MS])
async def test_a_stepped_clock_moves_no_deadline_and_is_put_on_the_record(desk: Desk, step_ms: int) -> None:
    live, _customer, surface = await desk.sharing()
    before, deadline = live.decided, live.decided.deadline()
    desk.clock.offset_ms += step_ms
    desk.registry._watch_clock()
    await desk.until(lambda: live.durable.last_seq == before.last_seq + 1)
    assert (live.decided.deadline(), live.decided.state) == (deadline, State.ACTIVE)
    assert live.steering.flows == {Flow(surface, live.decided.host)}
    assert live.due(desk.clock.now(), 0) == []
    event = (await desk.script(live)).events[-1]
    assert (type(event).__name__, getattr(event, "by_ms", None)) == ("ClockStepped", step_ms)
    desk.registry._watch_clock()
    await asyncio.sleep(0)
    assert live.decided.last_seq == before.last_seq + 1, "one step is told once"


async def test_a_step_there_and_back_is_two_events_in_order(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    before = live.decided.last_seq
    for step_ms in (THREE_DAYS_MS, -THREE_DAYS_MS):
        desk.clock.offset_ms += step_ms
        desk.registry._watch_clock()
    await desk.until(lambda: live.durable.last_seq == before + 2)
    await one_story(desk, live)
    steps = [getattr(event, "by_ms", None) for event in (await desk.script(live)).events[-2:]]
    assert steps == [THREE_DAYS_MS, -THREE_DAYS_MS]


async def test_a_stepped_clock_revives_no_invite_and_kills_no_seat(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    until_ms = live.decided.seats[vendor].who.until_ms
    desk.clock.offset_ms += THREE_DAYS_MS
    before = live.decided.last_seq
    desk.registry._watch_clock()
    await desk.until(lambda: live.durable.last_seq == before + 1)
    assert live.decided.seats[vendor].who.until_ms == until_ms
    assert live.due(desk.clock.now(), 0) == []


# --- people ---


async def test_a_silent_host_pauses_with_every_seat_kept_and_nothing_said_meanwhile_is_carried_out(
    desk: Desk,
) -> None:
    live, customer, surface = await desk.sharing()
    vendor = await desk.vendor(live)
    await desk.page(live, vendor)
    seats = [seat.who.id for seat in live.decided.present()]
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS - 1
    for participant in (customer, vendor):
        live.heard(participant, desk.pages[participant])
    live.watch(desk.clock.now(), 0)
    assert live.decided.state is State.ACTIVE
    desk.clock.now_ms += 1
    live.watch(desk.clock.now(), 0)
    assert live.decided.pauses == {PauseReason.HOST_LOST}
    assert [seat.who.id for seat in live.decided.present()] == seats
    assert desk.plane.permitted == set()
    drawn = len(desk.pages[customer].of("mark"))
    with pytest.raises(Refused):
        await desk.send(live, vendor, wire.DrawMark(surface, "point", ((1, 2),)))
    await desk.page(live, live.decided.host)
    await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
    assert len(desk.pages[customer].of("mark")) == drawn, "discarded, not kept for later"
    assert live.steering.flows == {Flow(surface, live.decided.host), Flow(surface, vendor)}


async def test_a_host_who_leaves_takes_the_vendors_out_and_the_customer_is_told(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    page = await desk.page(live, vendor)
    await desk.send(live, live.decided.host, wire.Leave())
    assert page.of("farewell")[-1]["reason"] == "host_gone"
    assert desk.plane.permitted == set()
    assert desk.pages[customer].view["pauses"] == ["host_left"]
    assert live.decided.seat(vendor) is None


async def test_a_host_silent_for_long_costs_the_vendors_their_seats_and_the_session_ends_in_the_end(
    desk: Desk,
) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    await desk.page(live, vendor)
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS
    live.heard(customer, desk.pages[customer])
    live.heard(vendor, desk.pages[vendor])
    live.watch(desk.clock.now(), 0)
    lost_ms = desk.clock.now_ms
    desk.clock.now_ms = lost_ms + limits.HOST_LOST_END_MS
    for command in live.due(desk.clock.now(), 0):
        await live.submit(command)
    assert live.decided.seat(vendor) is None
    assert live.decided.pauses == {PauseReason.HOST_LOST}
    desk.clock.now_ms = lost_ms + limits.PAUSED_MAX_MS
    for command in live.due(desk.clock.now(), 0):
        await live.submit(command)
    assert live.decided.end_reason is EndReason.HOST_LOST
    await desk.ended(live)
    await one_story(desk, live)


async def test_a_laptop_asleep_pauses_and_waking_up_goes_on(desk: Desk) -> None:
    live, customer, surface = await desk.sharing()
    host = live.decided.host
    for _ in range(40):
        desk.clock.now_ms += 1_000
        live.heard(host, desk.pages[host])
        live.watch(desk.clock.now(), 0)
    assert live.decided.pauses == {PauseReason.CUSTOMER_LOST}
    assert live.decided.seats[customer].presence is Presence.AWAY
    assert desk.pages[host].view["pauses"] == ["customer_lost"]
    assert desk.plane.permitted == set()
    live.heard(customer, desk.pages[customer])
    await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
    assert live.steering.flows == {Flow(surface, host)}


async def test_a_long_sleep_makes_consents_stale(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = live.decided.host
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS
    live.heard(host, desk.pages[host])
    live.watch(desk.clock.now(), 0)
    desk.clock.now_ms += limits.CONSENT_STALE_PAUSE_MS
    live.heard(host, desk.pages[host])
    live.heard(customer, desk.pages[customer])
    await desk.until(lambda: live.durable == live.decided and live.decided.state is State.ACTIVE)
    assert not live.decided.holds(host, Capability.VIEW_SCREEN, desk.clock.now())
    assert live.steering.flows == frozenset()


async def test_a_displaced_tab_neither_keeps_the_seat_nor_loses_it(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    old = desk.pages[customer]
    new = await desk.page(live, customer)
    live.hub.leave(customer, old)
    desk.clock.now_ms += limits.PRESENCE_SILENT_MS
    live.heard(live.decided.host, desk.pages[live.decided.host])
    live.heard(customer, old)
    live.watch(desk.clock.now(), 0)
    assert live.decided.seats[customer].presence is Presence.AWAY, "only the newest tab is heard"
    live.heard(customer, new)
    await desk.until(lambda: live.decided.state is State.ACTIVE)


# --- load ---


async def test_an_end_with_a_hundred_lines_on_their_way_loses_none_that_was_answered(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = live.decided.host
    says = [desk.send(live, (host, customer)[n % 2], wire.Say(f"line {n}")) for n in range(100)]
    end = desk.send(live, host, wire.End("Solved", ""))
    answers = await asyncio.gather(*says[:60], end, *says[60:], return_exceptions=True)
    said = [f"line {n}" for n, answer in enumerate(answers[:60] + answers[61:]) if answer == wire.Done(1)]
    refused = [answer for answer in answers if isinstance(answer, ConciergeError)]
    assert len(said) == 60
    assert all(isinstance(answer, Refused) and answer.code == "session_ended" for answer in refused)
    await desk.ended(live)
    await one_story(desk, live)
    script = await desk.script(live)
    kept = [getattr(event, "text", "") for event in script.events if type(event).__name__ == "ChatSaid"]
    assert kept == said
    assert script.verification.status == "ok"


async def test_two_hosts_at_once_open_one_session_on_a_ticket(desk: Desk) -> None:
    answers = await asyncio.gather(
        *(
            open_session(desk.tools, desk.registry, desk.principal(host), host, desk.ticket.id)
            for host in (desk.anna, desk.ben, desk.anna)
        ),
        return_exceptions=True,
    )
    assert len([answer for answer in answers if isinstance(answer, LiveSession)]) == 1
    assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"session_open_already"}
    assert len(desk.registry.all()) == 1


async def test_an_unknown_invite_says_so(desk: Desk) -> None:
    with pytest.raises(Refused):
        await look_at_invite(desk.tools, "x" * 43)
