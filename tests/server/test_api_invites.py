from __future__ import annotations

from tests.server.front import Front


async def test_invites_are_made_listed_and_revoked(front: Front) -> None:
    headers, program = await front.key(front.desk.anna), front.browser()
    given = {
        "ticket": front.desk.ticket.id,
        "person": "Vera Vogel",
        "company": "printworks",
        "minutes": 30,
        "capabilities": ["view_screen", "chat"],
    }
    made = await program.http.post("/api/v1/invites", json=given, headers=headers)
    assert made.status_code == 201
    invite = made.json()
    assert invite["until_ms"] - invite["from_ms"] == 30 * 60_000
    assert invite["link"].startswith("http://localhost:1/invite/")
    assert len(invite["pin"]) == 6
    by_id = await program.http.post(
        "/api/v1/invites", json=given | {"company": front.desk.company.id}, headers=headers
    )
    assert by_id.json()["company"] == "Printworks"
    listed = (await program.http.get("/api/v1/invites", headers=headers)).json()
    assert len(listed) == 2
    assert "pin" not in listed[0]
    assert "link" not in listed[0]
    revoked = await program.http.post(f"/api/v1/invites/{invite['id']}/revoke", headers=headers)
    assert revoked.json()["state"] == "revoked"
    assert (await program.http.get(f"/api/v1/invites/{invite['id']}", headers=headers)).json()[
        "state"
    ] == "revoked"


async def test_a_window_is_needed_and_too_much_is_refused(front: Front) -> None:
    headers, program = await front.key(front.desk.anna), front.browser()
    given = {
        "ticket": front.desk.ticket.id,
        "person": "Vera",
        "company": "Printworks",
        "capabilities": ["chat"],
    }
    assert (await program.http.post("/api/v1/invites", json=given, headers=headers)).status_code == 422
    more = given | {"minutes": 5, "capabilities": ["control_input"]}
    assert (await program.http.post("/api/v1/invites", json=more, headers=headers)).status_code == 403
    lost = given | {"minutes": 5, "ticket": "tic_" + "z" * 26}
    assert (await program.http.post("/api/v1/invites", json=lost, headers=headers)).status_code == 404


async def test_anothers_invite_is_not_ones_own_to_revoke(front: Front) -> None:
    made = await front.invite()
    headers = await front.key(front.desk.ben)
    answer = await front.browser().http.post(f"/api/v1/invites/{made.invite.id}/revoke", headers=headers)
    assert answer.status_code == 403
