"""Pages for people without a sign-in: the portal, the code, the link.

Rule: opening an address changes nothing, however often and by whatever program; only the form joins.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.domain.errors import BadInput, Refused
from concierge.domain.portrait import owner_of
from concierge.server.asked import Asked
from concierge.server.coming import CODE_TYPED_MAX_CHARS, by_code, by_link
from concierge.server.resuming import open_seats
from concierge.server.throttles import TooManyTries
from concierge.server.views.public import JoinLandingView, PortalView
from concierge.services.joining import TakenSeat, find_by_pairing


async def portal(asked: Asked) -> Response:
    """Where the customer types the code."""
    seats = await open_seats(asked)
    return asked.show(PortalView(asked.frame(), secure=asked.house.settings.can_share, open_seats=seats))


async def to_portal(asked: Asked) -> Response:
    """Somebody opened the form's address by hand."""
    return asked.go("portal")


async def join_code(asked: Asked) -> Response:
    """Take a code and join, once."""
    typed = asked.typed("code")[:CODE_TYPED_MAX_CHARS]
    frame, secure = asked.frame(), asked.house.settings.can_share
    try:
        seat = await by_code(asked, typed)
    except BadInput:
        return asked.show(PortalView(frame, code=typed, fault="malformed", secure=secure), 422)
    except TooManyTries as error:
        view = PortalView(frame, code=typed, fault="too_many", wait_seconds=error.wait_seconds, secure=secure)
        response = asked.show(view, 429)
        response.headers["Retry-After"] = str(error.wait_seconds)
        return response
    except Refused as error:
        if error.code != "pairing_unknown":
            raise
        return asked.show(PortalView(frame, code=typed, fault="unknown", secure=secure), 404)
    return seated(asked, seat)


def seated(asked: Asked, seat: TakenSeat, page: str = "customer") -> Response:
    """Give the browser its seat and show it."""
    response = asked.go(page, session_id=seat.session)
    asked.house.cookies.write_seat(asked.request, response, seat.session, seat.secret)
    return response


async def join_landing(asked: Asked) -> Response:
    """Where the link leads. Changes nothing."""
    secret = asked.part("secret")
    try:
        live = await find_by_pairing(asked.house.tools, asked.house.registry, "link", secret)
    except Refused:
        return asked.show(JoinLandingView(asked.frame(), secret, None), 410)
    host = live.decided.seats[live.decided.host].who
    return asked.show(JoinLandingView(asked.frame(), secret, asked.face(host.name, owner=owner_of(host))))


async def join_link(asked: Asked) -> Response:
    """The button under the link joins, once."""
    secret = asked.part("secret")
    try:
        seat = await by_link(asked, secret)
    except Refused as error:
        if error.code != "pairing_unknown":
            raise
        return asked.show(JoinLandingView(asked.frame(), secret, None), 410)
    return seated(asked, seat)
