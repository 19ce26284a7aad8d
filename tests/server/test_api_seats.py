from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from concierge.domain import limits
from concierge.domain.ids import ParticipantId, SessionId
from concierge.services.inviting import NewInvite
from recorder.log.receipt import read_receipt
from tests.server.front import Front
from tests.server.serving import served

JOIN, REDEEM, RECEIPT = "/api/v1/join", "/api/v1/redeem", "/api/v1/receipt"


async def open_code(front: Front) -> tuple[str, str]:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    return live.backdrop.code.digits, live.backdrop.code.link


def wrong_pin(made: NewInvite) -> str:
    return f"{(int(made.pin) + 1) % 10**limits.PIN_DIGITS:06d}"


async def test_a_code_gives_a_seat_once(front: Front) -> None:
    digits, _ = await open_code(front)
    spaced = f"{digits[:3]} {digits[3:6]}-{digits[6:]}"
    made = await front.browser().http.post(JOIN, json={"code": spaced})
    assert made.status_code == 201
    seat = made.json()
    assert "set-cookie" not in made.headers
    (live,) = front.desk.registry.all()
    assert (seat["session"], seat["role"]) == (live.decided.id, "customer")
    assert live.decided.customer is not None
    assert seat["participant"] == live.decided.customer.who.id
    browser = front.browser()
    browser.http.cookies.set(seat["cookie"], seat["seat"])
    assert "Anna Berger" in (await browser.get(f"/session/{seat['session']}")).text
    again = await front.browser().http.post(JOIN, json={"code": digits})
    assert (again.status_code, again.json()["code"]) == (404, "pairing_unknown")


async def test_looking_at_a_link_changes_nothing_and_joining_uses_it_up(front: Front) -> None:
    _, link = await open_code(front)
    program = front.browser()
    for shown in (link, link.rpartition("/")[2]):
        look = await program.get(JOIN, authorization=f"Join {shown}")
        assert look.json() == {"host": "Anna Berger", "organisation": look.json()["organisation"]}
    (live,) = front.desk.registry.all()
    assert live.decided.customer is None
    assert (await program.http.post(JOIN, json={"link": link})).status_code == 201
    again = await program.http.post(JOIN, json={"link": link})
    assert (again.status_code, again.json()["code"]) == (404, "pairing_unknown")
    gone = await program.get(JOIN, authorization=f"Join {link}")
    assert (gone.status_code, gone.json()["code"]) == (404, "pairing_unknown")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"code": "12345678"},
        {"code": "١٢٣٤٥٦٧٨٩"},
        {"code": "123456789", "link": "x" * 43},
        {"code": "1" * 500},
        {"link": 5},
        {"code": "123456789", "name": "Carl"},
    ],
)
async def test_what_is_neither_code_nor_link_is_said_so(front: Front, given: dict[str, Any]) -> None:
    answer = await front.browser().http.post(JOIN, json=given)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")


async def test_without_a_secret_there_is_nothing_to_look_at(front: Front) -> None:
    for path, scheme in ((JOIN, "Join"), (REDEEM, "Invite"), (RECEIPT, "Receipt")):
        assert (await front.browser().get(path)).status_code == 401
        assert (await front.browser().get(path, authorization="Seat x")).status_code == 401
        unknown = await front.browser().get(path, authorization=f"{scheme} {'x' * 43}")
        assert unknown.status_code in (404, 410)


async def test_only_a_seat_asks_for_a_link_for_its_phone(front: Front) -> None:
    live = await front.matched()
    customer = live.decided.customer
    assert customer is not None
    secret = "p" * 43
    digest = front.desk.tools.secrets.digest("seat", secret)
    until = front.desk.clock.now() + limits.SEAT_LIFE_MS
    await front.desk.tools.seats.add(digest, live.decided.id, customer.who.id, until)
    program, path = front.browser(), "/api/v1/phone-link"
    assert (await program.http.post(path)).status_code == 401
    unknown = {"Authorization": "Seat " + "x" * 43}
    assert (await program.http.post(path, headers=unknown)).status_code == 404
    made = await program.http.post(path, headers={"Authorization": f"Seat {secret}"})
    # As on the page: the customer is asked first.
    assert made.status_code == 403, made.text


async def test_an_invite_is_looked_at_redeemed_once_and_never_without_its_pin(front: Front) -> None:
    live = await front.matched()
    made = await front.invite(brief="Printer driver")
    program = front.browser()
    look = (await program.get(REDEEM, authorization=f"Invite {made.link}")).json()
    assert (look["state"], look["person"], look["brief"]) == ("ready", "Vera Vogel", "Printer driver")
    assert look["tries_left"] == limits.PIN_TRIES
    assert front.desk.ticket.title not in str(look)
    wrong = await program.http.post(REDEEM, json={"invite": made.link, "pin": wrong_pin(made)})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_pin")
    look = (await program.get(REDEEM, authorization=f"Invite {made.link}")).json()
    assert look["tries_left"] == limits.PIN_TRIES - 1
    seat = await program.http.post(
        REDEEM, json={"invite": made.link, "pin": f"{made.pin[:3]} {made.pin[3:]}"}
    )
    assert (seat.status_code, seat.json()["role"]) == (201, "vendor")
    assert live.decided.seat(ParticipantId(seat.json()["participant"])) is not None
    again = await program.http.post(REDEEM, json={"invite": made.link, "pin": made.pin})
    assert (again.status_code, again.json()["code"]) == (410, "invite_redeemed")


async def test_many_redeems_at_once_give_one_seat(front: Front) -> None:
    await front.matched()
    made = await front.invite()
    racers = [front.browser(address=f"203.0.113.{number}") for number in range(12)]
    given = {"invite": made.link, "pin": made.pin}
    answers = await asyncio.gather(*(racer.http.post(REDEEM, json=given) for racer in racers))
    assert sorted(answer.status_code for answer in answers) == [201] + [410] * 11


async def test_before_the_session_nothing_is_used_up(front: Front) -> None:
    made = await front.invite()
    early = await front.browser().http.post(REDEEM, json={"invite": made.link, "pin": made.pin})
    assert (early.status_code, early.json()["code"]) == (409, "session_not_open")
    await front.matched()
    later = await front.browser().http.post(REDEEM, json={"invite": made.link, "pin": made.pin})
    assert later.status_code == 201


async def test_guessing_pins_locks_the_invite(front: Front) -> None:
    await front.matched()
    made = await front.invite()
    guesser = front.browser()
    for _ in range(limits.PIN_TRIES):
        await guesser.http.post(REDEEM, json={"invite": made.link, "pin": wrong_pin(made)})
    answer = await guesser.http.post(REDEEM, json={"invite": made.link, "pin": made.pin})
    assert (answer.status_code, answer.json()["code"]) == (410, "invite_locked")


async def test_afterwards_there_is_a_receipt_for_who_holds_its_secret(front: Front) -> None:
    live = await front.matched()
    customer = live.decided.customer
    assert customer is not None
    path = live.backdrop.receipts[customer.who.id]
    headers = await front.key(front.desk.anna)
    program = front.browser()
    end = {"type": "end", "outcome": "resolved", "note": ""}
    messages = f"/api/v1/sessions/{live.decided.id}/messages"
    assert (await program.http.post(messages, json=end, headers=headers)).status_code == 200
    await front.desk.until(lambda: not front.desk.registry.all())
    answer = await program.get(RECEIPT, authorization=f"Receipt {path}")
    assert answer.status_code == 200
    receipt = answer.json()
    assert (receipt["session"], receipt["end_reason"]) == (live.decided.id, "completed")
    assert [one["name"] for one in receipt["people"]] == ["Anna Berger"]
    assert (receipt["recorded"], receipt["kept"]) == (False, ["consents"])
    assert receipt["opened_ms"] <= receipt["people"][0]["joined_ms"] <= receipt["ended_ms"]
    assert receipt["number"] in (await program.get(path)).text
    assert path.rpartition("/")[2] not in answer.text
    await front.desk.ended(live)
    signed = await program.get(f"{RECEIPT}/signed", authorization=f"Receipt {path}")
    assert signed.content == (await program.get(f"{path}/signed")).content
    assert read_receipt(signed.content, front.desk.key.public).recording == live.decided.recording
    assert (await program.get(f"{RECEIPT}/signed", authorization="Receipt " + "x" * 43)).status_code == 410


async def test_a_script_takes_its_seat_at_the_socket(tmp_path: Path) -> None:
    """The whole way of a customer without a browser: code, seat, socket, digits to read aloud."""
    async with served(tmp_path) as place:
        live = await place.front.desk.open()
        assert live.backdrop.code is not None
        made = await place.front.browser().http.post(JOIN, json={"code": live.backdrop.code.digits})
        seat = made.json()
        assert seat["socket"] == f"/ws/sessions/{live.decided.id}?as=seat"
        session = SessionId(seat["session"])
        shown = f"Seat {seat['seat']}"
        async with place.socket(session, query="?as=seat", authorization=shown) as socket:
            assert (await socket.hello())["you"] == seat["participant"]
            view = (await socket.until("view"))["view"]
            assert len(view["match_digits"]) == limits.MATCH_DIGITS
