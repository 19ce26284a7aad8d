"""evolve(session, event) -> session: the fold. It believes events, decides nothing, and never fails on a narrowing one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from concierge.domain import events as ev
from concierge.domain.absence import Absence
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput
from concierge.domain.handover import Handover
from concierge.domain.ids import ParticipantId, PersonId, SurfaceId
from concierge.domain.opinion import Opinion
from concierge.domain.participant import Mode, Participant, Presence, Role, Seat
from concierge.domain.pick_up import PickUp
from concierge.domain.session import TRANSITIONS, Session, State
from concierge.domain.surface import Condition, SurfaceState
from concierge.domain.trust import Claim


def fold(events: Iterable[ev.Event], session: Session | None = None) -> Session:
    """Fold events, the first of which opens the session unless one is given. Raises BadInput when none does."""
    for event in events:
        session = evolve(session, event)
    if session is None:
        raise BadInput("no event opens this session")
    return session


def evolve(session: Session | None, event: ev.Event) -> Session:
    """Return the session after one event. Events must come in the order of their numbers."""
    if session is None:
        if not isinstance(event, ev.SessionOpened):
            raise BadInput("a session begins with SessionOpened")
        return _opened(event)
    if event.seq <= session.last_seq:
        raise BadInput(f"event {event.seq} comes after {session.last_seq}")
    state = TRANSITIONS.get((session.state, type(event)), session.state)
    return _changed(replace(session, last_seq=event.seq, state=state), event)


def _opened(event: ev.SessionOpened) -> Session:
    seat = Seat(event.host, Presence.JOINED, event.at_ms, admitted=True)
    return Session(
        id=event.session,
        ticket=event.ticket,
        recording=event.recording,
        state=State.WAITING,
        opened_ms=event.at_ms,
        host=event.host.id,
        last_seq=event.seq,
        seats={event.host.id: seat},
    )


def _changed(session: Session, event: ev.Event) -> Session:  # noqa: C901, PLR0911, PLR0912 - one flat table of facts
    match event:
        case ev.ParticipantArrived(participant=who):
            return _with_seat(session, Seat(who, Presence.LOBBY, event.at_ms))
        case ev.MatchConfirmed(participant=who) | ev.ParticipantAdmitted(participant=who):
            return _reseat(session, who, presence=Presence.JOINED, since_ms=event.at_ms, admitted=True)
        case ev.MatchFailed(participant=who):
            failed = session.seats[who].failed_matches + 1
            return _reseat(session, who, failed_matches=failed)
        case ev.PresenceLost(participant=who):
            return _reseat(session, who, presence=Presence.AWAY, since_ms=event.at_ms)
        case ev.PresenceRegained(participant=who):
            away_ms = event.at_ms - session.seats[who].since_ms
            return _reseat(session, who, presence=Presence.JOINED, since_ms=event.at_ms, away_ms=away_ms)
        case ev.ParticipantSlept(participant=who):
            return _reseat(session, who, away_ms=None)
        case ev.ParticipantLeft(participant=who):
            return _left(session, who, event.at_ms)
        case ev.ParticipantFrozen(participant=who):
            return _reseat(session, who, mode=Mode.FROZEN)
        case ev.ParticipantUnfrozen(participant=who):
            return _reseat(session, who, mode=Mode.FREE)
        case ev.EndingSoon(participant=who, left_ms=left):
            return _reseat(session, who, warned_ms=left)
        case ev.ConsentAsked(request=request):
            return replace(session, questions={**session.questions, request.id: request})
        case ev.ConsentGiven(capability=Capability.RECORD, consent=consent):
            return replace(_answered(session, consent), recorded=True, recording_refused=False)
        case ev.ConsentGiven(consent=consent) | ev.ConsentLapsed(consent=consent):
            return _answered(session, consent)
        case ev.ConsentRefused(consent=consent, capability=capability):
            session = _answered(session, consent)
            if capability is Capability.RECORD:
                return replace(session, recorded=False, recording_refused=True)
            return session
        case ev.ConsentWithdrawn(capability=Capability.RECORD):
            return replace(session, recorded=False, recording_refused=True)
        case ev.ConsentProlonged(consent=consent, until_ms=until_ms):
            longer = replace(session.questions[consent], until_ms=until_ms)
            return replace(session, questions={**session.questions, consent: longer})
        case ev.GrantGiven(grant=grant):
            return replace(session, grants={**session.grants, grant.key: grant})
        case ev.GrantRevoked(participant=who, capability=capability):
            return _ungranted(session, who, capability)
        case _:
            return _pictured(session, event)


def _pictured(session: Session, event: ev.Event) -> Session:
    match event:
        case ev.SurfaceSwapped(surface=surface_id, display=kind):
            return _repicture(session, surface_id, kind=kind, condition=Condition.MOVING, width=0, height=0)
        case ev.PictureNoted(surface=surface_id, condition=condition, width=width, height=height):
            return _repicture(session, surface_id, condition=condition, width=width, height=height)
        case ev.PhoneJoined():
            return replace(session, phone=True)
        case ev.PhoneLeft():
            return replace(session, phone=False)
        case _:
            return _shown(session, event)


def _shown(session: Session, event: ev.Event) -> Session:
    match event:
        case ev.SurfaceOpened(surface=surface):
            return replace(session, surfaces={**session.surfaces, surface.id: surface})
        case ev.SurfaceHidden(surface=surface_id):
            return _resurface(session, surface_id, SurfaceState.HIDDEN)
        case ev.SurfaceUnhidden(surface=surface_id):
            return _resurface(session, surface_id, SurfaceState.SHOWN)
        case ev.SurfaceClosed(surface=surface_id):
            kept = {key: value for key, value in session.surfaces.items() if key != surface_id}
            return replace(session, surfaces=kept)
        case ev.VoiceOpened(participant=who):
            return replace(session, voices=session.voices | {who})
        case ev.VoiceClosed(participant=who):
            return replace(session, voices=session.voices - {who})
        case ev.MarkDrawn() if not session.marked:
            return replace(session, marked=True)
        case _:
            return _course(session, event)


def _course(session: Session, event: ev.Event) -> Session:
    match event:
        case ev.SessionPaused(reason=reason):
            since = event.at_ms if session.paused_ms is None else session.paused_ms
            return replace(session, pauses=session.pauses | {reason}, paused_ms=since)
        case ev.PauseCleared(reason=reason):
            return replace(session, pauses=session.pauses - {reason})
        case ev.SessionResumed():
            return replace(session, pauses=frozenset(), paused_ms=None)
        case ev.HandoverOffered():
            looking_on = (seat.who.id for seat in session.present() if _is_offered(seat, event.to))
            offer = Handover(event.to, event.to_name, event.by, event.brief, event.until_ms)
            return replace(session, handover=replace(offer, successor=next(looking_on, None)))
        case ev.HandoverClosed():
            return replace(session, handover=None)
        case ev.HostChanged(former=former, host=host):
            return _handed_over(session, former, host)
        case ev.SessionEnded():
            return _ended(session, event)
        case _:
            return _between(session, event)


def _between(session: Session, event: ev.Event) -> Session:
    """What happens between people: picking up, opinions, and a customer who is not at the screen."""
    match event:
        case ev.SuccessorIntroduced() if session.handover is not None:
            return replace(session, handover=replace(session.handover, introduced=True))
        case ev.PickUpAsked(participant=who, until_ms=until_ms, came=came):
            return replace(session, pick_up=PickUp(who, until_ms, came))
        case ev.PickUpAgreed() | ev.PickUpClosed():
            return replace(session, pick_up=None)
        case ev.OpinionAsked(of=of):
            asked = Opinion(of, event.of_name, event.question, event.until_ms)
            return replace(session, opinions={**session.opinions, of: asked})
        case ev.OpinionClosed(of=of):
            return replace(session, opinions={key: one for key, one in session.opinions.items() if key != of})
        case ev.CustomerSteppedAway(participant=who, why=why):
            held = sorted(key for key, one in session.grants.items() if one.consent and key[0] != who)
            return replace(session, absence=Absence(why, tuple(held)))
        case ev.CustomerCameBack():
            return replace(session, absence=None)
        case _:
            return _trusted(session, event)


def _trusted(session: Session, event: ev.Event) -> Session:
    match event:
        case ev.RecordingWatched(watcher=watcher, name=name):
            return replace(session, watchers={**session.watchers, watcher: name})
        case ev.RecordingUnwatched(watcher=gone):
            return replace(
                session, watchers={key: name for key, name in session.watchers.items() if key != gone}
            )
        case ev.TelephoneTaken() | ev.TelephonePutDown():
            return replace(session, telephone=isinstance(event, ev.TelephoneTaken))
        case ev.NameClaimed():
            return _claimed(session, event)
        case _:
            return session


def _claimed(session: Session, event: ev.NameClaimed) -> Session:
    seat = session.seats.get(event.participant)
    if seat is None:
        return session
    claim = Claim.EXPECTED if event.expected else Claim.OTHER
    seat = replace(seat, who=replace(seat.who, name=event.name), claimed=claim)
    return replace(session, seats={**session.seats, event.participant: seat})


def _with_seat(session: Session, seat: Seat) -> Session:
    seats = {**session.seats, seat.who.id: seat}
    offer = session.handover
    if offer is not None and _is_offered(seat, offer.to):
        offer = replace(offer, successor=seat.who.id)
    return replace(session, seats=seats, handover=offer)


def _is_offered(seat: Seat, to: PersonId) -> bool:
    return seat.who.person == to and seat.who.role is Role.OBSERVER


def _reseat(session: Session, who: ParticipantId, **changes: object) -> Session:
    seat = session.seats.get(who)
    if seat is None:
        return session
    return replace(session, seats={**session.seats, who: replace(seat, **changes)})  # type: ignore[arg-type]


def _left(session: Session, who: ParticipantId, at_ms: int) -> Session:
    session = _reseat(session, who, presence=Presence.LEFT, since_ms=at_ms)
    offer = session.handover
    if offer is not None and offer.successor == who:
        offer = replace(offer, successor=None, introduced=False)
    return replace(
        session,
        grants={key: value for key, value in session.grants.items() if key[0] != who},
        questions={key: value for key, value in session.questions.items() if value.participant != who},
        surfaces={key: value for key, value in session.surfaces.items() if value.owner != who},
        voices=session.voices - {who},
        phone=session.phone and session.seats[who].who.role is not Role.CUSTOMER,
        handover=offer,
    )


def _answered(session: Session, consent: object) -> Session:
    return replace(
        session, questions={key: value for key, value in session.questions.items() if key != consent}
    )


def _ungranted(session: Session, who: ParticipantId, capability: Capability) -> Session:
    grants = {key: value for key, value in session.grants.items() if key != (who, capability)}
    voices = session.voices - {who} if capability is Capability.VOICE else session.voices
    return replace(session, grants=grants, voices=voices)


def _resurface(session: Session, surface_id: object, state: SurfaceState) -> Session:
    surfaces = {
        key: replace(value, state=state) if key == surface_id else value
        for key, value in session.surfaces.items()
    }
    return replace(session, surfaces=surfaces)


def _repicture(session: Session, surface_id: SurfaceId, **changes: object) -> Session:
    surface = session.surfaces.get(surface_id)
    if surface is None:
        return session
    changed = replace(surface, **changes)  # type: ignore[arg-type]
    return replace(session, surfaces={**session.surfaces, surface_id: changed})


def _handed_over(session: Session, former: ParticipantId, host: ParticipantId) -> Session:
    seats = dict(session.seats)
    for who, role in ((former, Role.OBSERVER), (host, Role.HOST)):
        seat = seats[who]
        seats[who] = replace(seat, who=_in_role(seat.who, role))
    return replace(session, seats=seats, host=host, handover=None)


def _in_role(who: Participant, role: Role) -> Participant:
    return replace(who, role=role)


def _ended(session: Session, event: ev.SessionEnded) -> Session:
    seats = {
        key: replace(seat, presence=Presence.LEFT, since_ms=event.at_ms)
        if seat.presence is not Presence.LEFT
        else seat
        for key, seat in session.seats.items()
    }
    return replace(
        session,
        seats=seats,
        grants={},
        questions={},
        surfaces={},
        voices=frozenset(),
        phone=False,
        telephone=False,
        pauses=frozenset(),
        paused_ms=None,
        handover=None,
        pick_up=None,
        absence=None,
        opinions={},
        watchers={},
        end_reason=event.reason,
        ended_ms=event.at_ms,
        outcome=event.outcome,
        note=event.note,
        told=event.told,
    )
