"""Builds what one participant may know of a session (wire.view). The one place that decides what is left out.

Rules: in the lobby one knows the host and oneself, and a customer the match digits; a vendor knows the brief, never the
ticket's title beyond it; only the host sees codes and ceilings; only the customer is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.grant import Grant
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import Role, Seat
from concierge.domain.reasons import PauseReason
from concierge.domain.session import Session, State
from concierge.domain.surface import Surface
from concierge.domain.trust import Claim
from concierge.services.between import handover_view, opinion_views, pick_up_view
from concierge.services.disk_watch import DiskLevel
from concierge.services.portraits import Album
from concierge.services.steering import Steering
from concierge.services.tools import Installation
from concierge.wire import view as wire


@dataclass(slots=True)
class Backdrop:
    """What a view needs beside the session: kept in memory by the live session, never decided upon."""

    ticket_number: str
    ticket_title: str
    digits: dict[ParticipantId, str] = field(default_factory=dict)
    receipts: dict[ParticipantId, str] = field(default_factory=dict)
    briefs: dict[ParticipantId, str] = field(default_factory=dict)
    code: wire.CodeView | None = None
    lag_ms: int = 0
    kept_days: int = 0
    disk: DiskLevel = DiskLevel.PLENTY


def view_of(
    session: Session,
    participant: ParticipantId,
    now_ms: int,
    backdrop: Backdrop,
    installation: Installation,
    steering: Steering,
    album: Album | None = None,
) -> wire.SessionView:
    """Return the session as `participant` may know it now."""
    seat = session.seats[participant]
    inside = seat.admitted and session.state is not State.ENDED
    role = seat.who.role
    vendor = role is Role.VENDOR
    return wire.SessionView(
        session=session.id,
        now_ms=now_ms,
        state=session.state,
        pauses=tuple(sorted(session.pauses)),
        paused_ms=session.paused_ms,
        paused_until_ms=None if session.paused_ms is None else session.paused_ms + limits.PAUSED_MAX_MS,
        ticket_number=backdrop.ticket_number,
        ticket_title="" if vendor else backdrop.ticket_title,
        organisation=installation.organisation,
        desk_phone=installation.desk_phone,
        host_name=session.seats[session.host].who.name,
        you=participant,
        role=role,
        presence=seat.presence,
        until_ms=_until(session, seat),
        may=tuple(sorted(key for key in Capability if session.may(participant, key, now_ms))),
        match_digits="" if seat.admitted else backdrop.digits.get(participant, ""),
        expected_name=_shortened(seat) if role is Role.CUSTOMER else "",
        telephone=inside and not vendor and session.telephone,
        brief=backdrop.briefs.get(participant, ""),
        seats=tuple(
            _seat(session, other, role, now_ms, album)
            for other in session.present()
            if _knows(session, seat, other)
        ),
        questions=_questions(session, role) if inside else (),
        surfaces=_surfaces(session, participant, steering) if inside else (),
        voices=_voices(session, participant, steering) if inside else (),
        phone=inside and role is Role.CUSTOMER and session.phone,
        recording=_recording(session, backdrop, installation, desk=role in (Role.HOST, Role.OBSERVER)),
        handover=handover_view(session, participant)
        if inside and role in (Role.HOST, Role.OBSERVER, Role.CUSTOMER)
        else None,
        pick_up=pick_up_view(session, participant, album) if inside else None,
        opinions=opinion_views(session, participant) if inside else (),
        watched_by=tuple(sorted(session.watchers.values())) if inside else (),
        absence=session.absence.why if inside and session.absence is not None else None,
        code=backdrop.code if role is Role.HOST and session.customer is None else None,
        end=_end(session, backdrop.receipts.get(participant, "")),
    )


def _shortened(seat: Seat) -> str:
    """Return a name as it is shown to whoever may not be the one: "Maria K."."""
    first, *rest = seat.who.name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


def _knows(session: Session, viewer: Seat, other: Seat) -> bool:
    if viewer.who.role is Role.HOST or other.who.id in (viewer.who.id, session.host):
        return True
    return viewer.admitted and (other.admitted or viewer.who.role is Role.CUSTOMER)


def _seat(session: Session, seat: Seat, viewer: Role, now_ms: int, album: Album | None) -> wire.SeatView:
    who = seat.who
    grants = [
        grant for grant in session.grants.values() if grant.participant == who.id and grant.in_force(now_ms)
    ]
    return wire.SeatView(
        id=who.id,
        role=who.role,
        name=who.name,
        organisation=who.organisation,
        presence=seat.presence,
        mode=seat.mode,
        admitted=seat.admitted,
        since_ms=seat.since_ms,
        until_ms=_until(session, seat),
        speaking=who.id in session.voices,
        grants=tuple(_grant(grant) for grant in sorted(grants, key=lambda grant: grant.capability)),
        may_hold=tuple(sorted(who.may_hold)) if viewer is Role.HOST else (),
        portrait="" if album is None else album.of_participant(who),
        claimed=seat.claimed if viewer is not Role.VENDOR else Claim.UNSAID,
        came_by=who.came_by if viewer is Role.HOST else None,
    )


def _until(session: Session, seat: Seat) -> int | None:
    """When a seat that is lent for a time ends: never later than the session can last."""
    return None if seat.who.until_ms is None else session.until(seat)


def _grant(grant: Grant) -> wire.GrantView:
    return wire.GrantView(grant.capability, grant.until_ms, grant.consent is not None)


def _questions(session: Session, role: Role) -> tuple[wire.QuestionView, ...]:
    if role not in (Role.CUSTOMER, Role.HOST):
        return ()
    views = []
    for question in session.questions.values():
        who = session.seats[question.participant].who
        views.append(
            wire.QuestionView(
                question.id,
                question.capability,
                who.id,
                who.name,
                who.organisation,
                who.role,
                question.until_ms,
            )
        )
    return tuple(views)


def _surfaces(session: Session, viewer: ParticipantId, steering: Steering) -> tuple[wire.SurfaceView, ...]:
    return tuple(
        wire.SurfaceView(
            id=surface.id,
            owner=surface.owner,
            kind=surface.kind,
            state=surface.state,
            condition=surface.condition,
            width=surface.width,
            height=surface.height,
            mid=steering.mid(viewer, surface.id),
        )
        for surface in session.surfaces.values()
        if _knows_of(session, viewer, surface)
    )


def _knows_of(session: Session, viewer: ParticipantId, surface: Surface) -> bool:
    """A camera is nobody's business but the customer's and of whoever may see it."""
    if surface.seen_with is Capability.VIEW_SCREEN or surface.owner == viewer:
        return True
    return (viewer, surface.seen_with) in session.grants


def _voices(session: Session, viewer: ParticipantId, steering: Steering) -> tuple[wire.VoiceView, ...]:
    return tuple(wire.VoiceView(speaker, steering.mid(viewer, speaker)) for speaker in sorted(session.voices))


def _recording(
    session: Session, backdrop: Backdrop, installation: Installation, *, desk: bool
) -> wire.RecordingView:
    """How full the disk is, is the desk's business alone."""
    return wire.RecordingView(
        agreed=session.recorded,
        refused=session.recording_refused,
        available=PauseReason.RECORDING_UNAVAILABLE not in session.pauses,
        kept_days=backdrop.kept_days or installation.kept_days,
        lag_ms=backdrop.lag_ms,
        disk=backdrop.disk.name.lower() if desk else "",
    )


def _end(session: Session, receipt: str) -> wire.EndView | None:
    if session.end_reason is None or session.ended_ms is None:
        return None
    return wire.EndView(session.end_reason, session.ended_ms, receipt)
