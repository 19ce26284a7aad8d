"""A customer who comes to the portal with a seat of a live session goes back to it, without a new code.

Rule: only the seat's own cookie leads there, and nothing of the session is told but that it is open and who helps.
"""

from __future__ import annotations

from concierge.domain.errors import BadIdentifier
from concierge.domain.ids import SessionId, check_id
from concierge.domain.participant import Role
from concierge.server.asked import Asked
from concierge.server.cookies import SEATS_KEPT_MAX, Kind
from concierge.server.views.public import OpenSeat
from concierge.services.joining import seat_of


async def open_seats(asked: Asked) -> tuple[OpenSeat, ...]:
    """Return the live sessions in which this browser holds the customer's seat."""
    begin = asked.house.cookies.name_of(Kind.SEAT)
    names = [name for name in asked.request.cookies if name.startswith(begin)]
    found = [await _open_seat(asked, name.removeprefix(begin)) for name in names[:SEATS_KEPT_MAX]]
    return tuple(seat for seat in found if seat is not None)


async def _open_seat(asked: Asked, named: str) -> OpenSeat | None:
    try:
        session = SessionId(check_id("session", named))
    except BadIdentifier:
        return None
    live = asked.house.registry.find(session)
    if live is None:
        return None
    secret = asked.house.cookies.read(asked.request, Kind.SEAT, session)
    taken = await seat_of(asked.house.tools, "seat", secret)
    seat = live.decided.seat(taken[1]) if taken is not None and taken[0] == session else None
    if seat is None or seat.who.role is not Role.CUSTOMER:
        return None
    return OpenSeat(session, live.decided.seats[live.decided.host].who.name)
