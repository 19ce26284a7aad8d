"""Plays about pause, hand-over, the end, and what time does by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.grant import RevokeReason
from concierge.domain.ids import ParticipantId, PersonId
from concierge.domain.participant import LeaveReason, Presence, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from tests.cast import (
    COLLEAGUE,
    CUSTOMER,
    HOST,
    RECORDING,
    SESSION,
    SURFACE,
    TICKET,
    VENDOR,
    admit,
    agree,
    another_vendor,
    answer,
    consent,
    fresh,
    lobby,
    matched,
    offered,
    opened,
    recorded,
    seen,
    with_vendor,
)
from tests.playbook import BAD_INPUT, NOTHING, Play, Wait, happened, refused

MINUTE_MS = 60_000
ACCEPT = cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=True, consent=consent())


def offer(to: PersonId | None = COLLEAGUE.person, brief: str = "Paper jam.") -> cmd.OfferHandover:
    assert to is not None
    return cmd.OfferHandover(by=HOST.id, to=to, to_name="Otto Ober", brief=brief)


# --- pause ---


def test_each_lifts_only_their_own_pause() -> None:
    play = seen()
    by_host = cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED)
    by_customer = cmd.Pause(by=CUSTOMER.id, reason=PauseReason.CUSTOMER_PAUSED)
    assert play << by_host >> ev.SessionPaused
    assert play << by_host >> NOTHING
    assert play << by_customer >> ev.SessionPaused
    crossed = cmd.Resume(by=HOST.id, reason=PauseReason.CUSTOMER_PAUSED)
    assert play << crossed >> refused("not_yours_to_pause")
    assert play << cmd.Resume(by=HOST.id, reason=PauseReason.HOST_PAUSED) >> ev.PauseCleared
    assert play.session.state is State.PAUSED
    assert play << cmd.Resume(by=CUSTOMER.id, reason=PauseReason.CUSTOMER_PAUSED) >> (
        ev.PauseCleared, ev.SessionResumed
    )  # fmt: skip
    assert play << cmd.Resume(by=HOST.id, reason=PauseReason.HOST_PAUSED) >> NOTHING


def test_a_waiting_session_needs_no_pause() -> None:
    assert lobby() << cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED) >> NOTHING


def test_a_short_pause_keeps_every_consent() -> None:
    play = with_vendor()
    flows = play.session.flows(play.now_ms)
    play.does(cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED))
    resume = cmd.Resume(by=HOST.id, reason=PauseReason.HOST_PAUSED)
    assert play << Wait(limits.CONSENT_STALE_PAUSE_MS - 1) << resume >> (ev.PauseCleared, ev.SessionResumed)
    assert play.session.flows(play.now_ms) == flows


def test_five_minutes_of_pause_make_every_consent_stale() -> None:
    play = with_vendor()
    play.does(cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED))
    _ = play << Wait(limits.CONSENT_STALE_PAUSE_MS)
    events = play.does(cmd.Resume(by=HOST.id, reason=PauseReason.HOST_PAUSED))
    revoked = [event for event in events if isinstance(event, ev.GrantRevoked)]
    assert {event.reason for event in revoked} == {RevokeReason.STALE}
    assert {event.capability for event in revoked} == {Capability.VIEW_SCREEN, Capability.VOICE}
    # The consents are gone before the session goes on.
    assert isinstance(events[-1], ev.SessionResumed)
    assert not play.session.flows(play.now_ms)
    assert play.session.recorded
    agree(play, Capability.VIEW_SCREEN, HOST.id)
    assert play.session.flows(play.now_ms) == {Flow(SURFACE, HOST.id)}


@pytest.mark.parametrize(
    ("pause", "ends"),
    [
        (PauseReason.HOST_PAUSED, EndReason.PAUSED_TOO_LONG),
        (PauseReason.CUSTOMER_PAUSED, EndReason.PAUSED_TOO_LONG),
        (PauseReason.RECORDING_UNAVAILABLE, EndReason.RECORDING_FAILED),
        (PauseReason.BROKER_RESTARTED, EndReason.HOST_LOST),
        (PauseReason.HOST_LEFT, EndReason.HOST_LEFT),
        (PauseReason.CUSTOMER_LOST, EndReason.CUSTOMER_LOST),
    ],
)
def test_a_pause_ends_the_session_in_time_and_says_why(pause: PauseReason, ends: EndReason) -> None:
    play = seen()
    assert play << cmd.Pause(reason=pause) >> ev.SessionPaused
    assert play << Wait(limits.PAUSED_MAX_MS - 1) << cmd.Tick() >> NOTHING
    assert play << Wait(1) << cmd.Tick() >> happened(ev.SessionEnded, reason=ends, by=None)


def test_a_lost_recording_pauses_and_comes_back() -> None:
    play = seen()
    lost = PauseReason.RECORDING_UNAVAILABLE
    assert play << cmd.Pause(reason=lost) >> ev.SessionPaused
    assert not play.session.sources()
    assert play << cmd.Resume(by=HOST.id, reason=lost) >> refused("not_yours_to_pause")
    assert play << cmd.Resume(reason=lost) >> (ev.PauseCleared, ev.SessionResumed)


# --- hand-over ---


def test_the_whole_hand_over() -> None:
    play, asked = with_vendor(), consent()
    assert play << offer() >> happened(ev.HandoverOffered, to=COLLEAGUE.person, brief="Paper jam.")
    assert play << ACCEPT >> refused("no_handover_for_you")
    assert (
        play
        << cmd.JoinDesk(participant=COLLEAGUE)
        >> (
            ev.ParticipantArrived,
            ev.ParticipantAdmitted,
            happened(ev.SuccessorIntroduced, participant=COLLEAGUE.id),
        )
    )
    unread = cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=False, consent=asked)
    assert play << unread >> refused("brief_first")
    for stranger in (HOST.id, VENDOR.id, CUSTOMER.id, None):
        line = cmd.AcceptHandover(by=stranger, brief_read=True, consent=asked)
        assert play << line >> refused("no_handover_for_you")
    assert play << replace(unread, brief_read=True) >> (
        happened(ev.HostChanged, former=HOST.id, host=COLLEAGUE.id),
        happened(
            ev.GrantRevoked,
            participant=HOST.id,
            capability=Capability.MARK,
            reason=RevokeReason.HANDED_OVER,
        ),
        ev.GrantGiven, ev.GrantGiven,  # the new host writes and points
        ev.ConsentAsked,
    )  # fmt: skip
    question = play.session.questions[asked]
    assert (question.participant, question.capability) == (COLLEAGUE.id, Capability.VIEW_SCREEN)
    assert play.session.seats[HOST.id].who.role is Role.OBSERVER
    assert Flow(SURFACE, COLLEAGUE.id) not in play.session.flows(play.now_ms)
    answer(play, yes=True)
    assert Flow(SURFACE, COLLEAGUE.id) in play.session.flows(play.now_ms)
    # The former host commands nothing any more, and leaves as anybody does.
    assert play << cmd.Freeze(by=HOST.id, participant=VENDOR.id) >> refused("host_only")
    events = play.does(cmd.Remove(by=HOST.id, participant=HOST.id, reason=LeaveReason.LEFT))
    assert events[-1] == happened_left(play, HOST.id)
    assert play.session.state is State.ACTIVE
    assert {flow.viewer for flow in play.session.flows(play.now_ms)} == {COLLEAGUE.id, VENDOR.id}


def happened_left(play: Play, who: ParticipantId) -> ev.ParticipantLeft:
    return ev.ParticipantLeft(
        seq=play.session.last_seq, at_ms=play.now_ms, participant=who, reason=LeaveReason.LEFT
    )


def test_a_colleague_who_looks_on_can_be_offered_the_session() -> None:
    play = seen()
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    assert play << offer() >> (ev.HandoverOffered, ev.SuccessorIntroduced)
    play.does(ACCEPT)
    assert play.session.host == COLLEAGUE.id


def test_and_it_can_be_handed_back() -> None:
    play = offered(seen())
    play.does(ACCEPT)
    assert HOST.person is not None
    back = cmd.OfferHandover(by=COLLEAGUE.id, to=HOST.person, to_name=HOST.name, brief="Yours again.")
    assert play << back >> (ev.HandoverOffered, ev.SuccessorIntroduced)
    play.does(cmd.AcceptHandover(by=HOST.id, brief_read=True, consent=consent()))
    assert play.session.host == HOST.id
    assert play.session.holds(HOST.id, Capability.MARK, play.now_ms)
    assert play.session.holds(HOST.id, Capability.VIEW_SCREEN, play.now_ms)


def test_a_hand_over_ends_the_pause_that_the_lost_host_caused() -> None:
    play = offered(seen())
    play.does(cmd.LosePresence(participant=HOST.id))
    events = play.does(ACCEPT)
    assert ev.SessionResumed in [type(event) for event in events]
    assert play.session.state is State.ACTIVE
    # The former host comes back as an observer, and that pauses nobody.
    assert play << cmd.RegainPresence(participant=HOST.id) >> ev.PresenceRegained
    assert play << cmd.LosePresence(participant=HOST.id) >> ev.PresenceLost


def test_a_successor_who_is_away_takes_nothing_over() -> None:
    play = offered(seen())
    play.does(cmd.LosePresence(participant=COLLEAGUE.id))
    assert play << ACCEPT >> refused("not_present")


def test_an_offer_is_declined_withdrawn_or_lapses() -> None:
    play = offered(seen())
    assert play << cmd.DeclineHandover(by=HOST.id) >> refused("no_handover_for_you")
    assert play << cmd.DeclineHandover(by=COLLEAGUE.id) >> happened(ev.HandoverClosed, outcome="declined")
    assert play << offer() >> (ev.HandoverOffered, ev.SuccessorIntroduced)
    assert play << offer() >> refused("handover_open")
    assert play << cmd.WithdrawHandover(by=COLLEAGUE.id) >> refused("host_only")
    assert play << cmd.WithdrawHandover(by=HOST.id) >> happened(ev.HandoverClosed, outcome="withdrawn")
    assert play << cmd.WithdrawHandover(by=HOST.id) >> NOTHING
    assert play << offer() >> (ev.HandoverOffered, ev.SuccessorIntroduced)
    assert (
        play << Wait(limits.HANDOVER_OFFER_MS) << cmd.Tick() >> happened(ev.HandoverClosed, outcome="lapsed")
    )
    assert play << ACCEPT >> refused("no_handover_for_you")


def test_a_successor_who_leaves_is_no_successor() -> None:
    play = offered(seen())
    play.does(cmd.Remove(by=COLLEAGUE.id, participant=COLLEAGUE.id, reason=LeaveReason.LEFT))
    assert play.session.handover is not None
    assert play.session.handover.successor is None
    again = replace(COLLEAGUE, id=ParticipantId(fresh("participant")))
    play.does(cmd.JoinDesk(participant=again))
    play.does(replace(ACCEPT, by=again.id))
    assert play.session.host == again.id


def test_an_offer_goes_to_somebody_else_with_a_brief() -> None:
    play = seen()
    assert play << offer(to=HOST.person) >> refused("already_host")
    assert play << offer(brief=" \n") >> BAD_INPUT
    assert play << offer(brief="x" * (limits.NOTE_MAX_CHARS + 1)) >> BAD_INPUT
    line = replace(offer(), by=CUSTOMER.id)
    assert play << line >> refused("host_only")


def test_a_successor_without_the_ceiling_is_not_asked_about() -> None:
    play = seen()
    blind = replace(COLLEAGUE, may_hold=frozenset({Capability.CHAT}))
    assert play << offer() >> ev.HandoverOffered
    play.does(cmd.JoinDesk(participant=blind))
    events = play.does(ACCEPT)
    assert ev.ConsentAsked not in [type(event) for event in events]
    assert {key for key in play.session.grants if key[0] == blind.id} == {(blind.id, Capability.CHAT)}


def test_a_hand_over_while_waiting() -> None:
    play = offered(lobby())
    assert play << ACCEPT >> ev.HostChanged
    line = cmd.ConfirmMatch(by=COLLEAGUE.id, participant=CUSTOMER.id, correct=True, consent=consent())
    play.does(line)
    assert play.session.holds(COLLEAGUE.id, Capability.CHAT, play.now_ms)


# --- the end ---


def test_who_ends_and_with_which_reason() -> None:
    play = with_vendor()
    assert play << cmd.End(by=VENDOR.id, reason=EndReason.COMPLETED) >> refused("host_only")
    assert play << cmd.End(by=CUSTOMER.id, reason=EndReason.COMPLETED) >> refused("host_only")
    assert play << cmd.End(by=HOST.id, reason=EndReason.CUSTOMER_STOPPED) >> BAD_INPUT
    long = "x" * (limits.NOTE_MAX_CHARS + 1)
    assert play << cmd.End(by=HOST.id, reason=EndReason.COMPLETED, note=long) >> BAD_INPUT
    assert play << cmd.End(by=HOST.id, reason=EndReason.COMPLETED, outcome=long) >> BAD_INPUT
    assert (
        play
        << cmd.End(reason=EndReason.SUPERVISOR_ENDED)
        >> happened(ev.SessionEnded, reason=EndReason.SUPERVISOR_ENDED, by=None)
    )


def test_a_clock_that_jumps_is_noted_and_moves_no_deadline() -> None:
    play = seen()
    deadline = play.session.deadline()
    assert play << cmd.NoteClockStep(by_ms=-3_600_000) >> happened(ev.ClockStepped, by_ms=-3_600_000)
    assert play.session.deadline() == deadline


# --- time ---


def test_nobody_comes() -> None:
    play = opened()
    assert play << Wait(limits.WAITING_MAX_MS - 1) << cmd.Tick() >> NOTHING
    assert play << Wait(1) << cmd.Tick() >> happened(ev.SessionEnded, reason=EndReason.NOT_JOINED)


def test_nobody_lets_them_in() -> None:
    play = seen()
    late = another_vendor()
    play.does(cmd.Arrive(participant=late))
    assert (
        play
        << Wait(limits.LOBBY_MAX_MS)
        << cmd.Tick()
        >> happened(ev.ParticipantLeft, participant=late.id, reason=LeaveReason.LOBBY_TIMEOUT)
    )


def test_a_session_does_not_last_for_ever() -> None:
    play = seen()
    assert (
        play
        << Wait(limits.SESSION_MAX_MS)
        << cmd.Tick()
        >> happened(ev.SessionEnded, reason=EndReason.TIME_LIMIT)
    )


def test_five_minutes_without_the_host_put_the_vendors_out() -> None:
    play = with_vendor()
    late = another_vendor()
    play.does(cmd.Arrive(participant=late))
    play.does(cmd.LosePresence(participant=HOST.id))
    assert play.session.deadline() == play.now_ms + limits.HOST_LOST_END_MS
    _ = play << Wait(limits.HOST_LOST_END_MS)
    events = play.does(cmd.Tick())
    gone = [event.participant for event in events if isinstance(event, ev.ParticipantLeft)]
    assert gone == [VENDOR.id, late.id]
    assert play.session.pauses == {PauseReason.HOST_LOST}
    # The deadline is behind: the next one is the end, and nothing spins until then.
    assert play.session.paused_ms is not None
    assert play.session.deadline() == play.session.paused_ms + limits.PAUSED_MAX_MS
    assert play << cmd.Tick() >> NOTHING
    # Back in time, the session goes on, without vendors and with consents to be asked anew.
    events = play.does(cmd.RegainPresence(participant=HOST.id))
    assert isinstance(events[-1], ev.SessionResumed)
    assert not play.session.flows(play.now_ms)
    assert play.session.seats[CUSTOMER.id].presence is Presence.JOINED


def test_a_waiting_session_without_its_host_ends() -> None:
    play = lobby()
    assert play << cmd.LosePresence(participant=HOST.id) >> ev.PresenceLost
    assert play.session.deadline() == play.now_ms + limits.HOST_LOST_WAITING_MS
    assert (
        play
        << Wait(limits.HOST_LOST_WAITING_MS)
        << cmd.Tick()
        >> happened(ev.SessionEnded, reason=EndReason.HOST_LOST)
    )


def test_a_tick_after_a_long_sleep_lets_nobody_leave_twice() -> None:
    play = seen()
    vendor = another_vendor(until_ms=play.now_ms + limits.HOST_LOST_END_MS)
    admit(play, vendor)
    play.does(cmd.LosePresence(participant=HOST.id))
    _ = play << Wait(limits.HOST_LOST_END_MS + 1)
    events = play.does(cmd.Tick())
    assert [type(event) for event in events].count(ev.ParticipantLeft) == 1


def test_an_invite_runs_out_with_warnings() -> None:
    play = seen()
    vendor = another_vendor(until_ms=play.now_ms + 20 * MINUTE_MS)
    admit(play, vendor)
    while play.session.questions:
        answer(play, yes=True)
    left = 20
    for warning in (15, 5, 1):
        assert play << Wait((left - warning) * MINUTE_MS - 1) << cmd.Tick() >> NOTHING
        assert (
            play
            << Wait(1)
            << cmd.Tick()
            >> happened(ev.EndingSoon, participant=vendor.id, left_ms=warning * MINUTE_MS)
        )
        assert play << cmd.Tick() >> NOTHING
        left = warning
    assert Flow(SURFACE, vendor.id) in play.session.flows(play.now_ms)
    # At the end nothing flows any more, whether or not a Tick has come.
    _ = play << Wait(MINUTE_MS)
    assert Flow(SURFACE, vendor.id) not in play.session.flows(play.now_ms)
    events = play.does(cmd.Tick())
    assert {event.reason for event in events if isinstance(event, ev.GrantRevoked)} == {RevokeReason.EXPIRED}
    assert isinstance(events[-1], ev.ParticipantLeft)
    assert events[-1].reason is LeaveReason.TIME_UP


def test_who_comes_late_is_warned_once_with_the_time_that_is_left() -> None:
    play = seen()
    vendor = another_vendor(until_ms=play.now_ms + 3 * MINUTE_MS)
    play.does(cmd.Arrive(participant=vendor))
    assert play << cmd.Tick() >> happened(ev.EndingSoon, left_ms=3 * MINUTE_MS)
    assert play << cmd.Tick() >> NOTHING
    assert play << Wait(2 * MINUTE_MS) << cmd.Tick() >> happened(ev.EndingSoon, left_ms=MINUTE_MS)


def test_a_session_does_not_outlive_its_customers_or_hosts_time() -> None:
    play = opened()
    hurried = replace(CUSTOMER, until_ms=play.now_ms + 20 * MINUTE_MS)
    play.does(cmd.Arrive(participant=hurried))
    play.does(cmd.ConfirmMatch(by=HOST.id, participant=hurried.id, correct=True, consent=consent()))
    _ = play << Wait(20 * MINUTE_MS)
    assert isinstance(play.does(cmd.Tick())[-1], ev.SessionEnded)
    timed = replace(HOST, until_ms=play.now_ms + 1)
    line = cmd.OpenSession(session=SESSION, ticket=TICKET, recording=RECORDING, host=timed)
    assert Play() << line >> refused("wrong_door")


@pytest.mark.parametrize("scene", [opened, lobby, matched, recorded, seen, with_vendor])
def test_every_scene_ends_by_itself(scene: Callable[[], Play]) -> None:
    play = scene()
    for _ in range(100):
        deadline = play.session.deadline()
        if deadline is None:
            break
        _ = play << Wait(max(0, deadline - play.now_ms))
        assert play.does(cmd.Tick())
    assert play.session.state is State.ENDED
    assert play.now_ms - play.session.opened_ms <= limits.SESSION_MAX_MS


def test_the_host_may_not_leave_between_the_offer_and_its_acceptance() -> None:
    play = offered(seen())
    leave = cmd.Remove(by=HOST.id, participant=HOST.id, reason=LeaveReason.LEFT)
    assert play << leave >> refused("handover_first")
    play.does(ACCEPT)
    assert isinstance(play.does(leave)[-1], ev.ParticipantLeft)


def test_the_successor_is_introduced_as_soon_as_there_is_a_customer_and_asks_to_see_what_the_host_sees() -> (
    None
):
    play = offered(lobby())
    assert play.session.handover is not None
    assert not play.session.handover.introduced
    events = play.does(cmd.ConfirmMatch(by=HOST.id, participant=CUSTOMER.id, correct=True, consent=consent()))
    assert isinstance(events[-1], ev.SuccessorIntroduced)
    play = seen()
    assert play << offer() >> ev.HandoverOffered
    events = play.does(cmd.JoinDesk(participant=COLLEAGUE, consent=consent()))
    assert [type(event) for event in events][-2:] == [ev.SuccessorIntroduced, ev.ConsentAsked]
