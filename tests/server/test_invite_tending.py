"""Looking after an invite: a forgotten PIN, the wrong person in the lobby, a test of the line, and what a vendor learns."""

from __future__ import annotations

from concierge.domain.ids import ParticipantId
from concierge.domain.invite import InviteState
from concierge.server.proofs import Proof
from concierge.services.inviting import NewInvite
from concierge.wire import messages as wire
from tests.server.front import Browser, Front, text_of


def secret_of(made: NewInvite) -> str:
    return made.link.rpartition("/")[2]


async def redeemed(front: Front, made: NewInvite, pin: str) -> int:
    page = f"/invite/{secret_of(made)}"
    return (await Browser(front).fill(page, f"{page}/redeem", pin=pin)).status_code


async def waiting(front: Front, made: NewInvite, pin: str) -> ParticipantId:
    """Redeem; return the seat in the lobby."""
    assert await redeemed(front, made, pin) == 303
    invite = await front.desk.tools.invites.get(made.invite.id)
    assert invite is not None
    assert invite.redeemed_as is not None
    return invite.redeemed_as


async def test_a_new_pin_kills_the_old_one_and_changes_nothing_else(front: Front) -> None:
    await front.desk.sharing()
    made = await front.invite()
    for _ in range(5):
        await redeemed(front, made, "000000" if made.pin != "000000" else "111111")
    before = await front.desk.tools.invites.get(made.invite.id)
    assert before is not None
    assert before.state(front.desk.clock.wall()) is InviteState.LOCKED
    bearer = await front.key(front.desk.anna)
    answer = await Browser(front).http.post(f"/api/v1/invites/{made.invite.id}/pin", headers=bearer)
    new = answer.json()["pin"]
    after = await front.desk.tools.invites.get(made.invite.id)
    assert after is not None
    kept = (
        "ticket",
        "capabilities",
        "from_ms",
        "until_ms",
        "vendor_name",
        "brief",
        "redeemed_ms",
        "revoked_ms",
    )
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert await redeemed(front, made, made.pin) == 403
    assert await redeemed(front, made, new) == 303
    assert (await Browser(front).http.post(f"/api/v1/invites/{made.invite.id}/pin", headers=bearer)).json()[
        "code"
    ] == "invite_redeemed"


async def test_the_page_shows_the_new_pin_once_and_only_to_whom_may(front: Front) -> None:
    made = await front.invite()
    anna, ben = Browser(front), Browser(front)
    await anna.enter(front.desk.anna)
    await ben.enter(front.desk.ben)
    assert (await ben.fill("/desk", f"/invites/{made.invite.id}/pin")).status_code == 403
    page = await anna.fill("/invites", f"/invites/{made.invite.id}/pin")
    assert page.status_code == 200
    assert "The old PIN opens nothing any more" in text_of(page)
    assert page.headers["Cache-Control"] == "no-store"


async def test_not_this_person_freezes_the_invite_and_thawing_brings_a_new_pin(front: Front) -> None:
    live, _, _ = await front.desk.sharing()
    made = await front.invite()
    wrong = await waiting(front, made, made.pin)
    await front.desk.send(live, live.decided.host, wire.Deny(wrong))
    frozen = await front.desk.tools.invites.get(made.invite.id)
    assert frozen is not None
    assert frozen.state(front.desk.clock.wall()) is InviteState.FROZEN
    landing = await Browser(front).get(f"/invite/{secret_of(made)}")
    assert "This invitation is being checked" in landing.text
    anna = Browser(front)
    await anna.enter(front.desk.anna)
    assert "Frozen: not this person" in (await anna.get("/invites")).text
    bearer = await front.key(front.desk.anna)
    thawed = await Browser(front).http.post(f"/api/v1/invites/{made.invite.id}/thaw", headers=bearer)
    assert await redeemed(front, made, made.pin) == 403
    right = await waiting(front, made, thawed.json()["pin"])
    await front.desk.send(live, live.decided.host, wire.Admit(right))
    seat = live.decided.seat(right)
    assert seat is not None
    assert seat.admitted


async def test_how_the_vendors_test_went_is_shown_to_the_host(front: Front) -> None:
    made = await front.invite()
    proof = {"Authorization": f"{Proof.INVITE} {secret_of(made)}"}
    path = "/api/v1/redeem/tested"
    assert (
        await Browser(front).http.post(path, json={"result": "relayed"}, headers=proof)
    ).status_code == 204
    assert (await Browser(front).http.post(path, json={"result": "fine"}, headers=proof)).status_code == 422
    anna = Browser(front)
    await anna.enter(front.desk.anna)
    assert "works through a relay" in (await anna.get("/invites")).text


async def test_the_window_is_told_on_both_clocks(front: Front) -> None:
    made = await front.invite()
    browser = Browser(front)
    browser.http.cookies.set("zone", "Asia/Tokyo", domain="testserver.local")
    page = await browser.http.get(f"/invite/{secret_of(made)}", headers={"Cookie": "zone=Asia/Tokyo"})
    assert "Asia/Tokyo" in page.text
    assert "At the service desk:" in page.text
    assert "The whole session is recorded" in page.text


async def test_a_vendor_never_learns_more_of_the_ticket_than_the_brief(front: Front) -> None:
    live, _, _ = await front.desk.sharing()
    made = await front.invite()
    vendor = Browser(front)
    landing = f"/invite/{secret_of(made)}"
    pages = [(await vendor.get(landing)).text]
    answer = await vendor.fill(landing, f"{landing}/redeem", pin=made.pin)
    pages.append((await vendor.get(answer.headers["location"])).text)
    invite = await front.desk.tools.invites.get(made.invite.id)
    assert invite is not None
    assert invite.redeemed_as is not None
    ticket = front.desk.ticket
    for stage in ("lobby", "admitted"):
        if stage == "admitted":
            await front.desk.send(live, live.decided.host, wire.Admit(invite.redeemed_as))
        pages.append(str(live.view(invite.redeemed_as)))
    hidden = [
        ticket.title,
        ticket.description,
        ticket.customer.email,
        ticket.customer.phone,
        ticket.customer.device,
    ]
    for page in pages:
        assert not [text for text in hidden if text and text in page]
