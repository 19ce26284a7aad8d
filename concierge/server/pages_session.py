"""Pages of people who come in by a seat's cookie: the customer, the vendor, and afterwards the receipt.

Rule: the seat decides, not the address: without the cookie of exactly this session there is nothing here.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act
from concierge.domain.ids import ParticipantId, RecordingId, SessionId
from concierge.domain.impression import Side
from concierge.domain.participant import Presence, Role
from concierge.domain.portrait import owner_of
from concierge.domain.session import Session, State
from concierge.server.asked import Asked
from concierge.server.cookies import Kind
from concierge.server.errors import Shut
from concierge.server.pages_console import socket_path
from concierge.server.receipts import find_receipt, receipt_number, receipt_view
from concierge.server.views.frame import Face
from concierge.server.views.session import CustomerView, Retention, VendorView
from concierge.services.joining import mint_receipt, seat_of
from concierge.services.live import LiveSession
from concierge.services.permission import participant_principal, session_resource
from concierge.services.retaining import days_kept

DAY_MS = 24 * 60 * 60_000


async def own_seat(asked: Asked) -> tuple[SessionId, ParticipantId]:
    """Return the seat this browser holds in the session of the path. Raises Shut."""
    session = SessionId(asked.part_id("session", "session_id"))
    secret = asked.house.cookies.read(asked.request, Kind.SEAT, session)
    found = await seat_of(asked.house.tools, "seat", secret) if secret else None
    if found is None or found[0] != session:
        raise Shut(404)
    return found


async def customer(asked: Asked) -> Response:
    """The customer's whole journey in one page."""
    session_id, participant = await own_seat(asked)
    live = asked.house.registry.find(session_id)
    if live is None or live.decided.state is State.ENDED:
        return await _to_receipt(asked, session_id, participant)
    seat = live.decided.seats.get(participant)
    if seat is None or seat.who.role is not Role.CUSTOMER:
        raise Shut(404)
    if seat.presence is Presence.LEFT:
        return await _to_receipt(asked, session_id, participant)
    session = live.decided
    unrecorded = _may_go_on_unrecorded(asked, session, participant)
    view = CustomerView(
        frame=asked.frame(),
        session_id=session_id,
        socket_path=socket_path(asked, session_id, "seat"),
        host=_host(asked, session),
        ticket_number=live.backdrop.ticket_number,
        ticket_title=live.backdrop.ticket_title,
        retention=await retention(asked, session.recording, session.opened_ms),
        receipt_path=live.backdrop.receipts.get(participant, ""),
        recording="optional" if unrecorded else "required",
        without_recording="no_sharing" if unrecorded else "no_session",
        answer_seconds=limits.CONSENT_ANSWER_MS // 1000,
        secure=asked.house.settings.can_share,
    )
    return asked.show(view)


def _may_go_on_unrecorded(asked: Asked, session: Session, participant: ParticipantId) -> bool:
    who = session.seats[participant].who
    request = AccessRequest(
        participant_principal(session, who), Act.CONTINUE_UNRECORDED, session_resource(session)
    )
    return asked.house.tools.policy.decide(request).permitted


async def retention(asked: Asked, recording: RecordingId, opened_ms: int) -> Retention:
    """Return how long a recording is kept, as its row promises it."""
    row = await asked.house.tools.recordings.get(recording)
    days = asked.house.tools.installation.kept_days if row is None else days_kept(row)
    return Retention(asked.reader.days(days), asked.reader.moment(opened_ms + days * DAY_MS))


async def _to_receipt(asked: Asked, session: SessionId, participant: ParticipantId) -> Response:
    """The session is over for this seat: its receipt, under a link of its own that can be kept.

    The seat's cookie goes; long after the end it shows nothing, because somebody else may sit here.
    """
    row = await asked.house.tools.sessions.summary(session)
    over_ms = None if row is None or row.ended_ms is None else asked.house.tools.clock.now() - row.ended_ms
    if over_ms is not None and over_ms > limits.SEAT_AFTER_END_MS:
        response = asked.go("portal")
    else:
        response = asked.go_to(await mint_receipt(asked.house.tools, session, participant))
    asked.house.cookies.clear(response, Kind.SEAT, session)
    return response


async def vendor(asked: Asked) -> Response:
    """Lobby, then exactly the grant's tools, then out."""
    session_id, participant = await own_seat(asked)
    live = asked.house.registry.find(session_id)
    seat = live.decided.seats.get(participant) if live is not None else None
    if live is None or seat is None or seat.who.role is not Role.VENDOR or seat.presence is Presence.LEFT:
        raise Shut(410)
    return asked.show(_vendor_view(asked, live, participant))


def _vendor_view(asked: Asked, live: LiveSession, participant: ParticipantId) -> VendorView:
    session, clock = live.decided, asked.house.tools.clock
    who = session.seats[participant].who
    until = session.until(session.seats[participant])
    brief = live.backdrop.briefs.get(participant, "")
    return VendorView(
        frame=asked.frame(),
        session_id=session.id,
        socket_path=socket_path(asked, session.id, "seat"),
        name=who.name,
        company=who.organisation,
        ticket_number=live.backdrop.ticket_number,
        # A vendor knows the brief, never the ticket's title beyond it.
        ticket_title=brief or asked.reader.gettext("Support session"),
        invited_by=_host(asked, session),
        until=asked.reader.moment(clock.wall() + until - clock.now()),
        capabilities=tuple(sorted(capability.value for capability in who.may_hold)),
    )


async def receipt(asked: Asked) -> Response:
    """Who, when, what was allowed, what is kept."""
    row, ticket, events = await find_receipt(asked, asked.part("secret"))
    kept = await retention(asked, row.recording, row.opened_ms)
    view = receipt_view(asked, row, ticket, events, kept)
    signed = f"{asked.house.settings.base}/receipts/{asked.part('secret')}/signed"
    view = replace(view, signed_path=signed if view.recorded else "", secret=asked.part("secret"))
    said = await asked.house.tools.impressions.of_session(row.id)
    mine = next((one.answer for one in said if one.side is Side.CUSTOMER), None)
    return asked.show(replace(view, felt=None if mine is None else mine.value))


async def signed_receipt(asked: Asked) -> Response:
    """The receipt as a file that proves something: where the recording ended, and that the audit log knows it."""
    return await signed_file(asked, asked.part("secret"))


async def signed_file(asked: Asked, secret: str) -> Response:
    """The signed receipt that a secret opens. Raises Shut when there is none."""
    row, _ticket, _events = await find_receipt(asked, secret)
    document = await asked.house.tools.receipts.receipt(row.recording)
    if document is None:
        raise Shut(404)
    name = f"receipt-{receipt_number(row)}.json"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document, media_type="application/json", headers=disposition)


def _host(asked: Asked, session: Session) -> Face:
    who = session.seats[session.host].who
    return asked.face(who.name, owner=owner_of(who))
