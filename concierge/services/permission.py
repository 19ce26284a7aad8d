"""Asking the policy engine: for a participant's act, and for every grant before it is made.

Rule: frames are checked against the compiled grant; the engine is asked when a grant is made or something it rests on
changes, never per frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from concierge.domain import events as ev
from concierge.domain.access import AccessDecision, AccessRequest, Act, Attribute, Principal, Resource
from concierge.domain.capability import Capability
from concierge.domain.errors import Refused
from concierge.domain.evolve import evolve
from concierge.domain.grant import Grant
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.domain.participant import Participant, Presence, Role
from concierge.domain.reasons import PauseReason
from concierge.domain.session import Session
from concierge.domain.surface import SurfaceKind
from concierge.services.policy_port import NotesRefusals, PolicyEngine

# The act of showing -> what somebody has to have been allowed to see.
_NEEDED = {Act.SHARE_SCREEN: Capability.VIEW_SCREEN, Act.SHARE_CAMERA: Capability.VIEW_CAMERA}


def showing(kind: SurfaceKind) -> Act:
    """Return the act of showing such a surface."""
    return Act.SHARE_CAMERA if kind is SurfaceKind.CAMERA else Act.SHARE_SCREEN


def participant_principal(session: Session, who: Participant) -> Principal:
    """Return a seat as the policies know it."""
    attributes: dict[str, Attribute] = {"session": session.id}
    if who.company is not None:
        attributes["company"] = who.company
    if who.person is not None:
        attributes["person"] = who.person
    return Principal("Participant", who.id, who.role, attributes)


def session_resource(session: Session) -> Resource:
    """Return a session as the policies know it."""
    host = session.seats[session.host].who
    attributes: dict[str, Attribute] = {
        "host": host.person or "",
        "state": session.state,
        "recording": session.recorded,
    }
    seated = tuple(sorted(seat.who.person for seat in session.present() if seat.who.person is not None))
    if seated:
        attributes["seated"] = seated
    if session.opinions:
        attributes["asked"] = tuple(sorted(session.opinions))
    host_seat = session.seat(session.host)
    if PauseReason.HOST_LEFT in session.pauses or (
        host_seat is not None and host_seat.presence is Presence.AWAY
    ):
        attributes["host_away"] = True
    if session.handover is not None:
        attributes["handover_to"] = session.handover.to
    return Resource("Session", session.id, attributes)


def check(policy: PolicyEngine, request: AccessRequest) -> AccessDecision:
    """Return the decision when it is a permit. Raises Refused with the id of the deciding policy as its code."""
    ruling = rule(policy, request)
    if not ruling.decision.permitted:
        raise refusal(ruling)
    return ruling.decision


def refusal(ruling: Ruling) -> Refused:
    """Return how a deny is said: its code is the id of the deciding policy."""
    request, reasons = ruling.request, ruling.decision.reasons
    code = reasons[0] if reasons else "not_permitted"
    return Refused(code, f"{request.principal.role} {request.principal.id} may not {request.act}")


@dataclass(frozen=True, slots=True)
class Ruling:
    """A question to the policies about a session, with their answer: what the record says before the act itself."""

    request: AccessRequest
    decision: AccessDecision

    def event(self, session: Session, now_ms: int) -> ev.PolicyDecided:
        """Return it as the session's next event."""
        return ev.PolicyDecided(
            seq=session.last_seq + 1,
            at_ms=now_ms,
            by=self.request.principal.id,
            act=self.request.act,
            permitted=self.decision.permitted,
            policies=self.decision.reasons,
            policy=self.decision.policy_version,
        )


def rule(policy: PolicyEngine, request: AccessRequest) -> Ruling:
    """Return the answer, whichever it is; a deny is noted as something that was tried."""
    decision = policy.decide(request)
    if not decision.permitted and isinstance(policy, NotesRefusals):
        policy.refused(request, decision)
    return Ruling(request, decision)


def act_request(session: Session, who: Participant, act: Act) -> AccessRequest:
    """Return the question whether a participant may do this in this session."""
    context: dict[str, Attribute] = {}
    needed = _NEEDED.get(act)
    if needed is not None:
        context["consented"] = any(key[1] is needed for key in session.grants)
    return AccessRequest(participant_principal(session, who), act, session_resource(session), context)


def check_act(policy: PolicyEngine, session: Session, who: Participant, act: Act) -> None:
    """Raise Refused unless the policy lets this participant do this in this session."""
    check(policy, act_request(session, who, act))


def hold_request(session: Session, grant: Grant) -> AccessRequest:
    """Return the question whether a participant may hold a capability, with everything it rests on."""
    who = session.seats[grant.participant].who
    host = session.seat(session.host)
    context: dict[str, Attribute] = {
        "capability": grant.capability,
        "consented": grant.consent is not None,
        "recorded": session.recorded,
        "endpoint_client": False,
        "host_present": host is not None and host.presence is Presence.JOINED,
    }
    if who.role is Role.VENDOR:
        context["invite_capabilities"] = tuple(sorted(who.may_hold))
    return AccessRequest(
        participant_principal(session, who), Act.HOLD_CAPABILITY, session_resource(session), context
    )


def check_grants(policy: PolicyEngine, session: Session, events: Iterable[ev.Event]) -> tuple[ev.Event, ...]:
    """Return the events, every grant with the policy's version. Raise Refused unless the policy permits each of them."""
    permitted: list[ev.Event] = []
    for event in events:
        if isinstance(event, ev.GrantGiven):
            decision = check(policy, hold_request(session, event.grant))
            permitted.append(replace(event, policy=decision.policy_version))
        else:
            permitted.append(event)
        session = evolve(session, event)
    return tuple(permitted)


def no_longer_held(policy: PolicyEngine, session: Session) -> list[tuple[ParticipantId, Capability]]:
    """Return the grants in force that the policy would not permit now.

    A host who is silent for a moment takes nobody's grants away: the pause does what has to be done. So the question is
    put as if the host were there.
    """
    held = []
    for grant in session.grants.values():
        request = hold_request(session, grant)
        request = replace(request, context={**request.context, "host_present": True})
        if not policy.decide(request).permitted:
            held.append(grant.key)
    return held


def no_longer_shared(policy: PolicyEngine, session: Session) -> list[SurfaceId]:
    """Return the surfaces that the policy would not let their owner share now."""
    return [
        surface.id
        for surface in session.surfaces.values()
        if not policy.decide(
            act_request(session, session.seats[surface.owner].who, showing(surface.kind))
        ).permitted
    ]
