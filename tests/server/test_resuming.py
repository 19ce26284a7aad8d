"""A customer's browser finds its live session again from the portal; nobody else learns that there is one."""

from __future__ import annotations

from concierge.domain.ids import SessionId
from concierge.server.cookies import Kind
from concierge.wire import messages as wire
from tests.server.front import Browser, Front, text_of

OPEN = "Your session is still open"


async def joined(front: Front) -> tuple[Browser, SessionId]:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    browser = front.browser()
    answer = await browser.fill("/", "/join", code=live.backdrop.code.digits)
    assert answer.status_code == 303
    return browser, live.decided.id


async def test_the_portal_leads_back_without_a_code(front: Front) -> None:
    browser, session = await joined(front)
    page = await browser.get("/")
    assert OPEN in text_of(page)
    assert f"/session/{session}" in page.text
    assert OPEN not in text_of(await front.browser().get("/"))


async def test_a_seat_that_is_gone_or_a_cookie_that_is_not_ours_leads_nowhere(front: Front) -> None:
    browser, session = await joined(front)
    live = front.desk.registry.get(session)
    customer = live.decided.customer
    assert customer is not None
    name = front.house.cookies.name_of(Kind.SEAT, session)
    stranger = front.browser(cookie=f"{name}=guessed; {name}x=1; {front.house.cookies.name_of(Kind.SEAT)}=2")
    assert OPEN not in text_of(await stranger.get("/"))
    await front.desk.send(live, customer.who.id, wire.Leave())
    assert OPEN not in text_of(await browser.get("/"))
