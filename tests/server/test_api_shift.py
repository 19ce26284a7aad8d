"""The end of a shift over REST: the same use case as the page's."""

from __future__ import annotations

from concierge.domain.access import Act
from tests.server.front import Front

HOUR_MS = 60 * 60_000
ACTS = (Act.SIGN_OFF, Act.HAND_ON_INVITE, Act.TAKE_ON_INVITE)


async def test_offer_answer_and_sign_off(front: Front) -> None:
    made = await front.invite()
    desk, browser = front.desk, front.browser()
    anna, ben = await front.key(desk.anna, *ACTS), await front.key(desk.ben, *ACTS)
    back_ms = desk.clock.wall() + 24 * HOUR_MS
    at, care = f"/api/v1/shift?back_ms={back_ms}", f"/api/v1/shift/invites/{made.invite.id}"
    post = browser.http.post
    open_now = (await browser.http.get(at, headers=anna)).json()
    assert [one["invite"] for one in open_now["invites"]] == [made.invite.id]
    refused = await post("/api/v1/shift", json={"back_ms": back_ms}, headers=anna)
    assert (refused.status_code, refused.json()["code"]) == (403, "shift_open")
    assert (await post(f"{care}/offer", json={"to": "nobody"}, headers=anna)).status_code == 422
    offered = await post(f"{care}/offer", json={"to": desk.ben.id}, headers=anna)
    assert offered.json()["state"] == "offered"
    assert (await post(f"{care}/answer", json={"yes": True}, headers=ben)).json() == []
    done = await post("/api/v1/shift", json={"back_ms": back_ms}, headers=anna)
    assert done.json() == {"sessions": [], "invites": [], "offered": []}


async def test_a_key_signs_off_only_when_it_was_issued_for_it(front: Front) -> None:
    key = await front.key(front.desk.anna, Act.VIEW_DESK)
    at = f"/api/v1/shift?back_ms={front.desk.clock.wall() + HOUR_MS}"
    assert (await front.browser().http.get(at, headers=key)).status_code == 403
