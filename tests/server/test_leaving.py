"""Leaving: the close-out from the record, one click on both sides that reaches the person, and a browser that forgets."""

from __future__ import annotations

from concierge.domain.impression import Felt, Side
from concierge.wire import messages as wire
from concierge.wire import trust
from tests.server.front import Browser, Front, text_of


async def finished(front: Front) -> tuple[str, str]:
    """Return the session and the receipt's path of a session that was shared and ended by its host."""
    live, customer, _ = await front.desk.sharing()
    receipt = live.backdrop.receipts[customer]
    front.desk.clock.now_ms += 6 * 60_000
    front.desk.beat(live)
    await front.desk.send(live, live.decided.host, wire.Say("Try it now"))
    done = wire.End("resolved", "Swapped the roll", "A new roll is in. If it jams, call us.")
    await front.desk.send(live, live.decided.host, done)
    await front.desk.ended(live)
    return live.decided.id, receipt


async def test_the_close_out_is_filled_in_from_the_record(front: Front) -> None:
    live, customer, _ = await front.desk.sharing()
    await front.desk.send(live, live.decided.host, trust.Telephone(on=True))
    await front.desk.send(live, customer, wire.Say("It prints blank labels"))
    front.desk.clock.now_ms += 2 * 60_000
    bearer = await front.key(front.desk.anna)
    answer = await Browser(front).get(f"/api/v1/sessions/{live.decided.id}/close-out", **bearer)
    done = answer.json()["done"]
    assert front.desk.anna.name in done
    assert "Screen seen for 2 minutes." in done
    assert "On the telephone for 2 minutes." in done
    assert "1 line of chat." in done


async def test_the_receipt_says_what_was_used_what_changed_and_who_may_see_it(front: Front) -> None:
    _, receipt = await finished(front)
    page = text_of(await Browser(front).get(receipt))
    assert "Used for 6 minutes" in page
    assert "A new roll is in. If it jams, call us." in page
    assert "Nobody could click or type on your computer" in page
    assert "its auditors may see it" in page
    assert "Swapped the roll" not in page


async def test_one_click_is_kept_with_the_ticket_and_the_thanks_reach_the_person(front: Front) -> None:
    session, receipt = await finished(front)
    customer, anna, ben = Browser(front), Browser(front), Browser(front)
    assert (await customer.fill(receipt, f"{receipt}/impression", answer="good")).status_code == 303
    assert "Your answer has reached the service desk" in (await customer.get(receipt)).text
    csrf = await customer.csrf(receipt)
    await customer.http.post(f"{receipt}/impression", data={"csrf": csrf, "answer": "bad"})
    (kept,) = await front.desk.tools.impressions.of_session(session)  # type: ignore[arg-type]
    assert (kept.side, kept.answer) == (Side.CUSTOMER, Felt.GOOD)
    await anna.enter(front.desk.anna)
    await ben.enter(front.desk.ben)
    assert "Somebody said thank you" in (await anna.get("/desk")).text
    assert "Somebody said thank you" not in (await ben.get("/desk")).text
    ticket = await anna.get(f"/tickets/{front.desk.ticket.id}")
    assert "it helped, thank you" in text_of(ticket)


async def test_only_the_host_says_how_it_was_to_the_host(front: Front) -> None:
    session, _ = await finished(front)
    path = f"/api/v1/sessions/{session}/impression"
    other = await Browser(front).http.post(
        path, json={"answer": "good"}, headers=await front.key(front.desk.ben)
    )
    assert other.json()["code"] == "host_only"
    own = await Browser(front).http.post(
        path, json={"answer": "mixed"}, headers=await front.key(front.desk.anna)
    )
    assert own.json() == {"kept": True}


async def test_on_a_shared_computer_the_link_dies_and_the_browser_is_told_to_forget(front: Front) -> None:
    _, receipt = await finished(front)
    browser = Browser(front)
    answer = await browser.fill(receipt, f"{receipt}/forget")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await browser.get(receipt)).status_code == 410


async def test_a_seat_is_given_back_when_its_session_is_over_and_not_before(front: Front) -> None:
    live = await front.desk.open()
    code = live.backdrop.code
    assert code is not None
    browser = Browser(front)
    await browser.fill("/", "/join", code=code.digits)
    page = f"/session/{live.decided.id}"
    assert (await browser.fill(page, f"{page}/over")).status_code == 204
    csrf = await browser.csrf(page)
    await front.desk.send(live, live.decided.host, wire.End("resolved", "Done"))
    await front.desk.ended(live)
    assert (await browser.http.post(f"{page}/over", data={"csrf": csrf})).status_code == 204
    assert (await browser.get(page)).status_code == 404
