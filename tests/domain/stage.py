"""A stage on which anybody says anything at any time, well-meant or hostile; everything is looked at after every line.

Where a choice comes from is the caller's affair: hypothesis, which shrinks, or a seeded generator, which walks far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.absence import AwayReason
from concierge.domain.capability import Capability
from concierge.domain.consent import Wording
from concierge.domain.decide import COMMANDS, decide
from concierge.domain.errors import BadInput, Refused
from concierge.domain.evolve import fold
from concierge.domain.ids import ConsentId, InviteId, ParticipantId, PersonId, SurfaceId
from concierge.domain.participant import LeaveReason, Participant, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State
from concierge.domain.surface import Condition, SurfaceKind
from concierge.domain.trust import AlarmPlace
from tests.cast import (
    COLLEAGUE,
    CUSTOMER,
    FULL,
    HOST,
    SURFACE,
    VENDOR,
    WORDING,
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
from tests.domain.invariants import ASKERS, check_asker, check_it_ends, check_session, check_step
from tests.playbook import Play

T = TypeVar("T")

SHORT_MS = (0, 1, 250, 3_000, 20_000)
LONG_MS = (61_000, 2 * 60_000, 5 * 60_000, 16 * 60_000, 61 * 60_000, 9 * 60 * 60_000)
LEFT_MS = (None, None, 1, 120_000, 20 * 60_000, 10 * 60 * 60_000)
PEOPLE = (COLLEAGUE.person, PersonId(fresh("person")), HOST.person)
INVITES = (VENDOR.invite, InviteId(fresh("invite")), InviteId(fresh("invite")))
SURFACES = (SURFACE, SurfaceId(fresh("surface")))
NOBODY = ParticipantId(fresh("participant"))
CEILINGS = (FULL, FULL, frozenset(Capability), frozenset({Capability.VIEW_SCREEN}), frozenset[Capability]())
SCENES: tuple[Callable[[], Play], ...] = (
    opened, lobby, matched, recorded, seen, with_vendor, lambda: offered(with_vendor()),
)  # fmt: skip
ENDINGS = {cmd.End, cmd.StopEverything, cmd.RaiseAlarm}
KINDS = sorted(COMMANDS.keys() - ENDINGS, key=lambda kind: kind.__name__)


class Choose(Protocol):
    """Picks one of several."""

    def __call__(self, options: Sequence[T], /) -> T: ...


class Stage:
    """A session, its events and its clock."""

    def __init__(self, scene: Callable[[], Play]) -> None:
        play = scene()
        self.now_ms, self.events, self.session = play.now_ms, play.events, play.session
        self.refusals = 0
        self.asked = [consent()]
        self._note(self.events)
        check_session(self.session, self.events, self.now_ms)

    def say(self, command: cmd.Command) -> None:
        """Say a line, and look at everything."""
        before = self.session
        try:
            events = decide(before, command, self.now_ms)
        except (Refused, BadInput):
            self.refusals += 1
            assert self.session == before == fold(self.events)
            return
        if events:
            check_asker(before, command)
        self.session = check_step(before, events, self.now_ms)
        self.events.extend(events)
        self._note(events)
        assert fold(self.events) == self.session
        check_session(self.session, self.events, self.now_ms)

    def close(self) -> None:
        """Whatever happened, the session ends by itself."""
        check_it_ends(self.session, self.now_ms)

    def _note(self, events: Sequence[ev.Event]) -> None:
        self.asked.extend(event.request.id for event in events if isinstance(event, ev.ConsentAsked))

    # --- what usually happens, so that plays get somewhere ---

    def come_in(self) -> None:
        """The customer arrives and is matched."""
        if self.session.customer is None:
            self.say(cmd.Arrive(participant=replace(CUSTOMER, id=ParticipantId(fresh("participant")))))
        customer = self.session.customer
        if customer is not None:
            line = cmd.ConfirmMatch(
                by=self.session.host, participant=customer.who.id, correct=True, consent=consent()
            )
            self.say(line)

    def answer(self, *, yes: bool) -> None:
        """The customer answers the oldest question."""
        customer = self.session.customer
        if customer is None or not self.session.questions:
            return
        oldest = next(iter(self.session.questions))
        self.say(cmd.MoreTime(by=customer.who.id, consent=oldest))
        line = cmd.AnswerConsent(
            by=customer.who.id, consent=oldest, yes=yes, wording=WORDING, continue_unrecorded=True
        )
        self.say(line)

    def bring_vendor(self, choose: Choose) -> None:
        """A vendor arrives and is let in."""
        vendor = replace(self.somebody(choose), role=Role.VENDOR)
        self.say(cmd.Arrive(participant=vendor))
        self.say(cmd.Admit(by=self.session.host, participant=vendor.id, consents=(consent(), consent())))

    def hand_over(self, choose: Choose) -> None:
        """The host offers, a colleague comes, and perhaps accepts."""
        person = choose((COLLEAGUE.person, PEOPLE[1]))
        assert person is not None
        self.say(cmd.OfferHandover(by=self.session.host, to=person, to_name="Next", brief="Please."))
        self.say(cmd.JoinDesk(participant=replace(self.somebody(choose), role=Role.OBSERVER, person=person)))
        offer = self.session.handover
        if offer is not None and choose((True, False)):
            self.say(cmd.AcceptHandover(by=offer.successor, brief_read=True, consent=consent()))

    def pick_up(self, choose: Choose) -> None:
        """The host is lost for long, a colleague comes, and the customer answers."""
        self.say(cmd.LosePresence(participant=self.session.host))
        self.time_passes(limits.HOST_PICK_UP_AFTER_MS)
        person = choose((COLLEAGUE.person, PEOPLE[1]))
        colleague = replace(self.somebody(choose), role=Role.OBSERVER, person=person, until_ms=None)
        self.say(cmd.PickUpSession(participant=colleague))
        customer = self.session.customer
        if customer is not None:
            yes, asked = choose((True, True, False)), (consent(), consent(), consent())
            self.say(cmd.AnswerPickUp(by=customer.who.id, yes=yes, wording=WORDING, consents=asked))

    def step_away(self, choose: Choose) -> None:
        """The customer steps away, and perhaps comes back."""
        customer = self.session.customer
        if customer is not None:
            self.say(cmd.StepAway(by=customer.who.id, why=choose((*AwayReason,))))
            if choose((True, False)):
                self.say(cmd.ComeBack(by=customer.who.id, consents=(consent(), consent())))

    def time_passes(self, ms: int | None, *, noticed: bool = True) -> None:
        """So many milliseconds go by, or all until the next deadline."""
        deadline = self.session.deadline()
        if ms is not None:
            self.now_ms += ms
        elif deadline is not None:
            self.now_ms = max(self.now_ms, deadline)
        if noticed:
            self.say(cmd.Tick())

    # --- anybody says anything ---

    def say_anything(self, kind: type[cmd.Command], choose: Choose) -> None:
        """Somebody says a line of this kind, with whatever in it."""
        fields = {name: pick() for name, pick in self._fields(kind, choose).items()}
        self.say(kind(by=self._asker(kind, choose), **fields))

    def _asker(self, kind: type[cmd.Command], choose: Choose) -> ParticipantId | None:
        """Mostly somebody who may; else anybody who was ever here, somebody who never was, or the broker."""
        everybody = (*self.session.seats, NOBODY, None)
        may = [seat.who.id for seat in self.session.seats.values() if seat.who.role in ASKERS[kind]]
        fitting = (*may, *([None] if None in ASKERS[kind] else []))
        sensible = bool(fitting) and choose((True, True, False))
        return choose(fitting) if sensible else choose(everybody)

    def somebody(self, choose: Choose) -> Participant:
        """Return anybody who might stand at a door."""
        left = choose(LEFT_MS)
        return Participant(
            ParticipantId(fresh("participant")),
            choose(tuple(Role)),
            "Somebody",
            "Somewhere",
            choose(CEILINGS),
            person=choose((*PEOPLE, None)),
            invite=choose((*INVITES, None)),
            until_ms=None if left is None else self.now_ms + left,
        )

    def _fields(self, kind: type[cmd.Command], choose: Choose) -> dict[str, Callable[[], Any]]:
        def one() -> ParticipantId:
            return choose((*self.session.seats, NOBODY))

        def capability() -> Capability:
            picked: Capability = choose((*Capability, Capability.VIEW_SCREEN, Capability.VOICE))
            return picked

        def arrival() -> Participant:
            return choose(
                (
                    self.somebody(choose),
                    self.somebody(choose),
                    self.session.seats[choose((*self.session.seats,))].who,
                )
            )

        def new() -> ConsentId:
            return choose((consent(), consent(), choose(self.asked)))

        def surface() -> SurfaceId:
            return choose(SURFACES)

        about = {"capability": capability, "participant": one}
        table: dict[type[cmd.Command], dict[str, Callable[[], Any]]] = {
            cmd.Arrive: {"participant": arrival},
            cmd.JoinDesk: {"participant": arrival, "consent": lambda: choose((None, new()))},
            cmd.ConfirmMatch: {"participant": one, "correct": lambda: choose((True, False)), "consent": new},
            cmd.Admit: {"participant": one, "consents": lambda: choose(((new(), new()), (new(),), ()))},
            cmd.Remove: {"participant": one, "reason": lambda: choose((*LeaveReason,))},
            cmd.RemoveInvited: {"invite": lambda: choose(INVITES)},
            cmd.LosePresence: {"participant": one},
            cmd.RegainPresence: {
                "participant": one,
                "consents": lambda: choose(((), (new(), new()))),
            },
            cmd.Freeze: {"participant": one},
            cmd.Unfreeze: {"participant": one},
            cmd.AskConsent: {**about, "consent": new},
            cmd.AnswerConsent: {
                "consent": lambda: choose((choose(self.asked), self.asked[-1])),
                "yes": lambda: choose((True, False)),
                "wording": lambda: choose((WORDING, WORDING, Wording("", ""))),
                "continue_unrecorded": lambda: choose((True, False)),
            },
            cmd.WithdrawConsent: about,
            cmd.TakeBack: about,
            cmd.RevokeByPolicy: about,
            cmd.OpenSurface: {"surface": surface, "kind": lambda: choose((*SurfaceKind,))},
            cmd.HideSurface: {"surface": surface},
            cmd.UnhideSurface: {"surface": surface},
            cmd.CloseSurface: {"surface": surface},
            cmd.SwapSurface: {"surface": surface, "kind": lambda: choose((*SurfaceKind,))},
            cmd.NotePicture: {
                "surface": surface,
                "condition": lambda: choose((*Condition,)),
                "width": lambda: choose((0, 640, 1 << 20)),
                "height": lambda: choose((0, 360, -1)),
            },
            cmd.OfferCamera: {"consent": new},
            cmd.Say: {"text": lambda: choose(("Hello", "Hello", " ", "x" * (limits.CHAT_MAX_CHARS + 1)))},
            cmd.DrawMark: {
                "surface": surface,
                "shape": lambda: choose(("point", "box", "skull")),
                "points": lambda: choose((((1, 2),), ((1, 2), (3, 4)), (), ((-1, 70_000),))),
            },
            cmd.Pause: {"reason": lambda: choose((*PauseReason,))},
            cmd.Resume: {"reason": lambda: choose((*self.session.pauses, *PauseReason))},
            cmd.OfferHandover: {
                "to": lambda: choose(PEOPLE),
                "to_name": lambda: "Next",
                "brief": lambda: choose(("Please.", " ")),
            },
            cmd.AcceptHandover: {"brief_read": lambda: choose((True, True, False)), "consent": new},
            cmd.PickUpSession: {"participant": lambda: replace(arrival(), role=Role.OBSERVER)},
            cmd.AnswerPickUp: {
                "yes": lambda: choose((True, True, False)),
                "wording": lambda: choose((WORDING, WORDING, Wording("", ""))),
                "consents": lambda: choose(((new(), new(), new()), (new(),), ())),
            },
            cmd.AskOpinion: {
                "of": lambda: choose(PEOPLE),
                "of_name": lambda: "Next",
                "question": lambda: choose(("Is it the driver?", " ")),
            },
            cmd.SayToDesk: {"text": lambda: choose(("I would restart it.", " "))},
            cmd.StepAway: {"why": lambda: choose((*AwayReason,))},
            cmd.ComeBack: {"consents": lambda: choose(((new(), new()), (new(),), ()))},
            cmd.NoteSleep: {"slept_ms": lambda: choose((0, limits.SLEPT_MIN_MS, 60 * 60_000))},
            cmd.NoteWatcher: {
                "watcher": lambda: choose((PersonId("per_one"), PersonId("per_two"))),
                "name": lambda: "Sofia",
            },
            cmd.NoteWatcherGone: {"watcher": lambda: choose((PersonId("per_one"), PersonId("per_two")))},
            cmd.NoteClockStep: {"by_ms": lambda: choose((-10_000, 10_000))},
            cmd.RaiseAlarm: {"place": lambda: choose((*AlarmPlace,))},
            cmd.ClaimName: {"name": lambda: choose(("", "Jonas", "x" * (limits.NAME_MAX_CHARS + 1)))},
            cmd.MoreTime: {"consent": lambda: choose((*self.session.questions, self.asked[-1]))},
            cmd.TakeTelephone: {"on": lambda: choose((True, False))},
            cmd.End: {"reason": lambda: choose((*EndReason,))},
        }
        return table.get(kind, {})

    def ended(self) -> bool:
        """Whether it is over."""
        return self.session.state is State.ENDED
