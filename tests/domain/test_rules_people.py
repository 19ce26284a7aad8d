"""Plays about who comes in and who goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId, PersonId
from concierge.domain.participant import LeaveReason, Mode, Presence, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State
from tests.cast import (
    COLLEAGUE,
    CUSTOMER,
    FULL,
    HOST,
    SURFACE,
    VENDOR,
    WORDING,
    admit,
    another_vendor,
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


def match(*, correct: bool) -> cmd.ConfirmMatch:
    return cmd.ConfirmMatch(by=HOST.id, participant=CUSTOMER.id, correct=correct, consent=consent())


# --- doors ---


def test_the_lobby_takes_customers_and_vendors_only() -> None:
    for role in (Role.HOST, Role.OBSERVER, Role.MODERATOR):
        assert opened() << cmd.Arrive(participant=replace(COLLEAGUE, role=role)) >> refused("wrong_door")
    assert opened() << cmd.Arrive(participant=VENDOR) >> ev.ParticipantArrived


def test_one_customer_and_nobody_twice() -> None:
    play = lobby()
    other = replace(CUSTOMER, id=ParticipantId(fresh("participant")))
    assert play << cmd.Arrive(participant=other) >> refused("customer_already_here")
    assert play << cmd.Arrive(participant=VENDOR) >> ev.ParticipantArrived
    assert play << cmd.Arrive(participant=VENDOR) >> refused("already_here")


def test_an_invite_seats_one_participant_ever() -> None:
    play = with_vendor()
    second = replace(VENDOR, id=ParticipantId(fresh("participant")))
    assert play << cmd.Arrive(participant=second) >> refused("already_here")
    play.does(cmd.Remove(by=VENDOR.id, participant=VENDOR.id, reason=LeaveReason.LEFT))
    assert play << cmd.Arrive(participant=second) >> refused("already_here")


def test_there_are_so_many_seats() -> None:
    play = opened()
    for _ in range(limits.VENDORS_MAX):
        assert play << cmd.Arrive(participant=another_vendor()) >> ev.ParticipantArrived
    assert play << cmd.Arrive(participant=another_vendor()) >> refused("session_full")
    while len(play.session.present()) < limits.PARTICIPANTS_MAX:
        person = replace(COLLEAGUE, id=ParticipantId(fresh("participant")), person=PersonId(fresh("person")))
        assert play << cmd.JoinDesk(participant=person) >> (ev.ParticipantArrived, ev.ParticipantAdmitted)
    assert play << cmd.Arrive(participant=CUSTOMER) >> refused("session_full")


def test_a_seat_whose_time_is_over_is_not_taken() -> None:
    play = opened()
    assert play << cmd.Arrive(participant=another_vendor(until_ms=play.now_ms)) >> refused("time_up")


def test_from_the_desk_come_observers_with_a_name_once() -> None:
    play = opened()
    assert play << cmd.JoinDesk(participant=replace(COLLEAGUE, role=Role.HOST)) >> refused("wrong_door")
    assert play << cmd.JoinDesk(participant=replace(COLLEAGUE, person=None)) >> refused("wrong_door")
    as_host = replace(COLLEAGUE, person=HOST.person)
    assert play << cmd.JoinDesk(participant=as_host) >> refused("already_here")
    # Whatever the ceiling says: an observer sees and does not act.
    assert play << cmd.JoinDesk(participant=COLLEAGUE) >> (ev.ParticipantArrived, ev.ParticipantAdmitted)
    again = replace(COLLEAGUE, id=ParticipantId(fresh("participant")))
    assert play << cmd.JoinDesk(participant=again) >> refused("already_here")


# --- the match ---


def test_three_wrong_digits_and_the_customer_is_out() -> None:
    play = lobby()
    assert play << match(correct=False) >> ev.MatchFailed
    assert play << match(correct=False) >> ev.MatchFailed
    assert (
        play
        << match(correct=False)
        >> (
            ev.MatchFailed,
            happened(ev.ParticipantLeft, reason=LeaveReason.MATCH_FAILED),
        )
    )
    assert play << match(correct=True) >> refused("no_such_participant")
    assert play.session.state is State.WAITING
    anew = replace(CUSTOMER, id=ParticipantId(fresh("participant")))
    assert play << cmd.Arrive(participant=anew) >> ev.ParticipantArrived


def test_only_the_host_matches_and_only_the_waiting_customer() -> None:
    play = lobby()
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    for who in (CUSTOMER.id, COLLEAGUE.id, None):
        line = cmd.ConfirmMatch(by=who, participant=CUSTOMER.id, correct=True, consent=consent())
        assert play << line >> refused("host_only")
    line = cmd.ConfirmMatch(by=HOST.id, participant=COLLEAGUE.id, correct=True, consent=consent())
    assert play << line >> refused("not_in_lobby")
    assert matched() << match(correct=True) >> refused("not_now")


def test_a_host_who_is_away_matches_nobody() -> None:
    play = lobby()
    assert play << cmd.LosePresence(participant=HOST.id) >> ev.PresenceLost
    assert play << match(correct=True) >> refused("not_now")
    assert play << cmd.RegainPresence(participant=HOST.id) >> ev.PresenceRegained
    play.does(match(correct=True))
    assert play.session.state is State.ACTIVE


def test_in_the_lobby_nobody_says_anything() -> None:
    play = lobby()
    play.does(cmd.Arrive(participant=VENDOR))
    for who in (CUSTOMER.id, VENDOR.id):
        assert play << cmd.Say(by=who, text="Hello") >> refused("still_in_lobby")
        line = cmd.Pause(by=who, reason=PauseReason.CUSTOMER_PAUSED)
        assert play << line >> refused("still_in_lobby")
        assert not any(key[0] == who for key in play.session.grants)


# --- admission ---


def test_admission_asks_the_customer_by_name_for_what_the_invite_carries() -> None:
    play = recorded()
    play.does(cmd.Arrive(participant=VENDOR))
    events = play.does(cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=(consent(), consent())))
    asked = [event.request for event in events if isinstance(event, ev.ConsentAsked)]
    assert [(one.capability, one.participant) for one in asked] == [
        (Capability.VIEW_SCREEN, VENDOR.id),
        (Capability.VOICE, VENDOR.id),
    ]


def test_admission_brings_an_id_for_each_question() -> None:
    play = recorded()
    play.does(cmd.Arrive(participant=VENDOR))
    one = consent()
    assert play << cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=(one,)) >> BAD_INPUT
    assert play << cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=(one, one)) >> BAD_INPUT


def test_an_invite_never_asks_for_the_recording() -> None:
    play = recorded()
    greedy = replace(another_vendor(), may_hold=frozenset(Capability))
    play.does(cmd.Arrive(participant=greedy))
    ids = tuple(consent() for _ in Capability)
    events = play.does(cmd.Admit(by=HOST.id, participant=greedy.id, consents=ids))
    asked = {event.request.capability for event in events if isinstance(event, ev.ConsentAsked)}
    assert asked == {Capability.VIEW_SCREEN, Capability.VOICE}


def test_only_the_host_admits_and_only_from_the_lobby() -> None:
    play = with_vendor()
    late = another_vendor()
    play.does(cmd.Arrive(participant=late))
    for who in (CUSTOMER.id, VENDOR.id, late.id, None):
        assert play << cmd.Admit(by=who, participant=late.id, consents=()) >> refused("host_only")
    assert play << cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=()) >> refused("not_in_lobby")
    assert opened() << cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=()) >> refused("not_now")


def test_nobody_is_admitted_after_their_time() -> None:
    play = recorded()
    late = another_vendor(until_ms=play.now_ms + 1_000)
    play.does(cmd.Arrive(participant=late))
    line = cmd.Admit(by=HOST.id, participant=late.id, consents=(consent(), consent()))
    assert play << Wait(1_000) << line >> refused("time_up")


def test_a_vendor_holds_no_more_than_the_ceiling_set_at_the_door() -> None:
    play = seen()
    modest = replace(another_vendor(), may_hold=frozenset({Capability.CHAT}))
    admit(play, modest)
    for capability in (Capability.VIEW_SCREEN, Capability.VOICE, Capability.CONTROL_INPUT):
        line = cmd.AskConsent(by=HOST.id, consent=consent(), capability=capability, participant=modest.id)
        assert play << line >> refused("beyond_ceiling")


# --- presence ---


def test_three_seconds_without_the_host() -> None:
    play = with_vendor()
    flows = play.session.flows(play.now_ms)
    assert (
        play
        << Wait(limits.PRESENCE_SILENT_MS)
        << cmd.LosePresence(participant=HOST.id)
        >> (
            ev.PresenceLost,
            happened(ev.SessionPaused, reason=PauseReason.HOST_LOST),
        )
    )
    assert not play.session.flows(play.now_ms)
    assert not play.session.sources()
    assert play.session.seats[VENDOR.id].presence is Presence.JOINED
    assert play << cmd.LosePresence(participant=HOST.id) >> NOTHING
    mark = cmd.DrawMark(by=VENDOR.id, surface=SURFACE, shape="point", points=((1, 1),))
    assert play << mark >> refused("not_now")
    assert play << cmd.Resume(reason=PauseReason.HOST_LOST) >> refused("not_now")
    assert play << Wait(20_000) << cmd.RegainPresence(participant=HOST.id) >> (
        ev.PresenceRegained, ev.PauseCleared, ev.SessionResumed
    )  # fmt: skip
    assert play.session.flows(play.now_ms) == flows


def test_the_customer_lost_and_healed() -> None:
    play = seen()
    flows = play.session.flows(play.now_ms)
    assert (
        play
        << cmd.LosePresence(participant=CUSTOMER.id)
        >> (
            ev.PresenceLost,
            happened(ev.SessionPaused, reason=PauseReason.CUSTOMER_LOST),
        )
    )
    assert play << cmd.Resume(reason=PauseReason.CUSTOMER_LOST) >> refused("not_now")
    assert play << Wait(20_000) << cmd.RegainPresence(participant=CUSTOMER.id) >> (
        ev.PresenceRegained, ev.PauseCleared, ev.SessionResumed
    )  # fmt: skip
    assert play.session.flows(play.now_ms) == flows


def test_both_lost_and_only_one_healed_stays_paused() -> None:
    play = seen()
    play.does(cmd.LosePresence(participant=CUSTOMER.id))
    play.does(cmd.LosePresence(participant=HOST.id))
    assert play << cmd.RegainPresence(participant=HOST.id) >> (ev.PresenceRegained, ev.PauseCleared)
    assert play.session.state is State.PAUSED


def test_a_silent_vendor_pauses_nobody_but_sees_nothing() -> None:
    play = with_vendor()
    assert play << cmd.LosePresence(participant=VENDOR.id) >> ev.PresenceLost
    assert play.session.state is State.ACTIVE
    assert {flow.viewer for flow in play.session.flows(play.now_ms)} == {HOST.id}
    assert play << cmd.LosePresence(participant=ParticipantId("nobody")) >> NOTHING
    assert play << cmd.RegainPresence(participant=ParticipantId("nobody")) >> NOTHING


# --- leaving ---


def test_the_host_leaves_on_purpose_and_comes_back() -> None:
    play = with_vendor()
    events = play.does(cmd.Remove(by=HOST.id, participant=HOST.id, reason=LeaveReason.LEFT))
    assert [event.reason for event in events if isinstance(event, ev.ParticipantLeft)] == [
        LeaveReason.HOST_GONE
    ]
    assert play.session.pauses == {PauseReason.HOST_LEFT}
    assert play.session.vendors() == []
    assert play.session.seat(CUSTOMER.id) is not None
    assert play << cmd.RegainPresence(participant=HOST.id) >> (ev.PauseCleared, ev.SessionResumed)


def test_the_host_leaves_for_good_and_the_session_ends_as_that() -> None:
    play = with_vendor()
    play.does(cmd.Remove(by=HOST.id, participant=HOST.id, reason=LeaveReason.LEFT))
    assert play << Wait(limits.PAUSED_MAX_MS - 1) << cmd.Tick() >> NOTHING
    assert play << Wait(1) << cmd.Tick() >> happened(ev.SessionEnded, reason=EndReason.HOST_LEFT)


def test_the_host_leaves_a_waiting_session() -> None:
    line = cmd.Remove(by=HOST.id, participant=HOST.id, reason=LeaveReason.LEFT)
    assert lobby() << line >> happened(ev.SessionEnded, reason=EndReason.HOST_LEFT)


def test_the_customer_leaves() -> None:
    line = cmd.Remove(by=CUSTOMER.id, participant=CUSTOMER.id, reason=LeaveReason.LEFT)
    assert lobby() << line >> happened(ev.ParticipantLeft, reason=LeaveReason.LEFT)
    assert seen() << line >> happened(ev.SessionEnded, reason=EndReason.CUSTOMER_LEFT)


def test_who_may_be_removed_and_by_whom() -> None:
    play = with_vendor()
    late = another_vendor()
    play.does(cmd.Arrive(participant=late))

    def out(by: ParticipantId | None, who: ParticipantId) -> cmd.Remove:
        return cmd.Remove(by=by, participant=who, reason=LeaveReason.REMOVED)

    assert play << out(VENDOR.id, late.id) >> refused("host_only")
    assert play << out(CUSTOMER.id, VENDOR.id) >> refused("host_only")
    assert play << out(HOST.id, CUSTOMER.id) >> refused("end_instead")
    assert play << out(VENDOR.id, HOST.id) >> refused("host_only")
    assert play << out(None, HOST.id) >> refused("host_stays")
    assert play << out(HOST.id, ParticipantId("nobody")) >> refused("no_such_participant")
    denied = cmd.Remove(by=HOST.id, participant=late.id, reason=LeaveReason.DENIED)
    assert play << denied >> happened(ev.ParticipantLeft, reason=LeaveReason.DENIED)
    untrue = cmd.Remove(by=HOST.id, participant=VENDOR.id, reason=LeaveReason.TIME_UP)
    assert play << untrue >> BAD_INPUT


def test_a_removed_vendor_keeps_nothing_and_can_do_nothing() -> None:
    play = with_vendor()
    play.does(cmd.OpenVoice(by=VENDOR.id))
    asked = cmd.AskConsent(by=HOST.id, consent=consent(), capability=Capability.VOICE, participant=VENDOR.id)
    assert play << asked >> NOTHING
    events = play.does(cmd.Remove(by=HOST.id, participant=VENDOR.id, reason=LeaveReason.REMOVED))
    assert sorted(type(event).__name__ for event in events) == [
        *["GrantRevoked"] * len(FULL), "ParticipantLeft", "VoiceClosed",
    ]  # fmt: skip
    assert not any(key[0] == VENDOR.id for key in play.session.grants)
    assert VENDOR.id not in play.session.voices
    assert play << cmd.Say(by=VENDOR.id, text="Hello?") >> refused("no_such_participant")
    assert play << cmd.OpenVoice(by=VENDOR.id) >> refused("no_such_participant")
    assert play << cmd.RegainPresence(participant=VENDOR.id) >> NOTHING
    assert play << cmd.Freeze(by=HOST.id, participant=VENDOR.id) >> refused("no_such_participant")


def test_a_question_about_somebody_lapses_when_they_go() -> None:
    play = seen()
    admit(play)
    open_question = next(iter(play.session.questions))
    events = play.does(cmd.Remove(by=HOST.id, participant=VENDOR.id, reason=LeaveReason.REMOVED))
    assert [type(event) for event in events[:2]] == [ev.ConsentLapsed, ev.ConsentLapsed]
    line = cmd.AnswerConsent(by=CUSTOMER.id, consent=open_question, yes=True, wording=WORDING)
    assert play << line >> refused("question_closed")


def test_a_revoked_invite_takes_its_seat_with_it() -> None:
    play = with_vendor()
    assert VENDOR.invite is not None
    assert play << cmd.RemoveInvited(by=VENDOR.id, invite=VENDOR.invite) >> refused("host_only")
    events = play.does(cmd.RemoveInvited(invite=VENDOR.invite))
    assert [event.reason for event in events if isinstance(event, ev.ParticipantLeft)] == [
        LeaveReason.INVITE_REVOKED
    ]
    assert play << cmd.RemoveInvited(invite=VENDOR.invite) >> NOTHING


# --- freezing ---


def test_frozen_sees_and_does_nothing_and_is_freed_again() -> None:
    play = with_vendor()
    flows = play.session.flows(play.now_ms)
    assert play << cmd.Freeze(by=HOST.id, participant=VENDOR.id) >> ev.ParticipantFrozen
    assert play << cmd.Freeze(by=HOST.id, participant=VENDOR.id) >> NOTHING
    assert {flow.viewer for flow in play.session.flows(play.now_ms)} == {HOST.id}
    mark = cmd.DrawMark(by=VENDOR.id, surface=SURFACE, shape="point", points=((1, 1),))
    for line in (
        cmd.Say(by=VENDOR.id, text="Hey"),
        mark,
        cmd.ClearMarks(by=VENDOR.id),
        cmd.OpenVoice(by=VENDOR.id),
    ):
        assert play << line >> refused("not_granted")
    assert play << cmd.Unfreeze(by=VENDOR.id, participant=VENDOR.id) >> refused("host_only")
    assert play << cmd.Unfreeze(by=HOST.id, participant=VENDOR.id) >> ev.ParticipantUnfrozen
    assert play << cmd.Unfreeze(by=HOST.id, participant=VENDOR.id) >> NOTHING
    assert play.session.flows(play.now_ms) == flows


def test_the_voice_of_a_frozen_vendor_is_neither_heard_nor_recorded() -> None:
    play = with_vendor()
    play.does(cmd.OpenVoice(by=VENDOR.id))
    assert VENDOR.id in play.session.sources()
    play.does(cmd.Freeze(by=HOST.id, participant=VENDOR.id))
    assert VENDOR.id not in play.session.sources()


def test_hosts_and_customers_are_not_frozen_and_vendors_freeze_nobody() -> None:
    play = with_vendor()
    for who in (HOST.id, CUSTOMER.id):
        assert play << cmd.Freeze(by=HOST.id, participant=who) >> refused("cannot_freeze")
    assert play << cmd.Freeze(by=VENDOR.id, participant=CUSTOMER.id) >> refused("host_only")
    play.does(cmd.Arrive(participant=another_vendor()))
    waiting = play.session.vendors()[-1].who.id
    assert play << cmd.Freeze(by=HOST.id, participant=waiting) >> refused("still_in_lobby")


def test_a_frozen_successor_does_not_take_over() -> None:
    play = offered(seen())
    play.does(cmd.Freeze(by=HOST.id, participant=COLLEAGUE.id))
    line = cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=True, consent=consent())
    assert play << line >> refused("not_present")
    assert play.session.seats[COLLEAGUE.id].mode is Mode.FROZEN


@pytest.mark.parametrize("act", ["host", "customer", "nobody"])
def test_observers_and_vendors_do_nothing_of_the_hosts_or_the_customers(act: str) -> None:
    play: Play = with_vendor()
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    about: dict[str, Any] = {"participant": VENDOR.id, "capability": Capability.VIEW_SCREEN}
    lines = {
        "host": [
            cmd.AskConsent(by=COLLEAGUE.id, consent=consent(), **about),
            cmd.TakeBack(by=COLLEAGUE.id, **about),
            cmd.Freeze(by=COLLEAGUE.id, participant=VENDOR.id),
            cmd.OfferHandover(by=VENDOR.id, to=COLLEAGUE.person, to_name="x", brief="x"),  # type: ignore[arg-type]
            cmd.WithdrawHandover(by=VENDOR.id),
            cmd.End(by=COLLEAGUE.id, reason=EndReason.COMPLETED),
        ],
        "customer": [
            cmd.WithdrawConsent(by=VENDOR.id, **about),
            cmd.HideSurface(by=COLLEAGUE.id, surface=SURFACE),
            cmd.UnhideSurface(by=HOST.id, surface=SURFACE),
            cmd.CloseSurface(by=VENDOR.id, surface=SURFACE),
            cmd.AnswerConsent(by=HOST.id, consent=consent(), yes=True, wording=WORDING),
        ],
        "nobody": [
            cmd.Pause(by=VENDOR.id, reason=PauseReason.HOST_PAUSED),
            cmd.Resume(by=COLLEAGUE.id, reason=PauseReason.HOST_LOST),
            cmd.Pause(by=HOST.id, reason=PauseReason.CUSTOMER_PAUSED),
            cmd.Resume(by=HOST.id, reason=PauseReason.RECORDING_UNAVAILABLE),
        ],
    }
    codes = {"host": "host_only", "customer": "customer_only", "nobody": "not_yours_to_pause"}
    for line in lines[act]:
        assert play << line >> refused(codes[act])
