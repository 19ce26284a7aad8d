from __future__ import annotations

import re

from concierge.domain.ids import ParticipantId
from concierge.services.live import LiveSession
from concierge.wire import messages as wire
from recorder.installation import fingerprint
from recorder.log.known import compare
from recorder.log.receipt import read_receipt
from recorder.reading import read_recording
from tests.server.front import Front, text_of


async def test_the_customer_sees_who_helps_before_anything_is_shared(front: Front) -> None:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    customer = front.browser()
    await customer.fill("/", "/join", code=live.backdrop.code.digits)
    page = await customer.get(f"/session/{live.decided.id}")
    for words in ("Anna Berger", "Northwind", "INC-1042", "Printer queue stuck", "90 days"):
        assert words in page.text
    assert f"/ws/sessions/{live.decided.id}?as=seat" in page.text


async def test_without_the_seats_cookie_there_is_nothing(front: Front) -> None:
    live = await front.desk.open()
    await front.desk.customer(live)
    stranger, anna = front.browser(), await front.signed_in()
    stranger.http.cookies.set(f"concierge_seat_{live.decided.id}", "x" * 43)
    for browser in (stranger, anna):
        for page in ("session", "vendor"):
            assert (await browser.get(f"/{page}/{live.decided.id}")).status_code == 404


async def test_a_seat_opens_only_its_own_session_and_page(front: Front) -> None:
    live = await front.desk.open()
    seat = await front.desk.customer(live)
    browser = front.browser()
    other = "ses_" + "z" * 26
    browser.http.cookies.set(f"concierge_seat_{other}", seat.secret)
    assert (await browser.get(f"/session/{other}")).status_code == 404
    browser.http.cookies.set(f"concierge_seat_{live.decided.id}", seat.secret)
    assert (await browser.get(f"/session/{live.decided.id}")).status_code == 200
    assert (await browser.get(f"/vendor/{live.decided.id}")).status_code == 410


async def test_afterwards_the_seat_leads_to_the_receipt(front: Front) -> None:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    customer = front.browser()
    await customer.fill("/", "/join", code=live.backdrop.code.digits)
    assert live.decided.customer is not None
    await front.desk.match(live, live.decided.customer.who.id)
    await front.desk.send(live, live.decided.host, wire.End("resolved", "Cleared the queue."))
    await front.desk.until(lambda: front.desk.registry.find(live.decided.id) is None)
    answer = await customer.get(f"/session/{live.decided.id}")
    assert answer.headers["location"].startswith("/receipts/")
    receipt = await front.browser().get(answer.headers["location"])
    assert receipt.status_code == 200
    for words in ("Maria Keller", "Anna Berger", "It was finished.", "INC-1042"):
        assert words in text_of(receipt)
    assert (await customer.get("/receipts/" + "x" * 43)).status_code == 410


async def receipt_of(front: Front, live: LiveSession, customer: ParticipantId) -> str:
    path = live.backdrop.receipts[customer]
    page = await front.browser().get(path.removeprefix(front.settings.public_url))
    assert page.status_code == 200
    return re.sub(r"\s+", " ", text_of(page))


async def test_the_receipt_names_what_is_kept_and_the_key_that_signs_it(front: Front) -> None:
    desk = front.desk
    live, customer, surface = await desk.sharing()
    host = live.decided.host
    assert "The recording holds your screen, your answers." in await receipt_of(front, live, customer)
    await desk.send(live, customer, wire.Say("Hello"))
    await desk.send(live, host, wire.DrawMark(surface, "arrow", ((1, 2), (3, 4))))
    told = "The recording holds your screen, chat, marks, your answers."
    assert told in await receipt_of(front, live, customer)
    await desk.send(live, host, wire.End("resolved", "Cleared the queue."))
    await desk.ended(live)
    page = await receipt_of(front, live, customer)
    assert told in page
    assert f"Signed with the key {fingerprint(desk.key.public)}" in page


async def test_a_receipt_without_a_recording_names_the_chat_that_is_kept(front: Front) -> None:
    live = await front.matched()
    customer = live.decided.customer
    assert customer is not None
    await front.desk.send(live, customer.who.id, wire.Say("Hello"))
    page = await receipt_of(front, live, customer.who.id)
    assert "No picture and no voice was recorded." in page
    assert "who took part, and: chat, your answers." in page


async def test_the_vendor_knows_the_brief_and_not_the_ticket(front: Front) -> None:
    live = await front.matched()
    made = await front.invite(brief="Look at the spooler")
    vendor = front.browser()
    path = made.link.removeprefix(front.settings.public_url)
    answer = await vendor.fill(path, f"{path}/redeem", name="Vera Vogel", pin=made.pin)
    assert answer.headers["location"] == f"/vendor/{live.decided.id}"
    page = await vendor.get(answer.headers["location"])
    assert "Look at the spooler" in page.text
    assert "Printer queue stuck" not in page.text


async def test_the_signed_receipt_holds_against_the_recording(front: Front) -> None:
    desk = front.desk
    live, customer, _surface = await desk.sharing()
    path = live.backdrop.receipts[customer].removeprefix(front.settings.public_url)
    assert f"{path}/signed" in (await front.browser().get(path)).text
    await desk.send(live, live.decided.host, wire.End("resolved", ""))
    await desk.ended(live)
    answer = await front.browser().get(f"{path}/signed")
    assert answer.headers["content-disposition"].startswith('attachment; filename="receipt-')
    receipt = read_receipt(answer.content, desk.key.public)
    folder = desk.folder / "recordings" / live.decided.recording
    verdict = read_recording(folder, None, desk.key.public).verdict
    assert receipt.known.closed_at == verdict.segments
    assert compare(folder, verdict, receipt.known) == []
    assert (await front.browser().get("/receipts/" + "x" * 43 + "/signed")).status_code == 410
