"""The console: the host's page, and what a supervisor or a successor sees of somebody else's session."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.capability import IN_A_BROWSER, INVITABLE, Capability
from concierge.domain.ids import SessionId
from concierge.server.asked import Asked
from concierge.server.finding import live_in_path
from concierge.server.views.qr import qr_of
from concierge.server.views.session import ConsoleView
from concierge.services.joining import pick_up as ask_to_pick_up
from concierge.services.live import LiveSession
from concierge.services.permission import session_resource

ORDER = ("view_screen", "view_camera", "voice", "chat", "mark")
ASKABLE = tuple(code for code in ORDER if code in IN_A_BROWSER - {Capability.CHAT, Capability.MARK})
OFFERED = tuple(code for code in ORDER if code in INVITABLE)


def socket_path(asked: Asked, session: SessionId, way: Literal["desk", "seat"]) -> str:
    """Return where a page's socket is. A browser may hold a seat and a sign-in; `as` says which of them comes in."""
    return f"{asked.house.settings.base}/ws/sessions/{session}?as={way}"


async def console(asked: Asked) -> Response:
    """The page of a live session."""
    live = live_in_path(asked)
    session, backdrop = live.decided, live.backdrop
    ticket = await asked.house.tools.tickets.get(session.ticket)
    own = session_resource(session)
    code = backdrop.code
    link = code.link if code is not None else f"{asked.house.settings.public_url}/"
    view = ConsoleView(
        frame=asked.frame("desk"),
        session_id=session.id,
        socket_path=socket_path(asked, session.id, "desk"),
        variant=_variant(asked, live),
        ticket_id=session.ticket,
        ticket_number=backdrop.ticket_number,
        title=backdrop.ticket_title,
        customer=ticket.customer.name if ticket is not None else "",
        code=code.digits if code is not None else None,
        code_until=asked.reader.moment(_wall(asked, code.until_ms)) if code is not None else None,
        join_url=link,
        qr=qr_of(link),
        match_digits=limits.MATCH_DIGITS,
        askable=ASKABLE,
        invitable=OFFERED,
        may_invite=asked.may(Act.CREATE_INVITE, own),
        may_hand_over=asked.may(Act.HAND_OVER, own),
        may_ask_opinion=asked.may(Act.ASK_OPINION, own),
    )
    return asked.show(view)


async def pick_up(asked: Asked) -> Response:
    """Ask the customer whether one may take the place of a host who is gone, and wait for the answer inside."""
    live = live_in_path(asked)
    await ask_to_pick_up(asked.house.tools, live, asked.principal, asked.person)
    return asked.go("console", session_id=live.decided.id)


def _wall(asked: Asked, steady_ms: int) -> int:
    clock = asked.house.tools.clock
    return clock.wall() + steady_ms - clock.now()


def _variant(asked: Asked, live: LiveSession) -> Literal["host", "observer", "moderator"]:
    session = live.decided
    return "host" if session.seats[session.host].who.person == asked.person.id else "observer"
