"""The whole session as a play, what is heard in which state, and what the end leaves of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain.absence import AwayReason
from concierge.domain.capability import Capability
from concierge.domain.decide import COMMANDS, decide
from concierge.domain.errors import Refused
from concierge.domain.grant import RevokeReason
from concierge.domain.ids import PersonId
from concierge.domain.participant import LeaveReason, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Flow, State
from concierge.domain.surface import Condition, SurfaceKind
from concierge.domain.trust import AlarmPlace
from tests.cast import (
    COLLEAGUE,
    CUSTOMER,
    HOST,
    RECORDING,
    SESSION,
    SURFACE,
    TICKET,
    VENDOR,
    WORDING,
    consent,
    lobby,
    matched,
    offered,
    opened,
    recorded,
    seen,
    with_vendor,
)
from tests.playbook import NOTHING, Play, Wait, happened, refused

OPENING = cmd.OpenSession(by=HOST.id, session=SESSION, ticket=TICKET, recording=RECORDING, host=HOST)
SCENES = (opened, lobby, matched, recorded, seen, with_vendor)


def test_the_main_journey() -> None:
    play, record, view, vendor_view, vendor_voice = Play(), consent(), consent(), consent(), consent()
    # The host opens, the customer comes and is matched by the digits read aloud.
    assert play << OPENING >> ev.SessionOpened
    assert play << cmd.Arrive(participant=CUSTOMER) >> ev.ParticipantArrived
    match = cmd.ConfirmMatch(by=HOST.id, participant=CUSTOMER.id, correct=True, consent=record)
    assert play << match >> (
        happened(ev.MatchConfirmed, by=HOST.id),
        ev.GrantGiven, ev.GrantGiven,  # chat and marks for the customer
        ev.GrantGiven, ev.GrantGiven,  # and for the host
        ev.ConsentAsked,
    )  # fmt: skip
    # Recording first, then seeing, then sharing.
    yes = cmd.AnswerConsent(by=CUSTOMER.id, consent=record, yes=True, wording=WORDING)
    assert play << yes >> happened(ev.ConsentGiven, capability=Capability.RECORD, wording=WORDING)
    ask = cmd.AskConsent(by=HOST.id, consent=view, capability=Capability.VIEW_SCREEN, participant=HOST.id)
    assert play << ask >> ev.ConsentAsked
    yes = cmd.AnswerConsent(by=CUSTOMER.id, consent=view, yes=True, wording=WORDING)
    assert play << yes >> (ev.ConsentGiven, ev.GrantGiven)
    share = cmd.OpenSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.MONITOR)
    assert play << share >> ev.SurfaceOpened
    assert play.session.flows(play.now_ms) == {Flow(SURFACE, HOST.id)}
    # The vendor waits in the lobby, is let in, and sees only after the customer has agreed by name.
    assert play << cmd.Arrive(participant=VENDOR) >> ev.ParticipantArrived
    admit = cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=(vendor_view, vendor_voice))
    assert play << admit >> (
        ev.ParticipantAdmitted, ev.GrantGiven, ev.GrantGiven, ev.ConsentAsked, ev.ConsentAsked
    )  # fmt: skip
    assert play.session.flows(play.now_ms) == {Flow(SURFACE, HOST.id)}
    yes = cmd.AnswerConsent(by=CUSTOMER.id, consent=vendor_view, yes=True, wording=WORDING)
    assert play << yes >> (ev.ConsentGiven, ev.GrantGiven)
    assert play.session.flows(play.now_ms) == {Flow(SURFACE, HOST.id), Flow(SURFACE, VENDOR.id)}
    no = cmd.AnswerConsent(by=CUSTOMER.id, consent=vendor_voice, yes=False, wording=WORDING)
    assert play << no >> ev.ConsentRefused
    # Chat and marks reach the record.
    assert (
        play
        << cmd.Say(by=VENDOR.id, text=" Press the green key. ")
        >> happened(ev.ChatSaid, participant=VENDOR.id, text="Press the green key.")
    )
    mark = cmd.DrawMark(by=VENDOR.id, surface=SURFACE, shape="arrow", points=((0, 0), (65_535, 65_535)))
    assert play << mark >> ev.MarkDrawn
    # The vendor is taken back, then removed; the host ends with a note.
    back = cmd.TakeBack(by=HOST.id, capability=Capability.VIEW_SCREEN, participant=VENDOR.id)
    assert play << back >> happened(ev.GrantRevoked, reason=RevokeReason.TAKEN_BACK)
    assert play.session.flows(play.now_ms) == {Flow(SURFACE, HOST.id)}
    out = cmd.Remove(by=HOST.id, participant=VENDOR.id, reason=LeaveReason.REMOVED)
    assert play << out >> (ev.GrantRevoked, ev.GrantRevoked, ev.ParticipantLeft)
    end = cmd.End(by=HOST.id, reason=EndReason.COMPLETED, outcome="Solved ", note="New toner.")
    assert play << end >> happened(ev.SessionEnded, outcome="Solved", note="New toner.", by=HOST.id)
    assert (play.session.state, play.session.end_reason) == (State.ENDED, EndReason.COMPLETED)
    assert play.session.flows(play.now_ms) == frozenset()
    assert play.session.deadline() is None


def test_a_session_begins_by_being_opened_once_by_a_host() -> None:
    assert Play() << cmd.Tick() >> refused("no_such_session")
    assert opened() << OPENING >> refused("already_open")
    by_an_observer = cmd.OpenSession(session=SESSION, ticket=TICKET, recording=RECORDING, host=COLLEAGUE)
    assert Play() << by_an_observer >> refused("host_only")


def test_stop_everything_from_the_lobby_ends_nobodys_session() -> None:
    play = lobby()
    assert play << cmd.StopEverything(by=CUSTOMER.id) >> happened(ev.ParticipantLeft, participant=CUSTOMER.id)
    assert play.session.state is State.WAITING


@pytest.mark.parametrize("scene", SCENES[2:])
def test_stop_everything_works_from_every_state_at_once(scene: Callable[[], Play]) -> None:
    play = scene()
    assert (
        play
        << cmd.StopEverything(by=CUSTOMER.id)
        >> happened(ev.SessionEnded, reason=EndReason.CUSTOMER_STOPPED, by=CUSTOMER.id)
    )
    assert play.session.flows(play.now_ms) == frozenset()


# What only the customer's own word begins has tests of its own.
@pytest.mark.parametrize("reason", sorted({*PauseReason} - {PauseReason.CUSTOMER_AWAY}))
def test_stop_everything_works_through_every_pause(reason: PauseReason) -> None:
    play = seen()
    assert play << cmd.Pause(reason=reason) >> ev.SessionPaused
    assert play << cmd.StopEverything(by=CUSTOMER.id) >> ev.SessionEnded


@pytest.mark.parametrize("who", [HOST.id, VENDOR.id, None])
def test_nobody_else_stops_everything(who: object) -> None:
    play = with_vendor()
    answer = refused("no_such_participant" if who is None else "customer_only")
    assert play << cmd.StopEverything(by=who) >> answer  # type: ignore[arg-type]


def late_lines() -> list[cmd.Command]:
    about: dict[str, Any] = {"participant": VENDOR.id}
    access: dict[str, Any] = {**about, "capability": Capability.VIEW_SCREEN}
    return [
        cmd.Arrive(participant=VENDOR),
        cmd.JoinDesk(participant=COLLEAGUE),
        cmd.ConfirmMatch(by=HOST.id, participant=CUSTOMER.id, correct=True, consent=consent()),
        cmd.Admit(by=HOST.id, participant=VENDOR.id, consents=()),
        cmd.Remove(by=HOST.id, reason=LeaveReason.REMOVED, **about),
        cmd.RemoveInvited(invite=VENDOR.invite),  # type: ignore[arg-type]
        cmd.LosePresence(**about),
        cmd.RegainPresence(**about),
        cmd.Freeze(by=HOST.id, **about),
        cmd.Unfreeze(by=HOST.id, **about),
        cmd.AskConsent(by=HOST.id, consent=consent(), **access),
        cmd.AnswerConsent(by=CUSTOMER.id, consent=consent(), yes=True, wording=WORDING),
        cmd.WithdrawConsent(by=CUSTOMER.id, **access),
        cmd.TakeBack(by=HOST.id, **access),
        cmd.RevokeByPolicy(**access),
        cmd.OpenSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.TAB),
        cmd.HideSurface(by=CUSTOMER.id, surface=SURFACE),
        cmd.UnhideSurface(by=CUSTOMER.id, surface=SURFACE),
        cmd.CloseSurface(by=CUSTOMER.id, surface=SURFACE),
        cmd.SwapSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.TAB),
        cmd.NotePicture(by=CUSTOMER.id, surface=SURFACE, condition=Condition.STILL, width=640, height=360),
        cmd.OfferCamera(by=CUSTOMER.id, consent=consent()),
        cmd.JoinPhone(),
        cmd.LeavePhone(by=CUSTOMER.id),
        cmd.OpenVoice(by=CUSTOMER.id),
        cmd.CloseVoice(by=CUSTOMER.id),
        cmd.Say(by=CUSTOMER.id, text="Hello?"),
        cmd.DrawMark(by=HOST.id, surface=SURFACE, shape="point", points=((1, 1),)),
        cmd.ClearMarks(by=HOST.id),
        cmd.Pause(by=HOST.id, reason=PauseReason.HOST_PAUSED),
        cmd.Resume(by=HOST.id, reason=PauseReason.HOST_PAUSED),
        cmd.OfferHandover(by=HOST.id, to=COLLEAGUE.person, to_name="Otto", brief="!"),  # type: ignore[arg-type]
        cmd.WithdrawHandover(by=HOST.id),
        cmd.DeclineHandover(by=COLLEAGUE.id),
        cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=True, consent=consent()),
        cmd.PickUpSession(participant=COLLEAGUE),
        cmd.AnswerPickUp(by=CUSTOMER.id, yes=True, wording=WORDING),
        cmd.AskOpinion(by=HOST.id, of=COLLEAGUE.person, of_name="Otto", question="Well?"),  # type: ignore[arg-type]
        cmd.SayToDesk(by=HOST.id, text="Well."),
        cmd.StepAway(by=CUSTOMER.id, why=AwayReason.STEPPED_AWAY),
        cmd.ComeBack(by=CUSTOMER.id, consents=()),
        cmd.NoteSleep(by=CUSTOMER.id, slept_ms=60_000),
        cmd.NoteWatcher(watcher=PersonId("per_s"), name="Sofia"),
        cmd.NoteWatcherGone(watcher=PersonId("per_s")),
        cmd.NoteClockStep(by_ms=1),
        cmd.NoteStop(),
        cmd.StopEverything(by=CUSTOMER.id),
        cmd.RaiseAlarm(by=CUSTOMER.id, place=AlarmPlace.SESSION),
        cmd.ClaimName(by=CUSTOMER.id),
        cmd.MoreTime(by=CUSTOMER.id, consent=consent()),
        cmd.TakeTelephone(by=HOST.id, on=True),
        cmd.End(by=HOST.id, reason=EndReason.COMPLETED),
        cmd.Tick(),
    ]


def test_after_the_end_every_line_is_refused_as_such() -> None:
    lines = late_lines()
    assert {type(line) for line in lines} == COMMANDS.keys()
    play = offered(with_vendor())
    play.does(cmd.StopEverything(by=CUSTOMER.id))
    for line in lines:
        assert play << line >> refused("session_ended")


@pytest.mark.parametrize("line", late_lines(), ids=lambda line: type(line).__name__)
def test_a_refusal_changes_nothing_and_a_second_time_does_no_harm(line: cmd.Command) -> None:
    play = offered(with_vendor())
    for _ in range(3):
        before = play.session
        try:
            events = decide(before, line, play.now_ms)
        except Refused:
            assert play.session == before
            continue
        if not events:
            continue
        play.does(line)
        if play.session.state is State.ENDED:
            return


def test_what_is_not_in_the_table_is_refused() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class FormatDisk(cmd.Command):
        """A command nobody has heard of."""

    assert seen() << FormatDisk(by=HOST.id) >> refused("not_now")
    assert seen() << cmd.Command(by=HOST.id) >> refused("not_now")


@pytest.mark.parametrize(
    "line",
    [
        cmd.Arrive(by=HOST.id, participant=VENDOR),
        cmd.JoinDesk(by=HOST.id, participant=COLLEAGUE),
        cmd.LosePresence(by=VENDOR.id, participant=HOST.id),
        cmd.RegainPresence(by=HOST.id, participant=HOST.id),
        cmd.RevokeByPolicy(by=VENDOR.id, capability=Capability.CHAT, participant=HOST.id),
        cmd.NoteClockStep(by=CUSTOMER.id, by_ms=5),
        cmd.NoteStop(by=CUSTOMER.id),
        cmd.Tick(by=HOST.id),
    ],
    ids=lambda line: type(line).__name__,
)
def test_nobody_speaks_for_the_broker(line: cmd.Command) -> None:
    assert seen() << line >> refused("not_granted")


def test_two_tabs_say_the_same_and_it_happens_once() -> None:
    play = matched()
    record = next(iter(play.session.questions))
    yes = cmd.AnswerConsent(by=CUSTOMER.id, consent=record, yes=True, wording=WORDING)
    assert play << yes >> ev.ConsentGiven
    assert play << yes >> refused("question_closed")
    no = cmd.AnswerConsent(by=CUSTOMER.id, consent=record, yes=False, wording=WORDING)
    assert play << no >> refused("question_closed")
    assert play.session.recorded
    ask = cmd.AskConsent(
        by=HOST.id, consent=consent(), capability=Capability.VIEW_SCREEN, participant=HOST.id
    )
    assert play << ask >> ev.ConsentAsked
    again = cmd.AskConsent(
        by=HOST.id, consent=consent(), capability=Capability.VIEW_SCREEN, participant=HOST.id
    )
    assert play << again >> NOTHING


def test_numbers_have_no_gaps_and_times_are_the_commands() -> None:
    play = seen()
    later, following = play.now_ms + 777, play.session.last_seq + 1
    said = happened(ev.ChatSaid, seq=following, at_ms=later)
    assert play << Wait(777) << cmd.Say(by=HOST.id, text="One moment") >> said
    assert [event.seq for event in play.events] == list(range(1, len(play.events) + 1))


def test_the_roles_at_the_end_of_a_hand_over() -> None:
    play = offered(with_vendor())
    play.does(cmd.AcceptHandover(by=COLLEAGUE.id, brief_read=True, consent=consent()))
    roles = {seat.who.id: seat.who.role for seat in play.session.present()}
    assert roles[COLLEAGUE.id] is Role.HOST
    assert roles[HOST.id] is Role.OBSERVER
