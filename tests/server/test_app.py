from __future__ import annotations

from pathlib import Path

import pytest

from concierge.domain.access import Act
from concierge.server.app import DOORS
from concierge.server.routing import Door, Open, table
from tests.server.front import Front

GOLDEN = Path(__file__).parent / "routes.golden"
IDS = {
    "ticket_id": "tic_" + "t" * 26,
    "session_id": "ses_" + "z" * 26,
    "invite_id": "inv_" + "z" * 26,
    "recording_id": "rec_" + "z" * 26,
    "sign_in_id": "sig_" + "z" * 26,
    "key_id": "key_" + "z" * 26,
    "person_id": "per_" + "z" * 26,
    "secret": "z" * 43,
    "link_id": "aul_" + "a" * 26,
    "alarm_id": "ala_" + "z" * 26,
    "file": "epoch-0000.crec",
}
GUARDED = [door for door in DOORS if isinstance(door.need, Act)]
FORMS = [door for door in DOORS if door.method == "POST" and not door.path.startswith("/api/")]


def filled(door: Door) -> str:
    return door.path.format(**IDS)


def name(door: Door) -> str:
    return f"{door.method} {door.path}"


def test_the_url_map_is_the_reviewed_one() -> None:
    """A new or changed route is reviewed: write `table(DOORS)` to routes.golden when it is right."""
    assert table(DOORS) == GOLDEN.read_text(encoding="utf-8")


def test_every_route_says_what_it_needs() -> None:
    assert all(isinstance(door.need, Act | Open) for door in DOORS)
    assert len({(door.method, door.path) for door in DOORS}) == len(DOORS)


@pytest.mark.parametrize("door", GUARDED, ids=name)
async def test_strangers_get_nowhere(front: Front, door: Door) -> None:
    stranger = front.browser()
    if door.method == "GET":
        answer = await stranger.get(filled(door))
    else:
        data = {"csrf": await stranger.csrf("/")}
        answer = await stranger.http.request(door.method, filled(door), data=data)
    if door.path.startswith("/api/"):
        assert answer.status_code == 401
        assert answer.json()["code"] == "sign_in_first"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


async def test_a_bad_key_opens_nothing(front: Front) -> None:
    stranger = front.browser()
    for door in GUARDED:
        if door.path.startswith("/api/") and door.method == "GET":
            for bearer in ("Bearer concierge_" + "x" * 43, "Bearer ", "Bearer x", "bearer concierge_"):
                answer = await stranger.get(filled(door), authorization=bearer)
                assert answer.status_code in (401, 429), name(door)


@pytest.mark.parametrize("door", FORMS, ids=name)
async def test_a_form_without_its_field_changes_nothing(front: Front, door: Door) -> None:
    """CSRF: no field, another browser's field, another content type, a request from another site (threats.md row 9)."""
    anna, other = await front.signed_in(), front.browser()
    foreign = await other.csrf("/")
    own = await anna.csrf("/desk")
    path = filled(door)
    refused = [
        await anna.http.post(path, data={}),
        await anna.http.post(path, data={"csrf": ""}),
        await anna.http.post(path, data={"csrf": foreign}),
        await anna.http.post(path, content=f"csrf={own}", headers={"content-type": "text/plain"}),
        await anna.http.post(path, data={"csrf": own}, headers={"origin": "https://evil.example"}),
        await anna.http.post(path, data={"csrf": own}, headers={"origin": "null"}),
        await anna.http.post(path, data={"csrf": own}, headers={"sec-fetch-site": "cross-site"}),
        await anna.http.post(path, data={"csrf": own}, headers={"sec-fetch-site": "same-site"}),
    ]
    assert {answer.status_code for answer in refused} <= {400, 403}
    assert front.desk.registry.all() == []
    assert await front.desk.tools.invites.every(10) == []
    assert await front.desk.tools.tickets.thread(front.desk.ticket.id) == []


async def test_who_is_sent_here_from_another_site_reads_it_in_words(front: Front) -> None:
    anna = await front.signed_in()
    answer = await anna.http.post("/desk/help-now", data={}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "This was sent from another site" in answer.text or "This is not open to you" in answer.text
    asked = await anna.http.post("/api/v1/tickets", json={}, headers={"origin": "https://evil.example"})
    assert asked.json()["code"] == "cross_site"


async def test_other_methods_are_not_taken(front: Front) -> None:
    anna = await front.signed_in()
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"):
        answer = await anna.http.request(method, "/desk")
        assert answer.status_code in (403, 405)


async def test_everything_lies_below_the_base_path(tmp_path: Path) -> None:
    from tests.server.front import front_of
    from tests.services.desk import desk_in

    async with desk_in(tmp_path) as desk, front_of(desk, public_url="http://localhost:1/help") as front:
        browser = front.browser()
        assert (await browser.http.get("http://localhost:1/")).status_code == 404
        assert (await browser.http.get("http://localhost:1/desk")).status_code == 404
        assert (await browser.http.get("http://localhost:1/helpdesk")).status_code == 404
        page = await browser.http.get("http://localhost:1/help/")
        assert page.status_code == 200
        assert 'action="/help/join"' in page.text
        assert '"/static/' not in page.text
        desk_page = await browser.http.get("http://localhost:1/help/desk")
        assert desk_page.headers["location"] == "/help/sign-in?next=%2Fhelp%2Fdesk"
