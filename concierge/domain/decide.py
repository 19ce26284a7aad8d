"""decide(session, command, now) -> events: the one place where a session says yes or no.

Pure: time and identifiers are arguments. A refusal raises Refused or BadInput and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import (
    rules_access,
    rules_apart,
    rules_course,
    rules_desk,
    rules_people,
    rules_pick_up,
    rules_picture,
    rules_trust,
    rules_watching,
)
from concierge.domain.draft import Draft
from concierge.domain.errors import Refused
from concierge.domain.participant import Role
from concierge.domain.session import Session, State

Rule = Callable[[Draft, Any], None]

_WAITING, _ACTIVE, _PAUSED = State.WAITING, State.ACTIVE, State.PAUSED
_LIVE = frozenset({_WAITING, _ACTIVE, _PAUSED})
_MATCHED = frozenset({_ACTIVE, _PAUSED})

# command -> (states in which it is heard, its rule). What is not in the table is refused.
COMMANDS: dict[type[cmd.Command], tuple[frozenset[State], Rule]] = {
    cmd.Arrive: (_LIVE, rules_people.arrive),
    cmd.JoinDesk: (_LIVE, rules_people.join_desk),
    cmd.ConfirmMatch: (frozenset({_WAITING}), rules_people.confirm_match),
    cmd.Admit: (frozenset({_ACTIVE}), rules_people.admit),
    cmd.Remove: (_LIVE, rules_people.remove),
    cmd.RemoveInvited: (_LIVE, rules_people.remove_invited),
    cmd.LosePresence: (_LIVE, rules_people.lose_presence),
    cmd.RegainPresence: (_LIVE, rules_people.regain_presence),
    cmd.Freeze: (_MATCHED, rules_people.freeze),
    cmd.Unfreeze: (_MATCHED, rules_people.unfreeze),
    cmd.AskConsent: (frozenset({_ACTIVE}), rules_access.ask_consent),
    cmd.AnswerConsent: (_MATCHED, rules_access.answer_consent),
    cmd.WithdrawConsent: (_MATCHED, rules_access.withdraw_consent),
    cmd.TakeBack: (_LIVE, rules_access.take_back),
    cmd.RevokeByPolicy: (_LIVE, rules_access.revoke_by_policy),
    cmd.OpenSurface: (frozenset({_ACTIVE}), rules_access.open_surface),
    cmd.HideSurface: (_MATCHED, rules_access.hide_surface),
    cmd.UnhideSurface: (_MATCHED, rules_access.unhide_surface),
    cmd.CloseSurface: (_LIVE, rules_access.close_surface),
    cmd.SwapSurface: (_MATCHED, rules_picture.swap_surface),
    cmd.NotePicture: (_MATCHED, rules_picture.note_picture),
    cmd.OfferCamera: (frozenset({_ACTIVE}), rules_picture.offer_camera),
    cmd.JoinPhone: (_MATCHED, rules_picture.join_phone),
    cmd.LeavePhone: (_LIVE, rules_picture.leave_phone),
    cmd.OpenVoice: (frozenset({_ACTIVE}), rules_access.open_voice),
    cmd.CloseVoice: (_LIVE, rules_access.close_voice),
    cmd.Say: (_LIVE, rules_access.say),
    cmd.DrawMark: (frozenset({_ACTIVE}), rules_access.draw_mark),
    cmd.ClearMarks: (frozenset({_ACTIVE}), rules_access.clear_marks),
    cmd.Pause: (_LIVE, rules_course.pause_by_command),
    cmd.Resume: (_LIVE, rules_course.resume_by_command),
    cmd.OfferHandover: (_LIVE, rules_course.offer_handover),
    cmd.WithdrawHandover: (_LIVE, rules_course.withdraw_handover),
    cmd.DeclineHandover: (_LIVE, rules_course.decline_handover),
    cmd.AcceptHandover: (_LIVE, rules_course.accept_handover),
    cmd.PickUpSession: (frozenset({_PAUSED}), rules_pick_up.pick_up),
    cmd.AnswerPickUp: (frozenset({_PAUSED}), rules_pick_up.answer_pick_up),
    cmd.AskOpinion: (_LIVE, rules_desk.ask_opinion),
    cmd.SayToDesk: (_LIVE, rules_desk.say_to_desk),
    cmd.StepAway: (_MATCHED, rules_apart.step_away),
    cmd.ComeBack: (frozenset({_PAUSED}), rules_apart.come_back),
    cmd.NoteSleep: (_LIVE, rules_apart.note_sleep),
    cmd.NoteWatcher: (_LIVE, rules_watching.note_watcher),
    cmd.NoteWatcherGone: (_LIVE, rules_watching.note_watcher_gone),
    cmd.NoteClockStep: (_LIVE, rules_course.note_clock_step),
    cmd.NoteStop: (_LIVE, rules_course.note_stop),
    cmd.StopEverything: (_LIVE, rules_course.stop_everything),
    cmd.RaiseAlarm: (_LIVE, rules_trust.raise_alarm),
    cmd.ClaimName: (_LIVE, rules_trust.claim_name),
    cmd.MoreTime: (_MATCHED, rules_trust.more_time),
    cmd.TakeTelephone: (_LIVE, rules_trust.take_telephone),
    cmd.End: (_LIVE, rules_course.end_by_command),
    cmd.Tick: (_LIVE, rules_course.tick),
}

# What only the broker itself says; nobody in a session may put such words into its mouth.
_BROKERS_OWN: frozenset[type[cmd.Command]] = frozenset(
    {
        cmd.Arrive,
        cmd.JoinDesk,
        cmd.LosePresence,
        cmd.RegainPresence,
        cmd.JoinPhone,
        cmd.PickUpSession,
        cmd.RevokeByPolicy,
        cmd.NoteWatcher,
        cmd.NoteWatcherGone,
        cmd.NoteClockStep,
        cmd.NoteStop,
        cmd.Tick,
    }
)


def decide(session: Session | None, command: cmd.Command, now_ms: int) -> tuple[ev.Event, ...]:
    """Return the events that `command` produces at `now_ms`. Raises Refused or BadInput."""
    if isinstance(command, cmd.OpenSession):
        return (_open(session, command, now_ms),)
    if session is None:
        raise Refused("no_such_session", "there is no such session")
    states, rule = COMMANDS.get(type(command), (frozenset[State](), _unheard))
    if session.state not in states:
        code = "session_ended" if session.state is State.ENDED else "not_now"
        raise Refused(code, f"{type(command).__name__} is not heard while {session.state}")
    if command.by is not None and type(command) in _BROKERS_OWN:
        raise Refused("not_granted", f"{type(command).__name__} is the broker's own")
    draft = Draft(session, now_ms)
    rule(draft, command)
    return tuple(draft.events)


def _unheard(_draft: Draft, command: cmd.Command) -> None:
    raise Refused("not_now", f"{type(command).__name__} is not a command of a session")


def _open(session: Session | None, command: cmd.OpenSession, now_ms: int) -> ev.SessionOpened:
    if session is not None:
        raise Refused("already_open", "the session is open")
    if command.host.role is not Role.HOST:
        raise Refused("host_only", "a session is opened by its host")
    if command.host.until_ms is not None:
        raise Refused("wrong_door", "a host's seat has no end of its own")
    return ev.SessionOpened(
        seq=1,
        at_ms=now_ms,
        session=command.session,
        ticket=command.ticket,
        recording=command.recording,
        host=command.host,
    )
