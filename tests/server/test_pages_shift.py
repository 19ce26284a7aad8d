"""The page "Sign off": what is open in plain words, offers to colleagues, and their answers."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.server.front import Front, text_of

BACK = "2099-01-01T08:00"


async def test_a_shift_ends_after_a_colleague_has_said_yes(front: Front) -> None:
    made = await front.invite()
    anna = await front.signed_in()
    back = await tomorrow(front)
    page = text_of(await anna.get(f"/shift?back={back}"))
    assert made.invite.vendor_name in page
    refused = await anna.fill(f"/shift?back={back}", "/shift", back=back)
    assert refused.status_code == 422
    assert "You cannot sign off yet" in text_of(refused)
    care = f"/shift/invites/{made.invite.id}"
    assert (await anna.fill("/shift", f"{care}/offer", to=front.desk.ben.id, back=back)).status_code == 303
    assert "no answer yet" in text_of(await anna.get(f"/shift?back={back}"))

    ben = await front.signed_in(front.desk.ben)
    assert "asks you to look after 1 invite" in text_of(await ben.get("/desk"))
    assert "asks you to look after this invite" in text_of(await ben.get("/shift"))
    assert (await ben.fill("/shift", f"{care}/answer", answer="yes")).status_code == 303
    assert "Offered to you" not in text_of(await ben.get("/shift"))
    done = await anna.fill(f"/shift?back={back}", "/shift", back=back)
    assert done.status_code == 200
    assert "You have signed off" in text_of(done)


async def test_a_colleague_says_no_and_that_is_told(front: Front) -> None:
    made = await front.invite()
    anna, ben = await front.signed_in(), await front.signed_in(front.desk.ben)
    care = f"/shift/invites/{made.invite.id}"
    await anna.fill("/shift", f"{care}/offer", to=front.desk.ben.id, back="")
    await ben.fill("/shift", f"{care}/answer", answer="no")
    assert f"{front.desk.ben.name} said no" in text_of(await anna.get(f"/shift?back={await tomorrow(front)}"))


async def test_a_live_session_is_open_and_leads_to_its_console(front: Front) -> None:
    live = await front.desk.open()
    page = await (await front.signed_in()).get("/shift")
    assert f"/sessions/{live.decided.id}" in page.text
    assert "Offer it with a brief in its console" in text_of(page)


async def test_bad_times_and_bad_choices_are_told_and_change_nothing(front: Front) -> None:
    made = await front.invite()
    anna = await front.signed_in()
    for back in ("", "soon", BACK, "1999-01-01T08:00"):
        answer = await anna.fill("/shift", "/shift", back=back)
        assert answer.status_code == 422
    offer = f"/shift/invites/{made.invite.id}/offer"
    for to in ("", "nobody", front.desk.anna.id):
        assert (await anna.fill("/shift", offer, to=to, back="")).status_code == 422
    ben = await front.signed_in(front.desk.ben)
    assert (await ben.fill("/shift", offer, to=front.desk.anna.id, back="")).status_code == 403
    assert (await (await front.signed_in(front.auditor)).get("/shift")).status_code == 403


async def tomorrow(front: Front) -> str:
    """Return a time after the invite's window has opened, as the page's field writes it."""
    at = datetime.fromtimestamp(front.desk.clock.wall() / 1000 + 24 * 60 * 60, UTC)
    return at.strftime("%Y-%m-%dT%H:%M")
