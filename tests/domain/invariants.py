"""What must hold of a session after every step of every trace. Written from the events, not from the rules."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import NEEDS, Capability
from concierge.domain.decide import decide
from concierge.domain.event_codec import decode, encode
from concierge.domain.evolve import evolve, fold
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import Mode, Participant, Presence, Role
from concierge.domain.reasons import PauseReason
from concierge.domain.session import Flow, Session, State
from concierge.domain.surface import SurfaceState

DAY_MS = 24 * 60 * 60_000

# Who may bring something about with which command; None is the broker itself. What is missing here is nobody's.
ANYBODY = frozenset(Role)
ASKERS: dict[type[cmd.Command], frozenset[Role | None]] = {
    cmd.Arrive: frozenset({None}),
    cmd.JoinDesk: frozenset({None}),
    cmd.ConfirmMatch: frozenset({Role.HOST}),
    cmd.Admit: frozenset({Role.HOST}),
    cmd.Remove: ANYBODY | {None},
    cmd.RemoveInvited: frozenset({Role.HOST, None}),
    cmd.LosePresence: frozenset({None}),
    cmd.RegainPresence: frozenset({None}),
    cmd.Freeze: frozenset({Role.HOST}),
    cmd.Unfreeze: frozenset({Role.HOST}),
    cmd.AskConsent: frozenset({Role.HOST}),
    cmd.AnswerConsent: frozenset({Role.CUSTOMER}),
    cmd.WithdrawConsent: frozenset({Role.CUSTOMER}),
    cmd.TakeBack: ANYBODY,
    cmd.RevokeByPolicy: frozenset({None}),
    cmd.OpenSurface: frozenset({Role.CUSTOMER}),
    cmd.HideSurface: frozenset({Role.CUSTOMER}),
    cmd.UnhideSurface: frozenset({Role.CUSTOMER}),
    cmd.CloseSurface: frozenset({Role.CUSTOMER, None}),
    cmd.SwapSurface: frozenset({Role.CUSTOMER}),
    cmd.NotePicture: frozenset({Role.CUSTOMER}),
    cmd.OfferCamera: frozenset({Role.CUSTOMER}),
    cmd.JoinPhone: frozenset({None}),
    cmd.LeavePhone: frozenset({Role.CUSTOMER, None}),
    cmd.OpenVoice: ANYBODY,
    cmd.CloseVoice: ANYBODY,
    cmd.Say: ANYBODY,
    cmd.DrawMark: ANYBODY,
    cmd.ClearMarks: ANYBODY,
    cmd.Pause: frozenset({Role.HOST, Role.CUSTOMER, None}),
    cmd.Resume: frozenset({Role.HOST, Role.CUSTOMER, None}),
    cmd.OfferHandover: frozenset({Role.HOST}),
    cmd.WithdrawHandover: frozenset({Role.HOST}),
    cmd.DeclineHandover: frozenset({Role.OBSERVER}),
    cmd.AcceptHandover: frozenset({Role.OBSERVER}),
    cmd.PickUpSession: frozenset({None}),
    cmd.AnswerPickUp: frozenset({Role.CUSTOMER}),
    cmd.AskOpinion: frozenset({Role.HOST}),
    cmd.SayToDesk: frozenset({Role.HOST, Role.OBSERVER, Role.MODERATOR}),
    cmd.StepAway: frozenset({Role.CUSTOMER}),
    cmd.ComeBack: frozenset({Role.CUSTOMER}),
    cmd.NoteSleep: ANYBODY,
    cmd.NoteWatcher: frozenset({None}),
    cmd.NoteWatcherGone: frozenset({None}),
    cmd.NoteClockStep: frozenset({None}),
    cmd.NoteStop: frozenset({None}),
    cmd.StopEverything: frozenset({Role.CUSTOMER}),
    cmd.RaiseAlarm: frozenset({Role.CUSTOMER, None}),
    cmd.ClaimName: frozenset({Role.CUSTOMER}),
    cmd.MoreTime: frozenset({Role.CUSTOMER}),
    cmd.TakeTelephone: frozenset({Role.HOST}),
    cmd.End: frozenset({Role.HOST, None}),
    cmd.Tick: frozenset({None}),
}
# What takes away from nobody but the one who asks, and so is open to the frozen, too.
GIVING_UP = {cmd.Remove, cmd.TakeBack, cmd.CloseVoice, cmd.DeclineHandover, cmd.NoteSleep}
FROM_THE_LOBBY = {cmd.Remove, cmd.StopEverything, cmd.RaiseAlarm, cmd.ClaimName}
# What can be done for another: everything else acts on the asker's own grants and voice.
FOR_OTHERS_BY_HOST = {cmd.Remove, cmd.TakeBack}


def check_asker(session: Session, command: cmd.Command) -> None:
    """`command` brought something about: `session`, as it was before, must have let its asker."""
    asked = type(command)
    if command.by is None:
        assert None in ASKERS[asked], f"the broker has no business with {asked.__name__}"
        return
    seat = session.seats.get(command.by)
    assert seat is not None, "somebody without a seat"
    assert seat.presence is not Presence.LEFT, "somebody who left"
    assert seat.who.role in ASKERS[asked], f"{seat.who.role} is no asker of {asked.__name__}"
    if seat.mode is Mode.FROZEN:
        assert asked in GIVING_UP, f"frozen, and yet {asked.__name__}"
    if not seat.admitted:
        assert asked in FROM_THE_LOBBY, f"in the lobby, and yet {asked.__name__}"
    if isinstance(command, cmd.Remove | cmd.TakeBack):
        assert command.participant == command.by or seat.who.role is Role.HOST


def check_session(session: Session, events: Sequence[ev.Event], now_ms: int) -> None:
    """Everything that holds of a session at any instant."""
    assert [event.seq for event in events] == list(range(1, session.last_seq + 1))
    check_course(session)
    check_people(session)
    check_grants(session, events)
    for flow in session.flows(now_ms):
        check_flow(session, events, flow, now_ms)
    check_recording(session, events)
    check_time(session, now_ms)


def check_course(session: Session) -> None:
    assert (session.state is State.PAUSED) == bool(session.pauses) == (session.paused_ms is not None)
    if session.state is State.ENDED:
        assert not session.present()
        for held in (session.grants, session.questions, session.surfaces, session.voices):
            assert not held
        assert session.handover is None
        assert session.pick_up is None
        assert session.absence is None
        assert not session.opinions
        assert session.end_reason is not None
        assert session.ended_ms is not None
    if session.state is not State.ACTIVE:
        assert session.sources() == frozenset()


def check_people(session: Session) -> None:
    if session.state is State.ENDED:
        return
    hosts = [seat for seat in session.present() if seat.who.role is Role.HOST]
    assert [seat.who.id for seat in hosts] == [session.host]
    customers = [seat for seat in session.present() if seat.who.role is Role.CUSTOMER]
    assert len(customers) <= 1
    assert len(session.present()) <= limits.PARTICIPANTS_MAX
    assert len(session.vendors()) <= limits.VENDORS_MAX
    assert session.matched == (session.state is not State.WAITING)
    away = {seat.who.role for seat in session.present() if seat.presence is Presence.AWAY}
    if session.state is not State.WAITING:
        assert Role.HOST not in away or PauseReason.HOST_LOST in session.pauses
        assert Role.CUSTOMER not in away or PauseReason.CUSTOMER_LOST in session.pauses
    if PauseReason.HOST_LEFT in session.pauses:
        assert not any(seat.admitted for seat in session.vendors())
    check_between(session)
    for seat in (*hosts, *customers):
        assert seat.mode is Mode.FREE
    for seat in session.present():
        assert (seat.presence is Presence.LOBBY) == (not seat.admitted)


def check_between(session: Session) -> None:
    """Whoever picks up or takes over sits here and is not the host; a customer who is away shows and allows nothing."""
    if session.pick_up is not None:
        picking = session.seat(session.pick_up.by)
        assert picking is not None
        assert picking.who.id != session.host
        assert session.state is State.PAUSED
        assert session.pick_up_from_ms is not None
    offer = session.handover
    if offer is not None and offer.successor is not None and session.matched:
        assert offer.introduced
    away = session.absence is not None
    assert away == (PauseReason.CUSTOMER_AWAY in session.pauses)
    if away:
        assert not session.surfaces
        assert not any(NEEDS[grant.capability].consent for grant in session.grants.values())


def check_grants(session: Session, events: Sequence[ev.Event]) -> None:
    assert len(session.grants) <= limits.GRANTS_MAX
    assert len(session.questions) <= limits.CONSENTS_OPEN_MAX
    assert len(session.surfaces) <= limits.SURFACES_MAX
    ceilings = ceilings_at_the_door(events)
    for (participant, capability), grant in session.grants.items():
        seat = session.seat(participant)
        assert seat is not None
        assert seat.admitted
        assert capability in ceilings[participant].may_hold
        assert capability not in (Capability.RECORD, Capability.CONTROL_INPUT, Capability.SHELL)
        assert grant.until_ms <= session.opened_ms + limits.SESSION_MAX_MS
        assert seat.who.until_ms is None or grant.until_ms <= seat.who.until_ms
        if NEEDS[capability].consent:
            assert session.recorded
            assert said_yes(events, participant, capability)
        else:
            assert seat.who.role not in (Role.OBSERVER, Role.MODERATOR) or capability is Capability.CHAT
    assert all((speaker, Capability.VOICE) in session.grants for speaker in session.voices)
    assert not session.surfaces or session.recorded


def ceilings_at_the_door(events: Sequence[ev.Event]) -> dict[ParticipantId, Participant]:
    """Everybody as they came in, whatever the session has made of them since."""
    came: dict[ParticipantId, Participant] = {}
    for event in events:
        if isinstance(event, ev.SessionOpened):
            came[event.host.id] = event.host
        elif isinstance(event, ev.ParticipantArrived):
            assert event.participant.id not in came
            came[event.participant.id] = event.participant
    return came


def said_yes(events: Sequence[ev.Event], participant: ParticipantId, capability: Capability) -> bool:
    """Whether the customer's yes stands for this participant, read off the events alone.

    The customer's own voice rests on the yes to somebody else's.
    """
    consents: dict[str, tuple[ParticipantId, Capability]] = {}
    standing = False
    for event in events:
        if isinstance(event, ev.ConsentGiven):
            consents[event.consent] = (event.participant, event.capability)
        elif isinstance(event, ev.GrantGiven) and event.grant.key == (participant, capability):
            given = consents.get(event.grant.consent or "")
            assert given is not None, "a grant without a consent"
            assert given[1] is capability
            own = given[0] == participant
            standing = own or capability is Capability.VOICE
        elif isinstance(event, ev.GrantRevoked) and event.participant == participant:
            standing = standing and event.capability is not capability
        elif isinstance(event, ev.ParticipantLeft):
            standing = standing and event.participant != participant
        elif isinstance(event, ev.ConsentWithdrawn) and event.capability is Capability.RECORD:
            standing = False
    return standing


def check_flow(session: Session, events: Sequence[ev.Event], flow: Flow, now_ms: int) -> None:
    assert session.state is State.ACTIVE
    assert session.recorded
    assert flow.source in session.sources(), "what flows is recorded"
    assert flow.source != flow.viewer
    viewer, host, customer = session.seat(flow.viewer), session.seat(session.host), session.customer
    assert viewer is not None
    assert viewer.presence is Presence.JOINED
    assert viewer.mode is Mode.FREE
    assert viewer.admitted
    assert viewer.who.until_ms is None or now_ms < viewer.who.until_ms
    for needed in (host, customer):
        assert needed is not None
        assert needed.presence is Presence.JOINED
    surface = next((item for item in session.surfaces.values() if item.id == flow.source), None)
    if surface is None:
        speaker = session.seat(ParticipantId(flow.source))
        assert speaker is not None
        assert speaker.here
        assert session.holds(speaker.who.id, Capability.VOICE, now_ms)
        assert said_yes(events, flow.viewer, Capability.VOICE)
    else:
        assert surface.state is SurfaceState.SHOWN
        assert surface.owner not in (flow.viewer, session.host)
        assert said_yes(events, flow.viewer, Capability.VIEW_SCREEN)


def check_recording(session: Session, events: Sequence[ev.Event]) -> None:
    """After a no to the recording nothing is shared, until there is a yes."""
    last: ev.Event | None = None
    for event in events:
        if (
            isinstance(event, ev.ConsentGiven | ev.ConsentRefused | ev.ConsentWithdrawn)
            and event.capability is Capability.RECORD
        ):
            last = event
    assert session.recorded == isinstance(last, ev.ConsentGiven)
    if not session.recorded:
        assert session.sources() == frozenset()
        assert not any(NEEDS[grant.capability].consent for grant in session.grants.values())


def check_time(session: Session, now_ms: int) -> None:
    """Waiting widens nothing, and a deadline is neither early nor late."""
    deadline = session.deadline()
    assert (deadline is None) == (session.state is State.ENDED)
    if deadline is None:
        return
    for later in (1, 60_000, limits.SESSION_MAX_MS):
        assert session.flows(now_ms + later) <= session.flows(now_ms)
    if now_ms < deadline:
        assert decide(session, cmd.Tick(), deadline - 1) == ()
    assert decide(session, cmd.Tick(), max(now_ms, deadline)) != ()


def check_step(before: Session, events: Sequence[ev.Event], now_ms: int) -> Session:
    """Each event does what its effect says, survives the recording, and folds to the same; return the session after."""
    session = before
    for event in events:
        assert decode(encode(event)) == event
        after = evolve(session, event)
        if event.effect is not ev.Effect.WIDENS:
            assert after.flows(now_ms) <= session.flows(now_ms)
            assert after.sources() <= session.sources()
            assert after.grants.items() <= session.grants.items()
        assert session.state is not State.ENDED, "something happened after the end"
        session = after
    assert fold(events, before) == session
    return session


def check_it_ends(session: Session, now_ms: int) -> None:
    """With nothing but Ticks at the deadlines every session ends within a day, without spinning."""
    begin = now_ms
    for _ in range(500):
        deadline = session.deadline()
        if deadline is None:
            break
        now_ms = max(now_ms, deadline)
        events = decide(session, cmd.Tick(), now_ms)
        assert events, "a deadline at which nothing happens"
        session = check_step(session, events, now_ms)
    assert session.state is State.ENDED
    assert now_ms <= begin + DAY_MS
