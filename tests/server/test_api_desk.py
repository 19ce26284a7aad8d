from __future__ import annotations

from concierge.domain.access import Act
from tests.server.front import Front


async def test_tickets_are_made_read_and_noted(front: Front) -> None:
    headers, program = await front.key(front.desk.anna), front.browser()
    given = {"title": "Label printer", "customer_name": "Carl Kunde", "priority": "urgent"}
    made = await program.http.post("/api/v1/tickets", json=given, headers=headers)
    assert made.status_code == 201
    ticket = made.json()
    assert (ticket["title"], ticket["priority"], ticket["assignee"]) == (
        "Label printer",
        "urgent",
        front.desk.anna.id,
    )
    listed = (await program.http.get("/api/v1/tickets", headers=headers)).json()
    assert listed[0]["id"] == ticket["id"]
    path = f"/api/v1/tickets/{ticket['id']}"
    noted = await program.http.post(f"{path}/notes", json={"text": "Zebra labels"}, headers=headers)
    assert noted.status_code == 201
    whole = (await program.http.get(path, headers=headers)).json()
    assert [entry["text"] for entry in whole["thread"]] == ["Zebra labels"]
    hits = (await program.http.get("/api/v1/search", params={"q": "zebra"}, headers=headers)).json()
    assert (hits[0]["ticket"], hits[0]["snippet"]) == (ticket["id"], "Zebra labels")


async def test_what_is_wrong_is_said_by_field_and_code(front: Front) -> None:
    headers, program = await front.key(front.desk.anna), front.browser()
    for wrong in (
        {},
        {"title": "x"},
        {"title": "x", "customer_name": "y", "more": 1},
        {"title": "x" * 300, "customer_name": "y"},
    ):
        answer = await program.http.post("/api/v1/tickets", json=wrong, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    text = await program.http.post(
        "/api/v1/tickets", content="title=x", headers=headers | {"content-type": "text/plain"}
    )
    assert text.status_code == 422
    assert (await program.http.get("/api/v1/tickets?limit=100000", headers=headers)).status_code == 422


async def test_hosts_and_companies_are_listed(front: Front) -> None:
    headers, program = await front.key(front.desk.anna), front.browser()
    live = await front.desk.open()
    await front.desk.page(live, live.decided.host)
    hosts = (await program.http.get("/api/v1/hosts", headers=headers)).json()
    assert {one["name"]: one["here"] for one in hosts}["Anna Berger"] is True
    assert {one["name"]: one["here"] for one in hosts}["Ben Okafor"] is False
    companies = (await program.http.get("/api/v1/companies", headers=headers)).json()
    assert [one["name"] for one in companies] == ["Printworks"]


async def test_a_key_says_who_it_is(front: Front) -> None:
    headers = await front.key(front.desk.anna, Act.SEARCH)
    answer = await front.browser().http.get("/api/v1/me", headers=headers)
    assert answer.json() == {
        "person": front.desk.anna.id,
        "name": "Anna Berger",
        "role": "host",
        "scopes": ["search"],
    }
    anna = await front.signed_in()
    assert (await anna.get("/api/v1/me")).json()["scopes"] is None
