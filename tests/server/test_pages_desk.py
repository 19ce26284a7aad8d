from __future__ import annotations

import pytest

from tests.server.front import Front, text_of


async def test_the_queue_and_its_tabs(front: Front) -> None:
    anna, ben = await front.signed_in(), await front.signed_in(front.desk.ben)
    assert "Printer queue stuck" in (await anna.get("/desk")).text
    assert "Printer queue stuck" in (await anna.get("/desk?show=mine")).text
    assert "Printer queue stuck" not in (await ben.get("/desk?show=mine")).text
    assert "Printer queue stuck" not in (await anna.get("/desk?show=unowned")).text


async def test_help_now_makes_ticket_session_and_code(front: Front) -> None:
    anna = await front.signed_in()
    answer = await anna.fill("/desk", "/desk/help-now", title="Label printer", customer="Carl Kunde")
    (live,) = front.desk.registry.all()
    assert answer.headers["location"] == f"/sessions/{live.decided.id}"
    console = await anna.get(answer.headers["location"])
    assert live.backdrop.code is not None
    digits = live.backdrop.code.digits
    assert f"{digits[:3]} {digits[3:6]} {digits[6:]}" in text_of(console)
    assert "Carl Kunde" in console.text


@pytest.mark.parametrize(
    ("title", "customer"), [("", "Carl"), ("x", ""), ("x" * 201, "Carl"), ("x", "y" * 81)]
)
async def test_a_form_that_lacks_something_comes_back_as_it_was(
    front: Front, title: str, customer: str
) -> None:
    anna = await front.signed_in()
    answer = await anna.fill("/desk", "/desk/help-now", title=title, customer=customer)
    assert answer.status_code == 422
    assert "<details" in answer.text
    assert front.desk.registry.all() == []


async def test_each_sees_their_own_sessions_and_a_supervisor_all(front: Front) -> None:
    live = await front.desk.open()
    link = f'href="/sessions/{live.decided.id}"'
    assert link in (await (await front.signed_in()).get("/desk")).text
    assert link not in (await (await front.signed_in(front.desk.ben)).get("/desk")).text
    assert link in (await (await front.signed_in(front.supervisor)).get("/desk")).text


async def test_search_finds_and_sets_off_what_was_searched_for(front: Front) -> None:
    anna = await front.signed_in()
    page = await anna.get("/search?q=printer")
    assert "<mark>" in page.text
    assert "INC-1042" in page.text
    assert "Nothing found" in (await anna.get("/search?q=zebra")).text
    assert "Nothing found" in (await anna.get("/search?q=printer&in=chat")).text
    for odd in ('"', "*", "a OR b", "NEAR(", "\x00", "%", "x" * 4000, "\ud7ff\u202e"):
        assert (await anna.http.get("/search", params={"q": odd})).status_code == 200
