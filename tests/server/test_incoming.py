from __future__ import annotations

import pytest
from starlette.websockets import WebSocket

from concierge.domain.errors import Refused
from concierge.domain.ids import SessionId
from concierge.server.incoming import Incoming, farewell_of, who_comes
from concierge.services.live import LiveSession
from tests.server.front import Front


def socket(cookie: str, query: str = "", authorization: str = "") -> WebSocket:
    headers = [(b"cookie", cookie.encode()), (b"authorization", authorization.encode())]
    scope = {"type": "websocket", "headers": headers, "query_string": query.encode()}

    async def nothing(*_: object) -> None:
        """No socket in this test."""

    return WebSocket(scope, nothing, nothing)  # type: ignore[arg-type]


async def both(front: Front, live: LiveSession) -> str:
    """Return the cookies of a browser that holds the customer's seat and Anna's sign-in."""
    seat = await front.desk.customer(live)
    _, link = await front.accounts.make_link(front.desk.anna.id, "test")
    done = await front.accounts.sign_in_by_link(link, "")
    return f"concierge_seat_{live.decided.id}={seat.secret}; concierge_sign_in={done.secret}"


async def test_the_page_says_which_cookie_is_meant(front: Front) -> None:
    live = await front.desk.open()
    cookies = await both(front, live)
    for query, by_seat in (("", True), ("as=seat", True), ("as=desk", False)):
        comes = await who_comes(front.house, socket(cookies, query), live.decided.id)
        assert comes is not None
        assert (comes.participant is not None) is by_seat
        assert "concierge" not in repr(comes)
    desk_only = cookies.partition("; ")[2]
    assert await who_comes(front.house, socket(desk_only, "as=seat"), live.decided.id) is None
    other = SessionId("ses_" + "z" * 26)
    assert await who_comes(front.house, socket(cookies, "as=seat"), other) is None


async def test_a_program_shows_its_seat_instead_of_a_cookie(front: Front) -> None:
    live = await front.desk.open()
    seat = await front.desk.customer(live)
    for query in ("", "as=seat"):
        comes = await who_comes(front.house, socket("", query, f"Seat {seat.secret}"), live.decided.id)
        assert comes is not None
        assert comes.participant == seat.participant
    for shown in (f"Bearer {seat.secret}", f"Receipt {seat.secret}", "Seat " + "x" * 43, "Seat"):
        assert await who_comes(front.house, socket("", "as=seat", shown), live.decided.id) is None
    assert await who_comes(front.house, socket("", "as=desk", f"Seat {seat.secret}"), live.decided.id) is None
    other = SessionId("ses_" + "z" * 26)
    assert await who_comes(front.house, socket("", "as=seat", f"Seat {seat.secret}"), other) is None


async def test_looking_takes_no_seat_and_sitting_does(front: Front) -> None:
    live = await front.desk.open()
    incoming = Incoming(live.decided.id, person=front.supervisor)
    assert len(live.decided.present()) == 1
    _, participant = await incoming.sit(front.house)
    assert live.decided.seats[participant].who.name == "Sara Lind"
    assert (await incoming.sit(front.house))[1] == participant
    with pytest.raises(Refused):
        await Incoming(live.decided.id, person=front.desk.ben).sit(front.house)
    with pytest.raises(Refused):
        await Incoming(live.decided.id, person=front.auditor).sit(front.house)
    with pytest.raises(Refused, match="is not live"):
        await Incoming(SessionId("ses_" + "z" * 26), person=front.desk.anna).sit(front.house)


async def test_a_farewell_gives_a_receipt_to_a_seat_alone(front: Front) -> None:
    live = await front.desk.open()
    seat = await front.desk.customer(live)
    assert (await farewell_of(front.house, Incoming(live.decided.id, seat.participant))).receipt.startswith(
        "/receipts/"
    )
    assert (await farewell_of(front.house, Incoming(live.decided.id, person=front.desk.anna))).receipt == ""
