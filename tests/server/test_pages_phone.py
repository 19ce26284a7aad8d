from __future__ import annotations

from concierge.domain.capability import Capability
from concierge.services.live import LiveSession
from tests.server.front import Browser, Front


async def at_the_computer(front: Front) -> tuple[LiveSession, Browser]:
    """Return a recorded session and the customer's browser; the host may see the camera."""
    live = await front.desk.open()
    assert live.backdrop.code is not None
    computer = front.browser()
    await computer.fill("/", "/join", code=live.backdrop.code.digits)
    customer = live.decided.customer
    assert customer is not None
    await front.desk.page(live, live.decided.host)
    await front.desk.match(live, customer.who.id)
    await front.desk.yes(live, Capability.RECORD, live.decided.host)
    await front.desk.yes(live, Capability.VIEW_CAMERA, live.decided.host)
    return live, computer


async def link_of(live: LiveSession, computer: Browser) -> str:
    page = f"/session/{live.decided.id}"
    answer = await computer.fill(page, f"{page}/phone-link")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["qr"]["path"].startswith("M")
    return "/phone/" + str(made["link"]).rpartition("/")[2]


async def test_the_link_opens_a_page_and_its_button_brings_the_phone_in_once(front: Front) -> None:
    live, computer = await at_the_computer(front)
    link = await link_of(live, computer)
    phone = front.browser()
    for _ in range(3):
        landing = await phone.get(link)
        assert landing.status_code == 200
        assert "Anna Berger" in landing.text
    joined = await phone.fill(link, link)
    assert joined.headers["location"] == f"/session/{live.decided.id}/phone"
    page = await phone.get(joined.headers["location"])
    assert page.status_code == 200
    assert f"/ws/sessions/{live.decided.id}/phone" in page.text
    assert (await front.browser().get(link)).status_code == 410
    assert (await phone.http.post(link, data={"csrf": await phone.csrf("/")})).status_code == 410


async def test_only_the_phones_page_may_use_a_camera_and_none_its_microphone(front: Front) -> None:
    live, computer = await at_the_computer(front)
    link = await link_of(live, computer)
    phone = front.browser()
    joined = await phone.fill(link, link)
    allowed = (await phone.get(joined.headers["location"])).headers["permissions-policy"]
    assert "camera=(self)" in allowed
    assert "microphone=()" in allowed
    assert "display-capture=()" in allowed
    elsewhere = (await computer.get(f"/session/{live.decided.id}")).headers["permissions-policy"]
    assert "camera=()" in elsewhere


async def test_the_phones_cookie_is_no_seat_and_a_seat_is_no_phone(front: Front) -> None:
    live, computer = await at_the_computer(front)
    link = await link_of(live, computer)
    phone = front.browser()
    joined = await phone.fill(link, link)
    assert (await phone.get(f"/session/{live.decided.id}")).status_code == 404
    assert (await computer.get(joined.headers["location"])).status_code == 410


async def test_a_link_is_made_for_the_seat_that_asks_and_only_after_the_yes(front: Front) -> None:
    live = await front.matched()
    stranger = front.browser()
    page = f"/session/{live.decided.id}/phone-link"
    csrf = await stranger.csrf("/")
    assert (await stranger.http.post(page, data={"csrf": csrf})).status_code == 404
    assert (await stranger.http.post(page)).status_code in {400, 403}
