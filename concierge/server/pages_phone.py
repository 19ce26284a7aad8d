"""The customer's phone: the link for it, and its own small page.

Rules: opening the link changes nothing, only its button uses it up; these pages alone may ask a browser for a camera,
and none of ours may ask for a phone's microphone.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from concierge.domain.errors import Refused
from concierge.domain.ids import SessionId
from concierge.server.asked import Asked
from concierge.server.coming import by_phone_link
from concierge.server.cookies import Kind
from concierge.server.errors import Shut
from concierge.server.headers import CAMERA_ALONE
from concierge.server.pages_session import own_seat
from concierge.server.views.phone import PhoneLandingView, PhoneView
from concierge.server.views.qr import qr_of
from concierge.services.joining import seat_of
from concierge.services.live import LiveSession
from concierge.services.phones import KIND


async def link(asked: Asked) -> Response:
    """Make a link for the phone of this browser's seat, and draw it."""
    session, participant = await own_seat(asked)
    made = asked.house.phones.offer(asked.house.registry.get(session), participant)
    qr = qr_of(made.address)
    return JSONResponse(
        {"link": made.address, "until_ms": made.until_ms, "qr": {"size": qr.size, "path": qr.path}}
    )


async def landing(asked: Asked) -> Response:
    """Where the QR code leads. Changes nothing."""
    secret = asked.part("secret")
    try:
        live = asked.house.phones.find(secret)
    except Refused:
        return asked.show(PhoneLandingView(asked.frame(), secret, None), 410)
    host = asked.face(live.decided.seats[live.decided.host].who.name)
    return asked.show(PhoneLandingView(asked.frame(), secret, host, secure=asked.house.settings.can_share))


async def join(asked: Asked) -> Response:
    """The button uses the link up, once."""
    secret = asked.part("secret")
    try:
        seat = await by_phone_link(asked, secret)
    except Refused as error:
        if error.code != "phone_link_not_good":
            raise
        return asked.show(PhoneLandingView(asked.frame(), secret, None), 410)
    response = asked.go("phone", session_id=seat.session)
    cookies = asked.house.cookies
    cookies.write(response, Kind.PHONE, seat.secret, None, seat.session)
    return response


async def phone(asked: Asked) -> Response:
    """The phone's page."""
    session = SessionId(asked.part_id("session", "session_id"))
    secret = asked.house.cookies.read(asked.request, Kind.PHONE, session)
    live = await live_of(asked, session, secret)
    if live is None:
        raise Shut(410)
    host = asked.face(live.decided.seats[live.decided.host].who.name)
    base = asked.house.settings.base
    view = PhoneView(asked.frame(), session, f"{base}/ws/sessions/{session}/phone", host)
    response = asked.show(view)
    response.headers["Permissions-Policy"] = CAMERA_ALONE
    return response


async def live_of(asked: Asked, session: SessionId, secret: str) -> LiveSession | None:
    """Return the session that this phone belongs to, or None."""
    found = await seat_of(asked.house.tools, KIND, secret) if secret else None
    live = asked.house.registry.find(session)
    if found is None or found[0] != session or live is None:
        return None
    return live if asked.house.phones.is_current(live, secret) else None
