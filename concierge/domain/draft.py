"""A draft: the events one command is about to produce, numbered, with the session as it would be after each.

Local to one call of decide; nobody outside sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from concierge.domain import events as ev
from concierge.domain.capability import Capability
from concierge.domain.errors import Refused
from concierge.domain.evolve import evolve
from concierge.domain.grant import RevokeReason
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import LeaveReason, Role, Seat
from concierge.domain.session import Session


class Draft:
    """Collects events on top of a session at one instant."""

    def __init__(self, session: Session, now_ms: int) -> None:
        self.session = session
        self.now_ms = now_ms
        self.events: list[ev.Event] = []

    def add(self, kind: type[ev.Event], **fields: Any) -> None:
        """Append an event and let the session evolve."""
        event = kind(seq=self.session.last_seq + 1, at_ms=self.now_ms, **fields)
        self.session = evolve(self.session, event)
        self.events.append(event)

    # --- what several rules need ---

    def seat(self, participant: ParticipantId | None) -> Seat:
        """Return a taken seat. Raises Refused."""
        seat = self.session.seat(participant)
        if seat is None:
            raise Refused("no_such_participant", f"{participant} has no seat in {self.session.id}")
        return seat

    def admitted(self, participant: ParticipantId | None) -> Seat:
        """Return the seat of somebody past the lobby. Raises Refused."""
        seat = self.seat(participant)
        if not seat.admitted:
            raise Refused("still_in_lobby", f"{participant} waits in the lobby")
        return seat

    def the_host(self, by: ParticipantId | None) -> Seat:
        """Return the host's seat if it is the host who asks. Raises Refused."""
        if by != self.session.host:
            raise Refused("host_only", f"{by} is not the host")
        return self.seat(by)

    def the_customer(self, by: ParticipantId | None) -> Seat:
        """Return the admitted customer's seat if it is the customer who asks. Raises Refused."""
        seat = self.admitted(by)
        if seat.who.role is not Role.CUSTOMER:
            raise Refused("customer_only", f"{by} is not the customer")
        return seat

    def revoke(self, participant: ParticipantId, capability: Capability, reason: RevokeReason) -> None:
        """Revoke a grant if it exists; a voice goes silent and a last viewer's surface closes with it."""
        if (participant, capability) not in self.session.grants:
            return
        if capability is Capability.VOICE and participant in self.session.voices:
            self.add(ev.VoiceClosed, participant=participant)
        self.add(ev.GrantRevoked, participant=participant, capability=capability, reason=reason)

    def revoke_all(self, keys: Iterable[tuple[ParticipantId, Capability]], reason: RevokeReason) -> None:
        """Revoke several grants."""
        for participant, capability in list(keys):
            self.revoke(participant, capability, reason)

    def leave(self, participant: ParticipantId, reason: LeaveReason) -> None:
        """End one seat with everything that hangs on it."""
        for consent in [
            key for key, value in self.session.questions.items() if value.participant == participant
        ]:
            self.add(ev.ConsentLapsed, consent=consent)
        keys = [key for key in self.session.grants if key[0] == participant]
        self.revoke_all(keys, RevokeReason.LEFT)
        for surface in [key for key, value in self.session.surfaces.items() if value.owner == participant]:
            self.add(ev.SurfaceClosed, surface=surface)
        self.add(ev.ParticipantLeft, participant=participant, reason=reason)
