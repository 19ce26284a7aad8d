"""A draft: the events one command is about to produce, numbered, with the session as it would be after each.

Local to one call of decide; nobody outside sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import NEEDS, Capability
from concierge.domain.consent import ConsentRequest
from concierge.domain.errors import BadInput, Refused
from concierge.domain.evolve import evolve
from concierge.domain.grant import Grant, RevokeReason
from concierge.domain.ids import ConsentId, ParticipantId
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
        """Revoke a grant if it exists; a voice goes silent with it."""
        if (participant, capability) not in self.session.grants:
            return
        if capability is Capability.VOICE and participant in self.session.voices:
            self.add(ev.VoiceClosed, participant=participant)
        self.add(ev.GrantRevoked, participant=participant, capability=capability, reason=reason)

    def revoke_all(self, keys: Iterable[tuple[ParticipantId, Capability]], reason: RevokeReason) -> None:
        """Revoke several grants."""
        for participant, capability in list(keys):
            self.revoke(participant, capability, reason)

    def ask(
        self,
        consent: ConsentId,
        capability: Capability,
        participant: ParticipantId,
        by: ParticipantId | None,
    ) -> None:
        """Open a question to the customer, unless the same one is open or already answered yes.

        The recording is one question, whoever it is asked about. Raises Refused when too many are open, BadInput for
        an id that names another open question.
        """
        open_already = any(
            question.capability is capability
            and (question.participant == participant or capability is Capability.RECORD)
            for question in self.session.questions.values()
        )
        if open_already or self.session.holds(participant, capability, self.now_ms):
            return
        if len(self.session.questions) >= limits.CONSENTS_OPEN_MAX:
            raise Refused("too_many_questions", "the customer has enough open questions")
        if consent in self.session.questions:
            raise BadInput("that id names another open question")
        until_ms = self.now_ms + limits.CONSENT_ANSWER_MS
        request = ConsentRequest(consent, capability, participant, by, until_ms)
        self.add(ev.ConsentAsked, request=request)

    def baseline(self, participant: ParticipantId) -> None:
        """Grant what needs no consent and the seat's ceiling allows; observers and moderators see and do not act."""
        seat = self.session.seats[participant]
        if seat.who.role in (Role.OBSERVER, Role.MODERATOR):
            return
        until_ms = self.session.until(seat)
        for capability in sorted(seat.who.may_hold):
            if NEEDS[capability].consent or self.session.holds(participant, capability, self.now_ms):
                continue
            self.add(ev.GrantGiven, grant=Grant(capability, participant, self.session.host, until_ms))

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
        picking, person = self.session.pick_up, self.session.seats[participant].who.person
        if picking is not None and picking.by == participant:
            self.add(ev.PickUpClosed, participant=participant, outcome="left")
        self.add(ev.ParticipantLeft, participant=participant, reason=reason)
        if person is not None and person in self.session.opinions:
            self.add(ev.OpinionClosed, of=person)
