"""Plays about consent, grants, and what is shown, heard, written and pointed at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.consent import Wording
from concierge.domain.grant import RevokeReason
from concierge.domain.ids import ConsentId, ParticipantId, PersonId, SurfaceId
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from concierge.domain.surface import SurfaceKind
from tests.cast import (
    COLLEAGUE,
    CUSTOMER,
    FULL,
    HOST,
    SURFACE,
    VENDOR,
    WORDING,
    agree,
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


def ask(
    capability: Capability, who: ParticipantId, by: ParticipantId | None = HOST.id
) -> tuple[ConsentId, cmd.AskConsent]:
    asked = consent()
    return asked, cmd.AskConsent(by=by, consent=asked, capability=capability, participant=who)


def say_yes(asked: ConsentId, by: ParticipantId | None = CUSTOMER.id) -> cmd.AnswerConsent:
    return cmd.AnswerConsent(by=by, consent=asked, yes=True, wording=WORDING)


def say_no(asked: ConsentId, *, continue_unrecorded: bool = False) -> cmd.AnswerConsent:
    return cmd.AnswerConsent(
        by=CUSTOMER.id, consent=asked, yes=False, wording=WORDING, continue_unrecorded=continue_unrecorded
    )


def share(surface: SurfaceId = SURFACE) -> cmd.OpenSurface:
    return cmd.OpenSurface(by=CUSTOMER.id, surface=surface, kind=SurfaceKind.MONITOR)


# --- the recording ---


def test_a_refused_recording_ends_the_session_unless_the_policy_says_otherwise() -> None:
    play = matched()
    question = next(iter(play.session.questions))
    assert (
        play
        << say_no(question)
        >> (
            happened(ev.ConsentRefused, capability=Capability.RECORD),
            happened(ev.SessionEnded, reason=EndReason.RECORDING_REFUSED),
        )
    )


def test_an_unrecorded_session_shares_nothing_but_chat() -> None:
    play = matched()
    question = next(iter(play.session.questions))
    assert play << say_no(question, continue_unrecorded=True) >> ev.ConsentRefused
    assert play.session.state is State.ACTIVE
    assert play.session.recording_refused
    _, see = ask(Capability.VIEW_SCREEN, HOST.id)
    assert play << see >> refused("recording_first")
    assert play << share() >> refused("recording_first")
    assert play << cmd.OpenVoice(by=CUSTOMER.id) >> refused("not_granted")
    assert play << cmd.Say(by=CUSTOMER.id, text="Then by chat") >> ev.ChatSaid
    # The customer may think better of it.
    asked, again = ask(Capability.RECORD, HOST.id)
    assert play << again >> ev.ConsentAsked
    assert play << say_yes(asked) >> ev.ConsentGiven
    assert play.session.recorded
    assert not play.session.recording_refused


def test_no_answer_about_the_recording_is_no() -> None:
    play = matched()
    asked = next(iter(play.session.questions))
    assert play << Wait(limits.CONSENT_ANSWER_MS) << say_yes(asked) >> refused("question_closed")
    assert play << cmd.Tick() >> happened(ev.ConsentLapsed, consent=asked)
    assert not play.session.recorded


def test_withdrawing_the_recording_stops_everything_shared() -> None:
    play = with_vendor()
    play.does(cmd.OpenVoice(by=HOST.id))
    _, more = ask(Capability.RECORD, HOST.id)
    assert play << more >> refused("already_recorded")
    events = play.does(cmd.WithdrawConsent(by=CUSTOMER.id, capability=Capability.RECORD, participant=HOST.id))
    assert all(event.effect is ev.Effect.NARROWS for event in events)
    assert isinstance(events[0], ev.ConsentWithdrawn)
    assert not play.session.flows(play.now_ms)
    assert not play.session.sources()
    assert {grant.capability for grant in play.session.grants.values()} == {Capability.CHAT, Capability.MARK}
    assert not play.session.surfaces
    assert play.session.recording_refused
    again = cmd.WithdrawConsent(by=CUSTOMER.id, capability=Capability.RECORD, participant=HOST.id)
    assert play << again >> NOTHING
    assert play << share() >> refused("recording_first")


def test_withdrawing_the_recording_ends_a_session_that_must_be_recorded() -> None:
    play = seen()
    events = play.does(
        cmd.WithdrawConsent(
            by=CUSTOMER.id, capability=Capability.RECORD, participant=HOST.id, continue_unrecorded=False
        )
    )
    assert all(event.effect is ev.Effect.NARROWS for event in events)
    assert play.session.end_reason is EndReason.RECORDING_REFUSED


def test_the_recording_is_one_question_asked_for_the_host() -> None:
    play = matched()
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    _, about_another = ask(Capability.RECORD, COLLEAGUE.id)
    assert play << about_another >> refused("beyond_ceiling")
    _, twice = ask(Capability.RECORD, HOST.id)
    assert play << twice >> NOTHING


def test_a_new_host_does_not_ask_about_the_recording_twice() -> None:
    play = offered(matched())
    play.does(cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=True, consent=consent()))
    _, twice = ask(Capability.RECORD, COLLEAGUE.id, by=COLLEAGUE.id)
    assert play << twice >> NOTHING
    answer(play, yes=True)
    assert play.session.recorded
    assert not play.session.questions


# --- asking and answering ---


def test_who_may_be_asked_for_what() -> None:
    play = with_vendor()
    codes = {
        (Capability.CONTROL_INPUT, HOST.id): "beyond_ceiling",
        (Capability.VIEW_SCREEN, CUSTOMER.id): "not_for_customer",
        (Capability.VIEW_SCREEN, ParticipantId("nobody")): "no_such_participant",
    }
    for (capability, who), code in codes.items():
        assert play << ask(capability, who)[1] >> refused(code)
    assert play << ask(Capability.VIEW_SCREEN, HOST.id)[1] >> NOTHING
    assert lobby() << ask(Capability.VIEW_SCREEN, HOST.id)[1] >> refused("not_now")
    assert matched() << ask(Capability.VIEW_SCREEN, HOST.id)[1] >> refused("recording_first")


def test_what_needs_no_consent_is_given_back_within_the_ceiling() -> None:
    play = with_vendor()
    assert play << ask(Capability.CHAT, VENDOR.id)[1] >> NOTHING
    assert (
        play << cmd.TakeBack(by=HOST.id, capability=Capability.CHAT, participant=VENDOR.id) >> ev.GrantRevoked
    )
    assert play << ask(Capability.CHAT, VENDOR.id, by=VENDOR.id)[1] >> refused("host_only")
    assert play << ask(Capability.CHAT, VENDOR.id)[1] >> ev.GrantGiven
    assert play.session.holds(VENDOR.id, Capability.CHAT, play.now_ms)
    assert play.session.grants[VENDOR.id, Capability.CHAT].until_ms <= play.session.until(
        play.session.seats[VENDOR.id]
    )


def test_what_needs_the_endpoint_client_is_not_asked_for_without_it() -> None:
    play = Play()
    greedy = replace(HOST, may_hold=frozenset(Capability))
    for line in opened().events:
        assert isinstance(line, ev.SessionOpened)
        play.does(
            cmd.OpenSession(session=line.session, ticket=line.ticket, recording=line.recording, host=greedy)
        )
    play.does(cmd.Arrive(participant=CUSTOMER))
    play.does(cmd.ConfirmMatch(by=HOST.id, participant=CUSTOMER.id, correct=True, consent=consent()))
    answer(play, yes=True)
    for capability in (Capability.CONTROL_INPUT, Capability.SHELL, Capability.FILES, Capability.TUNNEL):
        assert play << ask(capability, HOST.id)[1] >> refused("needs_endpoint_client")


def test_only_the_customer_answers() -> None:
    play = recorded()
    asked, line = ask(Capability.VIEW_SCREEN, HOST.id)
    assert play << line >> ev.ConsentAsked
    assert play << say_yes(asked, by=HOST.id) >> refused("customer_only")
    assert play << say_yes(asked, by=None) >> refused("no_such_participant")
    assert play << say_yes(consent()) >> refused("question_closed")
    assert play << say_yes(asked) >> (happened(ev.ConsentGiven, participant=HOST.id), ev.GrantGiven)
    assert play.session.grants[HOST.id, Capability.VIEW_SCREEN].consent == asked


def test_no_answer_in_time_is_no() -> None:
    play = recorded()
    asked, line = ask(Capability.VIEW_SCREEN, HOST.id)
    assert play << line >> ev.ConsentAsked
    assert play << Wait(limits.CONSENT_ANSWER_MS - 1) << cmd.Tick() >> NOTHING
    assert play << Wait(1) << say_yes(asked) >> refused("question_closed")
    assert play << cmd.Tick() >> happened(ev.ConsentLapsed, consent=asked)
    assert play << cmd.Tick() >> NOTHING
    assert play << share() >> refused("nobody_may_see")


@pytest.mark.parametrize(
    "wording",
    [
        Wording("", "en"),
        Wording("A" * 64, "en"),
        Wording("a" * 63, "en"),
        Wording("a" * 64 + "\n", "en"),
        Wording("a" * 64, ""),
        Wording("a" * 64, "<script>"),
        Wording("a" * 64, "en\n"),
    ],
)
def test_a_yes_names_its_words_and_a_no_needs_none(wording: Wording) -> None:
    play = recorded()
    asked, line = ask(Capability.VIEW_SCREEN, HOST.id)
    assert play << line >> ev.ConsentAsked
    yes = cmd.AnswerConsent(by=CUSTOMER.id, consent=asked, yes=True, wording=wording)
    assert play << yes >> BAD_INPUT
    assert play << replace(yes, yes=False) >> ev.ConsentRefused


def test_one_id_names_one_question() -> None:
    play = recorded()
    asked, line = ask(Capability.VIEW_SCREEN, HOST.id)
    assert play << line >> ev.ConsentAsked
    stolen = cmd.AskConsent(by=HOST.id, consent=asked, capability=Capability.VOICE, participant=HOST.id)
    assert play << stolen >> BAD_INPUT
    assert play.session.questions[asked].capability is Capability.VIEW_SCREEN


def test_the_customer_is_not_asked_endlessly() -> None:
    play = recorded()
    for _ in range(limits.CONSENTS_OPEN_MAX):
        colleague = replace(
            COLLEAGUE, id=ParticipantId(fresh("participant")), person=PersonId(fresh("person"))
        )
        if len(play.session.present()) < limits.PARTICIPANTS_MAX:
            play.does(cmd.JoinDesk(participant=colleague))
    lines = [
        ask(capability, seat.who.id)[1]
        for capability in (Capability.VIEW_SCREEN, Capability.VOICE)
        for seat in play.session.present()
        if seat.who.id != CUSTOMER.id
    ]
    for line in lines[: limits.CONSENTS_OPEN_MAX]:
        assert play << line >> ev.ConsentAsked
    assert play << lines[limits.CONSENTS_OPEN_MAX] >> refused("too_many_questions")


def test_a_yes_to_hearing_somebody_lets_the_customer_speak() -> None:
    play = recorded()
    agree(play, Capability.VOICE, HOST.id)
    assert play.session.holds(CUSTOMER.id, Capability.VOICE, play.now_ms)
    for who in (HOST.id, CUSTOMER.id):
        assert play << cmd.OpenVoice(by=who) >> ev.VoiceOpened
        assert play << cmd.OpenVoice(by=who) >> NOTHING
    assert play.session.flows(play.now_ms) == {Flow(HOST.id, CUSTOMER.id), Flow(CUSTOMER.id, HOST.id)}


def test_a_customer_without_a_microphone_can_still_listen() -> None:
    play = opened()
    mute = replace(CUSTOMER, may_hold=FULL - {Capability.VOICE})
    play.does(cmd.Arrive(participant=mute))
    play.does(cmd.ConfirmMatch(by=HOST.id, participant=mute.id, correct=True, consent=consent()))
    answer(play, yes=True)
    asked, line = ask(Capability.VOICE, HOST.id)
    assert play << line >> ev.ConsentAsked
    assert play << say_yes(asked) >> (ev.ConsentGiven, ev.GrantGiven)


# --- taking away ---


def test_the_customer_takes_a_yes_back() -> None:
    play = with_vendor()
    line = cmd.WithdrawConsent(by=CUSTOMER.id, capability=Capability.VIEW_SCREEN, participant=VENDOR.id)
    assert (
        play
        << line
        >> (
            ev.ConsentWithdrawn,
            happened(ev.GrantRevoked, participant=VENDOR.id, reason=RevokeReason.WITHDRAWN),
        )
    )
    assert play.session.flows(play.now_ms) == {Flow(SURFACE, HOST.id)}
    assert play << line >> NOTHING


def test_everybody_may_give_up_what_is_theirs_and_only_the_host_takes_from_others() -> None:
    play = with_vendor()
    from_host = cmd.TakeBack(by=VENDOR.id, capability=Capability.VIEW_SCREEN, participant=HOST.id)
    assert play << from_host >> refused("host_only")
    own = cmd.TakeBack(by=VENDOR.id, capability=Capability.VIEW_SCREEN, participant=VENDOR.id)
    assert play << own >> ev.GrantRevoked
    assert play << own >> NOTHING


def test_a_policy_takes_a_voice_and_it_falls_silent() -> None:
    play = with_vendor()
    play.does(cmd.OpenVoice(by=VENDOR.id))
    line = cmd.RevokeByPolicy(capability=Capability.VOICE, participant=VENDOR.id)
    assert (
        play
        << line
        >> (
            happened(ev.VoiceClosed, participant=VENDOR.id),
            happened(ev.GrantRevoked, reason=RevokeReason.POLICY),
        )
    )


def test_what_nobody_may_see_or_hear_is_not_recorded_either() -> None:
    play = seen()
    agree(play, Capability.VOICE, HOST.id)
    play.does(cmd.OpenVoice(by=CUSTOMER.id))
    assert play.session.sources() == {SURFACE, CUSTOMER.id}
    play.does(cmd.WithdrawConsent(by=CUSTOMER.id, capability=Capability.VIEW_SCREEN, participant=HOST.id))
    play.does(cmd.WithdrawConsent(by=CUSTOMER.id, capability=Capability.VOICE, participant=HOST.id))
    assert play.session.sources() == frozenset()
    agree(play, Capability.VIEW_SCREEN, HOST.id)
    assert play.session.sources() == {SURFACE}


# --- showing ---


def test_sharing_waits_for_the_recording_and_for_a_viewer() -> None:
    assert matched() << share() >> refused("recording_first")
    assert recorded() << share() >> refused("nobody_may_see")
    for who, code in (
        (HOST.id, "customer_only"),
        (VENDOR.id, "customer_only"),
        (None, "no_such_participant"),
    ):
        line = cmd.OpenSurface(by=who, surface=SurfaceId("sur"), kind=SurfaceKind.TAB)
        assert with_vendor() << line >> refused(code)


def test_so_many_surfaces_and_none_twice() -> None:
    play = seen()
    assert play << share() >> refused("already_shared")
    for number in range(1, limits.SURFACES_MAX):
        assert play << share(SurfaceId(f"sur_{number}")) >> ev.SurfaceOpened
    assert play << share(SurfaceId("sur_more")) >> refused("too_many_surfaces")


def test_hide_my_screen_is_a_gap_with_two_ends() -> None:
    play = with_vendor()
    hide = cmd.HideSurface(by=CUSTOMER.id, surface=SURFACE)
    assert play << hide >> ev.SurfaceHidden
    assert play << hide >> NOTHING
    assert not play.session.flows(play.now_ms)
    assert not play.session.sources()
    mark = cmd.DrawMark(by=HOST.id, surface=SURFACE, shape="point", points=((1, 1),))
    assert play << mark >> refused("not_shared")
    show = cmd.UnhideSurface(by=CUSTOMER.id, surface=SURFACE)
    assert play << show >> ev.SurfaceUnhidden
    assert play << show >> NOTHING
    assert len(play.session.flows(play.now_ms)) == 2
    unknown = cmd.UnhideSurface(by=CUSTOMER.id, surface=SurfaceId("sur_other"))
    assert play << unknown >> refused("not_shared")


def test_sharing_stops_for_the_customer_and_for_a_lost_picture() -> None:
    for by in (CUSTOMER.id, None):
        play = seen()
        line = cmd.CloseSurface(by=by, surface=SURFACE)
        assert play << line >> ev.SurfaceClosed
        assert play << line >> NOTHING
    assert seen() << cmd.CloseSurface(by=HOST.id, surface=SURFACE) >> refused("customer_only")


# --- voice, chat, marks ---


def test_a_voice_needs_a_grant_and_closes_itself() -> None:
    play = with_vendor()
    assert recorded() << cmd.OpenVoice(by=HOST.id) >> refused("not_granted")
    assert play << cmd.CloseVoice(by=VENDOR.id) >> NOTHING
    play.does(cmd.OpenVoice(by=VENDOR.id))
    assert {flow.viewer for flow in play.session.flows(play.now_ms) if flow.source == VENDOR.id} == {
        HOST.id,
        CUSTOMER.id,
    }
    assert play << cmd.CloseVoice(by=VENDOR.id) >> ev.VoiceClosed


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * (limits.CHAT_MAX_CHARS + 1)])
def test_a_line_says_something_and_not_too_much(text: str) -> None:
    assert seen() << cmd.Say(by=HOST.id, text=text) >> BAD_INPUT


def test_chat_goes_on_while_paused_but_not_for_the_absent() -> None:
    play = seen()
    play.does(cmd.Pause(by=CUSTOMER.id, reason=PauseReason.CUSTOMER_PAUSED))
    assert play << cmd.Say(by=CUSTOMER.id, text="Coffee!") >> ev.ChatSaid
    play.does(cmd.LosePresence(participant=HOST.id))
    assert play << cmd.Say(by=HOST.id, text="Hello?") >> refused("not_granted")
    assert opened() << cmd.Say(by=HOST.id, text="Anybody?") >> refused("not_granted")


def mark(
    by: ParticipantId, shape: str = "box", points: tuple[tuple[int, int], ...] = ((0, 0),)
) -> cmd.DrawMark:
    return cmd.DrawMark(by=by, surface=SURFACE, shape=shape, points=points)


def test_marks_are_for_those_who_see() -> None:
    play = with_vendor()
    for who in (HOST.id, VENDOR.id, CUSTOMER.id):
        assert play << mark(who) >> happened(ev.MarkDrawn, participant=who)
        assert play << cmd.ClearMarks(by=who) >> happened(ev.MarksCleared, participant=who)
    play.does(cmd.TakeBack(by=HOST.id, capability=Capability.VIEW_SCREEN, participant=VENDOR.id))
    assert play << mark(VENDOR.id) >> refused("not_granted")
    play.does(cmd.JoinDesk(participant=COLLEAGUE))
    agree(play, Capability.VIEW_SCREEN, COLLEAGUE.id)
    assert play << mark(COLLEAGUE.id) >> refused("not_granted")
    assert play << cmd.ClearMarks(by=COLLEAGUE.id) >> refused("not_granted")


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        ("skull", ((1, 1),)),
        ("line", ()),
        ("line", ((1, 1),) * (limits.MARK_POINTS_MAX + 1)),
        ("line", ((-1, 0),)),
        ("line", ((0, 65_536),)),
    ],
)
def test_a_mark_is_a_small_shape_on_the_surface(shape: str, points: tuple[tuple[int, int], ...]) -> None:
    assert seen() << mark(HOST.id, shape, points) >> BAD_INPUT


def test_a_grant_ends_with_the_seat_or_the_session() -> None:
    vendor = replace(VENDOR, until_ms=2_000_000)
    play = with_vendor(vendor)
    ends = {key: grant.until_ms for key, grant in play.session.grants.items()}
    assert ends[vendor.id, Capability.VIEW_SCREEN] == 2_000_000
    assert ends[HOST.id, Capability.VIEW_SCREEN] == play.session.opened_ms + limits.SESSION_MAX_MS
