"""Somebody is not at the screen: stepping away hides and voids at once, coming back asks again; a sleep is on the record."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.absence import AwayReason
from concierge.domain.capability import Capability
from concierge.domain.grant import RevokeReason
from concierge.domain.participant import LeaveReason
from concierge.domain.reasons import PauseReason
from concierge.domain.session import State
from tests.cast import CUSTOMER, HOST, VENDOR, WORDING, consent, seen, with_vendor
from tests.playbook import BAD_INPUT, NOTHING, Play, Wait, happened, refused

AWAY = cmd.StepAway(by=CUSTOMER.id, why=AwayReason.SOMEONE_HERE)


def back(count: int) -> cmd.ComeBack:
    return cmd.ComeBack(by=CUSTOMER.id, consents=tuple(consent() for _ in range(count)))


def test_stepping_away_voids_what_was_allowed_and_pauses() -> None:
    play = seen()
    assert (
        play
        << AWAY
        >> (
            happened(ev.CustomerSteppedAway, why=AwayReason.SOMEONE_HERE),
            happened(ev.GrantRevoked, capability=Capability.VIEW_SCREEN, reason=RevokeReason.STEPPED_AWAY),
            ev.SurfaceClosed,
            happened(ev.SessionPaused, reason=PauseReason.CUSTOMER_AWAY),
        )
        << AWAY
        >> NOTHING
    )
    assert play.session.recorded


def test_every_event_of_stepping_away_takes_effect_before_it_is_recorded() -> None:
    events = with_vendor().does(AWAY)
    assert {event.effect for event in events} == {ev.Effect.NARROWS}


def test_coming_back_asks_again_for_everybody_who_is_still_here() -> None:
    play = with_vendor()
    play.does(AWAY)
    play.does(cmd.Remove(by=HOST.id, participant=VENDOR.id, reason=LeaveReason.REMOVED))
    play.does(back(16))
    assert play.session.state is State.ACTIVE
    asked = {(one.participant, one.capability) for one in play.session.questions.values()}
    assert asked == {(HOST.id, Capability.VIEW_SCREEN), (HOST.id, Capability.VOICE)}
    assert play.session.flows(play.now_ms) == frozenset()


def test_with_too_few_ids_the_rest_waits_for_the_host() -> None:
    play = with_vendor()
    play.does(AWAY)
    play.does(back(1))
    assert len(play.session.questions) == 1


def test_nobody_says_yes_while_away_and_only_the_customer_ends_it() -> None:
    play = seen()
    play.does(
        cmd.AskConsent(
            by=HOST.id, consent=(asked := consent()), capability=Capability.VOICE, participant=HOST.id
        )
    )
    play.does(AWAY)
    assert asked not in play.session.questions
    assert play << cmd.ComeBack(by=HOST.id, consents=()) >> refused("customer_only")
    assert play << cmd.Resume(reason=PauseReason.CUSTOMER_AWAY) >> refused("not_now")
    assert play << cmd.Pause(reason=PauseReason.CUSTOMER_AWAY) >> refused("not_now")
    assert play << cmd.StepAway(by=HOST.id, why=AwayReason.STEPPED_AWAY) >> refused("customer_only")


def test_coming_back_from_nowhere_is_refused() -> None:
    play = seen()
    play.does(cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED))
    assert play << back(1) >> refused("not_away")


def test_a_yes_while_away_is_refused() -> None:
    play = seen()
    play.does(AWAY)
    play.does(back(1))
    question = next(iter(play.session.questions))
    play.does(AWAY)
    assert question not in play.session.questions
    yes = cmd.AnswerConsent(by=CUSTOMER.id, consent=question, yes=True, wording=WORDING)
    assert play << yes >> refused("question_closed")


def slept(play: Play, told_ms: int, away_ms: int) -> Play:
    play.does(cmd.LosePresence(participant=CUSTOMER.id))
    _ = play << Wait(away_ms)
    play.does(cmd.RegainPresence(participant=CUSTOMER.id))
    return play << cmd.NoteSleep(by=CUSTOMER.id, slept_ms=told_ms)


def test_a_sleep_is_believed_as_far_as_nothing_was_heard() -> None:
    hour = 60 * 60_000
    assert slept(seen(), hour, 60_000) >> happened(
        ev.ParticipantSlept, slept_ms=60_000 + limits.PRESENCE_SILENT_MS
    )
    assert slept(seen(), 30_000, 60_000) >> happened(ev.ParticipantSlept, slept_ms=30_000)
    assert slept(seen(), hour, 1_000) >> NOTHING


def test_a_sleep_is_noted_once_and_never_without_a_silence() -> None:
    note = cmd.NoteSleep(by=CUSTOMER.id, slept_ms=limits.SLEPT_MIN_MS)
    assert seen() << note >> refused("not_now")
    assert slept(seen(), 30_000, 60_000) >> ev.ParticipantSlept << note >> refused("not_now")
    assert seen() << cmd.NoteSleep(by=CUSTOMER.id, slept_ms=limits.SLEPT_MIN_MS - 1) >> BAD_INPUT


def test_a_sleep_may_be_told_before_the_page_counts_as_back() -> None:
    play = seen()
    play.does(cmd.LosePresence(participant=HOST.id))
    assert (
        play
        << Wait(20_000)
        << cmd.NoteSleep(by=HOST.id, slept_ms=10_000)
        >> happened(ev.ParticipantSlept, participant=HOST.id, slept_ms=10_000)
    )
