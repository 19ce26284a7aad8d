"""The session: its states as a table, its value, and what can be read off it. Nothing here decides or changes.

Invariants (tests/domain/test_session_machine.py checks them on every trace):
1. Only an ACTIVE session has flows; an ENDED one has no seats, grants, questions or surfaces left.
2. No flow without a recorded yes to the recording and a grant in force for exactly that viewer, none while host or
   customer is away, and none into the recording alone: what nobody may see or hear is not taken.
3. Every state that is not ENDED has a deadline.
   A Tick at a deadline always produces an event, so waiting for deadlines never spins.
4. No participant holds a capability outside the ceiling set at the door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.absence import Absence
from concierge.domain.capability import Capability
from concierge.domain.consent import ConsentRequest
from concierge.domain.grant import Grant
from concierge.domain.handover import Handover
from concierge.domain.ids import (
    ConsentId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    SurfaceId,
    TicketId,
)
from concierge.domain.opinion import Opinion
from concierge.domain.participant import Presence, Role, Seat
from concierge.domain.pick_up import PickUp
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.surface import Surface, SurfaceState


class State(StrEnum):
    """The four states of a session."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


# (state, event) -> state. What is not in the table leaves the state as it is; ENDED has no way out.
TRANSITIONS: dict[tuple[State, type[ev.Event]], State] = {
    (State.WAITING, ev.MatchConfirmed): State.ACTIVE,
    (State.WAITING, ev.SessionEnded): State.ENDED,
    (State.ACTIVE, ev.SessionPaused): State.PAUSED,
    (State.ACTIVE, ev.SessionEnded): State.ENDED,
    (State.PAUSED, ev.SessionPaused): State.PAUSED,
    (State.PAUSED, ev.SessionResumed): State.ACTIVE,
    (State.PAUSED, ev.SessionEnded): State.ENDED,
}


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that may reach a viewer: the picture of a surface, or the voice of a participant."""

    source: SurfaceId | ParticipantId
    viewer: ParticipantId


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the fold of its events. Times are milliseconds on the broker's steady clock."""

    id: SessionId
    ticket: TicketId
    recording: RecordingId
    state: State
    opened_ms: int
    host: ParticipantId
    last_seq: int
    seats: dict[ParticipantId, Seat] = field(default_factory=dict)
    grants: dict[tuple[ParticipantId, Capability], Grant] = field(default_factory=dict)
    questions: dict[ConsentId, ConsentRequest] = field(default_factory=dict)
    surfaces: dict[SurfaceId, Surface] = field(default_factory=dict)
    voices: frozenset[ParticipantId] = frozenset()
    phone: bool = False
    telephone: bool = False
    pauses: frozenset[PauseReason] = frozenset()
    paused_ms: int | None = None
    recorded: bool = False
    recording_refused: bool = False
    marked: bool = False
    handover: Handover | None = None
    pick_up: PickUp | None = None
    absence: Absence | None = None
    opinions: dict[PersonId, Opinion] = field(default_factory=dict)
    watchers: dict[PersonId, str] = field(default_factory=dict)
    end_reason: EndReason | None = None
    ended_ms: int | None = None
    outcome: str = ""
    note: str = ""
    told: str = ""

    # --- people ---

    def seat(self, participant: ParticipantId | None) -> Seat | None:
        """Return a seat that is still taken, or None."""
        seat = self.seats.get(participant) if participant is not None else None
        return None if seat is None or seat.presence is Presence.LEFT else seat

    @property
    def customer(self) -> Seat | None:
        """The customer's seat, whether in the lobby or in the session."""
        taken = (seat for seat in self.seats.values() if seat.presence is not Presence.LEFT)
        return next((seat for seat in taken if seat.who.role is Role.CUSTOMER), None)

    @property
    def matched(self) -> bool:
        """Whether the customer has been let in."""
        customer = self.customer
        return customer is not None and customer.admitted

    def present(self) -> list[Seat]:
        """Return all seats still taken, lobby included."""
        return [seat for seat in self.seats.values() if seat.presence is not Presence.LEFT]

    def vendors(self) -> list[Seat]:
        """Return the vendors' seats still taken."""
        return [seat for seat in self.present() if seat.who.role is Role.VENDOR]

    def seated(self, person: PersonId) -> bool:
        """Whether somebody of the desk has a seat."""
        return any(seat.who.person == person for seat in self.present())

    # --- access ---

    def holds(self, participant: ParticipantId, capability: Capability, now_ms: int) -> bool:
        """Whether a grant of this capability is in force."""
        grant = self.grants.get((participant, capability))
        return grant is not None and grant.in_force(now_ms)

    def may(self, participant: ParticipantId, capability: Capability, now_ms: int) -> bool:
        """Whether the participant may use the capability at this instant."""
        seat = self.seat(participant)
        return (
            self.state is State.ACTIVE
            and seat is not None
            and seat.here
            and self.holds(participant, capability, now_ms)
        )

    def until(self, seat: Seat) -> int:
        """Return when anything given to this seat ends at the latest."""
        end = self.opened_ms + limits.SESSION_MAX_MS
        return end if seat.who.until_ms is None else min(end, seat.who.until_ms)

    def sources(self) -> frozenset[SurfaceId | ParticipantId]:
        """Return what may flow at all, into the recording first: shown surfaces and open voices.

        A surface that nobody has been allowed to see, and a voice that nobody else has been allowed to hear or whose
        speaker is away or frozen, are no sources: they are not recorded either.
        """
        if self.state is not State.ACTIVE or not self.recorded:
            return frozenset()
        seen = {capability for _, capability in self.grants}
        shown = {
            key
            for key, one in self.surfaces.items()
            if one.seen_with in seen and one.state is SurfaceState.SHOWN
        }
        return frozenset(shown | {speaker for speaker in self.voices if self._heard(speaker)})

    def _heard(self, speaker: ParticipantId) -> bool:
        seat = self.seat(speaker)
        hearers = {who for who, capability in self.grants if capability is Capability.VOICE} - {speaker}
        return seat is not None and seat.here and bool(hearers)

    def flows(self, now_ms: int) -> frozenset[Flow]:
        """Return exactly what may reach whom at this instant; the media plane is kept equal to this set."""
        flows: set[Flow] = set()
        open_sources = self.sources()
        for surface in self.surfaces.values():
            if surface.id in open_sources:
                flows.update(self._to_viewers(surface.id, surface.owner, surface.seen_with, now_ms))
        for speaker in self.voices & open_sources:
            if self.may(speaker, Capability.VOICE, now_ms):
                flows.update(self._to_viewers(speaker, speaker, Capability.VOICE, now_ms))
        return frozenset(flows)

    def _to_viewers(
        self, source: SurfaceId | ParticipantId, owner: ParticipantId, capability: Capability, now_ms: int
    ) -> set[Flow]:
        return {
            Flow(source, seat.who.id)
            for seat in self.present()
            if seat.who.id != owner and self.may(seat.who.id, capability, now_ms)
        }

    # --- time ---

    def deadline(self) -> int | None:
        """Return the instant at which a Tick is due at the latest; None only when the session has ended."""
        if self.state is State.ENDED:
            return None
        due = [self.opened_ms + limits.SESSION_MAX_MS]
        if self.state is State.WAITING:
            due.append(self.opened_ms + limits.WAITING_MAX_MS)
        if self.paused_ms is not None:
            due.append(self.paused_ms + limits.PAUSED_MAX_MS)
        due.extend(question.until_ms for question in self.questions.values())
        due.extend(grant.until_ms for grant in self.grants.values())
        if self.handover is not None:
            due.append(self.handover.until_ms)
        if self.pick_up is not None:
            due.append(self.pick_up.until_ms)
        due.extend(one.until_ms for one in self.opinions.values() if not self.seated(one.of))
        if self.host_lost_ms is not None:
            due.append(self.host_lost_ms)
        due.extend(when for seat in self.present() for when in seat_deadlines(seat))
        return min(due)

    @property
    def host_lost_ms(self) -> int | None:
        """When a lost host's vendors are out, or a waiting session ends; None when there is nothing to do about it.

        While the customer is waited for nobody is left alone by it, and the code that was given out lives longer.
        """
        host = self.seat(self.host)
        if host is None or host.presence is not Presence.AWAY:
            return None
        if self.state is State.WAITING:
            return host.since_ms + limits.HOST_LOST_WAITING_MS
        inside = any(seat.admitted for seat in self.vendors())
        return host.since_ms + limits.HOST_LOST_END_MS if inside else None

    @property
    def pick_up_from_ms(self) -> int | None:
        """When another host may pick this session up; None while its own is here or nobody has been let in."""
        host = self.seat(self.host)
        if self.state is not State.PAUSED or host is None or not self.matched:
            return None
        if PauseReason.HOST_LEFT in self.pauses:
            return self.paused_ms
        return host.since_ms + limits.HOST_PICK_UP_AFTER_MS if host.presence is Presence.AWAY else None


def seat_deadlines(seat: Seat) -> list[int]:
    """Return the instants at which something happens to a seat by itself."""
    due: list[int] = []
    if seat.presence is Presence.LOBBY:
        due.append(seat.since_ms + limits.LOBBY_MAX_MS)
    if seat.who.until_ms is not None:
        due.append(seat.who.until_ms)
        warning = next_warning(seat)
        if warning is not None:
            due.append(seat.who.until_ms - warning)
    return due


def next_warning(seat: Seat) -> int | None:
    """Return the next of INVITE_WARNINGS_MS that this seat has not had yet, in milliseconds before its end."""
    given = seat.warned_ms
    left = [warning for warning in limits.INVITE_WARNINGS_MS if given is None or warning < given]
    return max(left) if left else None
