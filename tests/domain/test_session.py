"""What can be read off a session: seats, flows, deadlines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.event_codec import EVENT_TYPES
from concierge.domain.participant import LeaveReason, Presence, Seat
from concierge.domain.reasons import PauseReason
from concierge.domain.session import TRANSITIONS, Flow, State, next_warning, seat_deadlines
from tests.cast import CUSTOMER, HOST, SURFACE, VENDOR, lobby, matched, opened, seen, with_vendor


def test_the_table_has_no_way_out_of_the_end_and_one_into_active_from_waiting() -> None:
    assert not any(state is State.ENDED for state, _ in TRANSITIONS)
    assert {kind for (state, kind), to in TRANSITIONS.items() if to is State.ENDED} == {ev.SessionEnded}
    assert {(state, kind) for (state, kind), to in TRANSITIONS.items() if to is State.ACTIVE} == {
        (State.WAITING, ev.MatchConfirmed),
        (State.PAUSED, ev.SessionResumed),
    }
    assert {kind for _, kind in TRANSITIONS} <= set(EVENT_TYPES.values())
    for state in set(State) - {State.ENDED}:
        assert TRANSITIONS[state, ev.SessionEnded] is State.ENDED


def test_seats() -> None:
    session = lobby().session
    assert session.seat(None) is None
    assert session.customer is not None
    assert not session.matched
    assert matched().session.matched
    play = with_vendor()
    assert [seat.who for seat in play.session.vendors()] == [VENDOR]
    play.does(cmd.Remove(by=VENDOR.id, participant=VENDOR.id, reason=LeaveReason.LEFT))
    assert play.session.seat(VENDOR.id) is None
    assert VENDOR.id in play.session.seats
    assert play.session.vendors() == []


def test_everybody_sees_and_hears_the_others_and_never_themselves() -> None:
    play = with_vendor()
    for who in (HOST.id, CUSTOMER.id, VENDOR.id):
        play.does(cmd.OpenVoice(by=who))
    voices = {
        Flow(source, viewer)
        for source in (HOST.id, CUSTOMER.id, VENDOR.id)
        for viewer in (HOST.id, CUSTOMER.id, VENDOR.id)
        if source != viewer
    }
    assert play.session.flows(play.now_ms) == voices | {Flow(SURFACE, HOST.id), Flow(SURFACE, VENDOR.id)}
    assert play.session.sources() == {SURFACE, HOST.id, CUSTOMER.id, VENDOR.id}


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.PAUSED},
        {"state": State.WAITING},
        {"state": State.ENDED},
        {"recorded": False},
        {"grants": {}},
    ],
)
def test_nothing_flows_when_one_thing_is_missing(changes: dict[str, object]) -> None:
    play = seen()
    assert play.session.flows(play.now_ms)
    without = replace(play.session, **changes)  # type: ignore[arg-type]
    assert not without.flows(play.now_ms)
    assert not without.sources()


def test_using_a_capability_needs_more_than_holding_it() -> None:
    play = seen()
    session, now = play.session, play.now_ms
    assert session.may(HOST.id, Capability.VIEW_SCREEN, now)
    assert not session.may(CUSTOMER.id, Capability.VIEW_SCREEN, now)
    paused = replace(session, state=State.PAUSED)
    assert paused.holds(HOST.id, Capability.VIEW_SCREEN, now)
    assert not paused.may(HOST.id, Capability.VIEW_SCREEN, now)
    end = session.until(session.seats[HOST.id])
    assert end == session.opened_ms + limits.SESSION_MAX_MS
    assert not session.may(HOST.id, Capability.VIEW_SCREEN, end)


def test_the_next_deadline_is_the_earliest() -> None:
    session = opened().session
    assert session.deadline() == session.opened_ms + limits.WAITING_MAX_MS
    play = matched()
    assert play.session.deadline() == play.now_ms + limits.CONSENT_ANSWER_MS
    play = seen()
    assert play.session.deadline() == play.session.opened_ms + limits.SESSION_MAX_MS
    play.does(cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED))
    assert play.session.deadline() == play.now_ms + limits.PAUSED_MAX_MS


def test_when_the_vendors_of_an_absent_host_are_out() -> None:
    play = with_vendor()
    lost = [play.session.host_lost_ms]
    for line in (cmd.LosePresence(participant=HOST.id), cmd.Pause(reason=PauseReason.HOST_LEFT)):
        play.does(line)
        lost.append(play.session.host_lost_ms)
    # Once they are out it is no deadline any more.
    assert lost == [None, play.now_ms + limits.HOST_LOST_END_MS, None]


def test_when_another_host_may_pick_up() -> None:
    assert seen().session.pick_up_from_ms is None
    play = seen()
    play.does(cmd.LosePresence(participant=HOST.id))
    assert play.session.pick_up_from_ms == play.now_ms + limits.HOST_PICK_UP_AFTER_MS
    play = seen()
    play.does(cmd.Pause(reason=PauseReason.HOST_LEFT))
    assert play.session.pick_up_from_ms == play.now_ms


def test_while_the_customer_is_waited_for_the_host_may_be_away_for_longer_than_a_code_lives() -> None:
    assert limits.CODE_LIFE_MS < limits.HOST_LOST_WAITING_MS < limits.WAITING_MAX_MS


def test_the_deadlines_and_warnings_of_a_seat() -> None:
    seat = Seat(replace(VENDOR, until_ms=10_000_000), Presence.LOBBY, since_ms=1_000)
    first, second, third = limits.INVITE_WARNINGS_MS
    assert seat_deadlines(seat) == [1_000 + limits.LOBBY_MAX_MS, 10_000_000, 10_000_000 - first]
    assert next_warning(seat) == first
    assert next_warning(replace(seat, warned_ms=first)) == second
    assert next_warning(replace(seat, warned_ms=second - 1)) == third
    assert next_warning(replace(seat, warned_ms=third)) is None
    assert seat_deadlines(Seat(VENDOR, Presence.JOINED, 0)) == []
