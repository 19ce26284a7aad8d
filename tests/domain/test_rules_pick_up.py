"""Picking up: another host takes the place of one who is gone, and only with the customer's yes to the new name."""

from __future__ import annotations

from dataclasses import replace

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import LeaveReason, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State
from tests.cast import COLLEAGUE, CUSTOMER, HOST, WORDING, consent, fresh, lobby, offered, seen, with_vendor
from tests.playbook import BAD_INPUT, NOTHING, Play, Wait, happened, refused

PICK_UP = cmd.PickUpSession(participant=COLLEAGUE)


def lost(play: Play) -> Play:
    play.does(cmd.LosePresence(participant=HOST.id))
    return play << Wait(limits.HOST_PICK_UP_AFTER_MS)


def asked() -> Play:
    play = lost(seen())
    play.does(PICK_UP)
    return play


def answer(*, yes: bool) -> cmd.AnswerPickUp:
    consents = tuple(consent() for _ in range(3))
    return cmd.AnswerPickUp(by=CUSTOMER.id, yes=yes, wording=WORDING, consents=consents)


def test_nobody_picks_up_a_session_whose_host_is_here_or_may_still_come_back() -> None:
    assert (
        seen()
        << cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED)
        >> ev.SessionPaused
        << PICK_UP
        >> (refused("host_is_here"))
    )
    play = seen()
    play.does(cmd.LosePresence(participant=HOST.id))
    assert play << Wait(limits.HOST_PICK_UP_AFTER_MS - 1) << PICK_UP >> refused("pick_up_too_early")
    assert play << Wait(1) << PICK_UP >> (ev.ParticipantArrived, ev.ParticipantAdmitted, ev.PickUpAsked)


def test_nobody_picks_up_what_is_not_paused_for_want_of_a_host() -> None:
    assert lost(lobby()) << PICK_UP >> refused("not_now")
    assert seen() << PICK_UP >> refused("not_now")


def test_after_a_deliberate_leave_a_colleague_need_not_wait() -> None:
    play = seen()
    play.does(cmd.Remove(by=HOST.id, participant=HOST.id, reason=LeaveReason.LEFT))
    assert play << PICK_UP >> (ev.ParticipantArrived, ev.ParticipantAdmitted, ev.PickUpAsked)


def test_with_the_customers_yes_the_colleague_is_host_and_asks_by_the_new_name() -> None:
    play = asked()
    events = play.does(answer(yes=True))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [ev.PickUpAgreed, ev.HostChanged]
    assert kinds.index(ev.HostChanged) < kinds.index(ev.SessionResumed) < kinds.index(ev.ConsentAsked)
    session = play.session
    assert (session.host, session.state) == (COLLEAGUE.id, State.ACTIVE)
    assert session.seats[COLLEAGUE.id].who.role is Role.HOST
    assert session.seats[HOST.id].who.role is Role.OBSERVER
    # What the former host could see is void: nobody sees anything until the customer says so.
    assert not any(key[0] == HOST.id for key in session.grants)
    assert session.flows(play.now_ms) == frozenset()
    question = next(iter(session.questions.values()))
    assert (question.capability, question.participant) == (Capability.VIEW_SCREEN, COLLEAGUE.id)


def test_a_no_or_no_answer_sends_the_colleague_away_and_the_session_waits_on() -> None:
    play = asked()
    assert (
        play
        << answer(yes=False)
        >> (
            happened(ev.PickUpClosed, outcome="declined"),
            happened(ev.ParticipantLeft, participant=COLLEAGUE.id, reason=LeaveReason.NOT_PICKED_UP),
        )
    )
    assert play.session.state is State.PAUSED
    play = asked()
    assert (
        play
        << Wait(limits.PICK_UP_ANSWER_MS)
        << cmd.Tick()
        >> (happened(ev.PickUpClosed, outcome="lapsed"), ev.ParticipantLeft)
    )


def test_an_answer_names_its_words_and_comes_in_time() -> None:
    play = asked()
    no_words = replace(answer(yes=True), wording=replace(WORDING, sha256=""))
    assert (
        play
        << no_words
        >> BAD_INPUT
        << Wait(limits.PICK_UP_ANSWER_MS)
        << answer(yes=True)
        >> refused("question_closed")
    )


def test_the_host_who_comes_back_keeps_the_session() -> None:
    play = asked()
    events = play.does(cmd.RegainPresence(participant=HOST.id))
    assert isinstance(events[-1], ev.SessionResumed)
    assert play.session.seat(COLLEAGUE.id) is None
    assert play.session.host == HOST.id
    assert play << answer(yes=True) >> refused("not_now")


def test_one_colleague_at_a_time_and_whoever_looked_on_before_stays() -> None:
    play = seen()
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    play = lost(play)
    other = replace(COLLEAGUE, id=ParticipantId(fresh("participant")))
    assert (
        play
        << cmd.PickUpSession(participant=other)
        >> happened(ev.PickUpAsked, participant=COLLEAGUE.id, came=False)
    )
    assert play << PICK_UP >> refused("pick_up_open")
    assert play << answer(yes=False) >> happened(ev.PickUpClosed, participant=COLLEAGUE.id)
    assert play.session.seat(COLLEAGUE.id) is not None


def test_the_successor_of_an_open_hand_over_takes_over_without_being_thrown_out() -> None:
    play = lost(offered(with_vendor()))
    play.does(PICK_UP)
    play.does(cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=True, consent=consent()))
    assert play.session.host == COLLEAGUE.id
    assert play.session.pick_up is None


def test_a_lost_host_whom_nobody_replaces_ends_the_session_as_host_lost() -> None:
    play = seen()
    play.does(cmd.LosePresence(participant=HOST.id))
    _ = play << Wait(limits.PAUSED_MAX_MS)
    assert play << cmd.Tick() >> happened(ev.SessionEnded, reason=EndReason.HOST_LOST)


def test_after_five_minutes_what_was_allowed_is_asked_again() -> None:
    play = seen()
    play.does(cmd.LosePresence(participant=HOST.id))
    _ = play << Wait(limits.CONSENT_STALE_PAUSE_MS)
    events = play.does(cmd.RegainPresence(participant=HOST.id, consents=(consent(),)))
    assert [type(event) for event in events][-3:] == [ev.GrantRevoked, ev.SessionResumed, ev.ConsentAsked]
    assert play.session.flows(play.now_ms) == frozenset()
    assert play << cmd.Tick() >> NOTHING
