"""What each role may know, in each state: as a table of what is there, and checked not to be anywhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId
from concierge.services.joining import join_from_desk
from concierge.services.live import LiveSession
from concierge.wire import messages as wire
from concierge.wire.codec import write
from tests.services.desk import Desk

TITLE, TICKET_TEXT, BRIEF = "Printer queue stuck", "Nothing prints.", "Look at the queue."


def told(live: LiveSession, participant: ParticipantId) -> dict[str, Any]:
    """Return a view as it travels."""
    view: dict[str, Any] = json.loads(write(live.view(participant)))["view"]
    return view


def names(view: dict[str, Any]) -> set[str]:
    return {seat["name"] for seat in view["seats"]}


async def test_the_host_alone_waits_with_the_code(desk: Desk) -> None:
    live = await desk.open()
    view = told(live, live.decided.host)
    assert live.backdrop.code is not None
    assert view["code"]["digits"] == live.backdrop.code.digits
    assert view["code"]["link"].startswith("http://localhost:1/join/")
    assert (view["state"], names(view), view["ticket_title"]) == ("waiting", {"Anna Berger"}, TITLE)


async def test_the_customer_in_the_lobby_reads_the_digits_and_nobody_else_does(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    mine, hosts = told(live, seat.participant), told(live, live.decided.host)
    assert mine["match_digits"] == live.backdrop.digits[seat.participant]
    assert len(mine["match_digits"]) == limits.MATCH_DIGITS
    assert hosts["match_digits"] == ""
    assert mine["match_digits"] not in json.dumps({**hosts, "now_ms": 0})
    assert names(mine) == {"Anna Berger", "Maria Keller"}
    assert (mine["host_name"], mine["organisation"], mine["ticket_number"]) == (
        "Anna Berger", "Northwind", "INC-1042",
    )  # fmt: skip
    assert mine["recording"]["kept_days"] == 90
    assert hosts["code"] is None, "used, and gone from the page"


async def test_the_digits_are_gone_once_they_matched(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    assert told(live, customer)["match_digits"] == ""


async def test_a_vendor_in_the_lobby_knows_the_host_oneself_and_the_brief(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("my password is on the note"))
    seat = await desk.knock(live)
    page = await desk.page(live, seat.participant)
    view = told(live, seat.participant)
    assert names(view) == {"Anna Berger", "Victor Lang"}
    assert (view["ticket_title"], view["brief"]) == ("", BRIEF)
    for hidden in ("surfaces", "voices", "questions", "may"):
        assert view[hidden] == []
    assert (view["code"], view["handover"], view["match_digits"]) == (None, None, "")
    text = json.dumps(page.sent)
    for secret in (TITLE, TICKET_TEXT, "Maria", customer, "password is on", live.backdrop.receipts[customer]):
        assert secret not in text


async def test_a_vendor_inside_sees_who_is_there_and_the_own_grants_and_no_title(desk: Desk) -> None:
    live, _customer, surface = await desk.sharing()
    vendor = await desk.vendor(live)
    await desk.knock(live)
    view = told(live, vendor)
    assert names(view) == {"Anna Berger", "Maria Keller", "Victor Lang"}
    assert [seat["id"] for seat in view["seats"]].count(vendor) == 1
    assert len(view["seats"]) == 3, "whoever waits in the lobby is the host's and the customer's affair"
    assert (view["ticket_title"], view["may"]) == ("", ["chat", "view_screen"])
    assert [(one["id"], one["mid"]) for one in view["surfaces"]] == [(surface, "0")]
    assert view["questions"] == []
    assert all(seat["may_hold"] == [] for seat in view["seats"])
    assert view["until_ms"] == live.decided.seats[vendor].who.until_ms


async def test_an_admission_that_is_not_on_the_record_yet_tells_nothing(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    seat = await desk.knock(live)
    before = live.durable
    await desk.send(live, live.decided.host, wire.Admit(seat.participant))
    assert names(told(live, seat.participant)) == {"Anna Berger", "Maria Keller", "Victor Lang"}
    live.durable = before
    assert names(told(live, seat.participant)) == {"Anna Berger", "Victor Lang"}
    assert told(live, seat.participant)["presence"] == "lobby"


async def test_only_the_customer_and_the_host_see_what_is_asked(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    vendor = await desk.vendor(live)
    await desk.send(live, live.decided.host, wire.Ask(Capability.VOICE, live.decided.host))
    assert [q["capability"] for q in told(live, customer)["questions"]] == ["voice"]
    assert [q["name"] for q in told(live, live.decided.host)["questions"]] == ["Anna Berger"]
    assert told(live, vendor)["questions"] == []


async def test_only_the_host_sees_ceilings(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    hosts = {seat["id"]: seat["may_hold"] for seat in told(live, live.decided.host)["seats"]}
    assert hosts[customer] == ["chat", "mark", "voice"]
    assert all(seat["may_hold"] == [] for seat in told(live, customer)["seats"])


async def test_a_brief_is_for_host_and_successor(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = live.decided.host
    await desk.send(live, host, wire.OfferHandover(desk.ben.id, "She is in a hurry."))
    ben = await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    vendor = await desk.vendor(live)
    briefs = {who: (told(live, who)["handover"] or {}).get("brief") for who in (host, ben, customer, vendor)}
    assert briefs == {host: "She is in a hurry.", ben: "She is in a hurry.", customer: "", vendor: None}
    assert told(live, ben)["handover"]["yours"] is True
    assert told(live, customer)["handover"]["to_name"] == "Ben Okafor"


async def test_a_paused_session_says_why_and_until_when(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.PauseSession())
    view = told(live, customer)
    assert (view["state"], view["pauses"], view["may"]) == ("paused", ["customer_paused"], [])
    assert view["paused_until_ms"] == view["paused_ms"] + limits.PAUSED_MAX_MS


@pytest.mark.parametrize("who", ["host", "customer", "vendor"])
async def test_an_ended_session_shows_its_end_and_the_own_receipt_and_nothing_inside(
    desk: Desk, who: str
) -> None:
    live, customer, _surface = await desk.sharing()
    people = {"host": live.decided.host, "customer": customer, "vendor": await desk.vendor(live)}
    await desk.send(live, customer, wire.StopEverything())
    view = told(live, people[who])
    assert (view["state"], view["end"]["reason"]) == ("ended", "customer_stopped")
    assert view["end"]["receipt"] == live.backdrop.receipts.get(people[who], "")
    for hidden in ("surfaces", "voices", "questions", "may", "seats"):
        assert view[hidden] == []
