from __future__ import annotations

from concierge.domain.access import Act
from concierge.domain.capability import Capability
from concierge.server.api_sessions import ACTS
from concierge.services.acting import COMMANDS
from concierge.wire.codec import CLIENT_MESSAGES
from concierge.wire.messages import Beat, Hello, TellPicture
from tests.server.front import Front


def test_every_message_has_an_act_or_a_rule_of_the_core() -> None:
    # How one's own picture stands is told by whoever publishes it, and changes nothing.
    assert set(ACTS) | set(COMMANDS) | {Hello, Beat, TellPicture} == set(CLIENT_MESSAGES.values())
    assert not set(ACTS) & set(COMMANDS)


async def test_a_session_is_opened_run_and_ended_over_rest(front: Front) -> None:
    headers, program = await front.key(front.desk.anna), front.browser()
    made = await program.http.post("/api/v1/sessions", json={"ticket": front.desk.ticket.id}, headers=headers)
    assert made.status_code == 201
    session = made.json()
    assert len(session["code"]["digits"]) == 9
    path = f"/api/v1/sessions/{session['id']}"
    again = await program.http.post(
        "/api/v1/sessions", json={"ticket": front.desk.ticket.id}, headers=headers
    )
    assert (again.status_code, again.json()["code"]) == (409, "session_open_already")
    fresh = (await program.http.post(f"{path}/code", headers=headers)).json()
    assert fresh["digits"] != session["code"]["digits"]
    customer = front.browser()
    assert (await customer.fill("/", "/join", code=fresh["digits"])).status_code == 303
    live = front.desk.registry.all()[0]
    (seat,) = live.backdrop.digits
    shown = (await program.http.get(path, headers=headers)).json()
    assert shown["code"] is None
    assert seat in [one["id"] for one in shown["view"]["seats"]]
    match = {"type": "match", "participant": seat, "digits": live.backdrop.digits[seat]}
    assert (await program.http.post(f"{path}/messages", json=match, headers=headers)).json() == {
        "type": "done",
        "reply_to": 1,
    }
    say = {"type": "say", "text": "From a program"}
    assert (await program.http.post(f"{path}/messages", json=say, headers=headers)).status_code == 200
    end = {"type": "end", "outcome": "resolved", "note": ""}
    assert (await program.http.post(f"{path}/messages", json=end, headers=headers)).status_code == 200
    await front.desk.until(lambda: not front.desk.registry.all())
    assert (await program.http.get(path, headers=headers)).json()["end_reason"] == "completed"
    ended = (await program.http.get("/api/v1/sessions?ended=true", headers=headers)).json()
    assert [one["id"] for one in ended] == [session["id"]]


async def test_a_key_issued_for_less_cannot_send_more(front: Front) -> None:
    live = await front.matched()
    path = f"/api/v1/sessions/{live.decided.id}/messages"
    headers, program = await front.key(front.desk.anna, Act.JOIN_SESSION), front.browser()
    customer = live.decided.customer
    assert customer is not None
    refused = [
        {"type": "end", "outcome": "", "note": ""},
        {"type": "ask", "capability": Capability.RECORD, "participant": live.decided.host},
        {"type": "new_code"},
        {"type": "ask_quality", "quality": "sharp"},
        {"type": "offer_handover", "person": front.desk.ben.id, "brief": "x"},
        {"type": "match", "participant": customer.who.id, "digits": "0000"},
    ]
    for message in refused:
        answer = await program.http.post(path, json=message, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "key_stays_within_scopes"), message
    said = await program.http.post(path, json={"type": "say", "text": "allowed"}, headers=headers)
    assert said.status_code == 200


async def test_malformed_messages_are_refused(front: Front) -> None:
    live = await front.desk.open()
    path = f"/api/v1/sessions/{live.decided.id}/messages"
    headers, program = await front.key(front.desk.anna), front.browser()
    for message in (
        {},
        {"type": "nonsense"},
        {"type": "say"},
        {"type": "hello", "tab": "x"},
        {"type": "beat", "n": 1},
    ):
        assert (await program.http.post(path, json=message, headers=headers)).status_code == 422


async def test_somebody_elses_session_is_not_there(front: Front) -> None:
    live = await front.desk.open()
    headers, program = await front.key(front.desk.ben), front.browser()
    say = {"type": "say", "text": "x"}
    assert (
        await program.http.post(f"/api/v1/sessions/{live.decided.id}/messages", json=say, headers=headers)
    ).status_code == 404
    assert (
        await program.http.post(f"/api/v1/sessions/{live.decided.id}/code", headers=headers)
    ).status_code == 404
    shown = (await program.http.get(f"/api/v1/sessions/{live.decided.id}", headers=headers)).json()
    assert (shown["code"], shown["view"]) == (None, None)
