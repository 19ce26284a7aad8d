from __future__ import annotations

import asyncio
import re
from html import unescape

import pytest

from concierge.domain import limits
from concierge.domain.participant import Presence
from tests.server.front import ERA_MS, Browser, Front, text_of

FORM: dict[str, str | list[str]] = {
    "person": "Vera Vogel",
    "company": "PRINTWORKS",
    "starts": "2027-01-15T08:00",
    "ends": "2027-01-15T09:00",
    "capability": ["view_screen", "chat"],
}


async def create(front: Front, browser: Browser, **changes: str | list[str]) -> tuple[int, str]:
    answer = await browser.fill(
        "/invites/new", "/invites", **{"ticket_id": front.desk.ticket.id, **FORM, **changes}
    )
    return answer.status_code, answer.text


async def test_a_new_invite_shows_link_and_pin_once(front: Front) -> None:
    anna = await front.signed_in()
    status, page = await create(front, anna)
    assert status == 201
    link = re.search(r"http://localhost:1/invite/[\w-]{40,}", page)
    assert link is not None
    assert re.search(r">\d{3} \d{3}<", page)
    (kept,) = await front.desk.tools.invites.every(10)
    assert (kept.company, kept.vendor_name) == (front.desk.company.id, "Vera Vogel")
    listed = (await anna.get("/invites")).text
    assert "Vera Vogel" in listed
    assert link[0].rpartition("/")[2] not in listed


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticket_id": ""},
        {"ticket_id": "nonsense"},
        {"person": ""},
        {"person": "x" * 81},
        {"company": ""},
        {"starts": "tomorrow"},
        {"ends": "2027-01-15T07:00"},
        {"ends": "2027-06-15T07:00"},
        {"capability": []},
        {"capability": ["shell", "nonsense"]},
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(
    front: Front, wrong: dict[str, str | list[str]]
) -> None:
    anna = await front.signed_in()
    status, page = await create(front, anna, **wrong)
    assert status == 422
    assert 'role="alert"' in page
    assert await front.desk.tools.invites.every(10) == []


async def test_an_invite_never_carries_more_than_can_be_passed_on(front: Front) -> None:
    anna = await front.signed_in()
    for more in ("control_input", "record", "files"):
        status, _ = await create(front, anna, capability=["view_screen", more])
        assert status == 403
    assert await front.desk.tools.invites.every(10) == []


async def test_a_new_company_becomes_known(front: Front) -> None:
    anna = await front.signed_in()
    assert (await create(front, anna, company="Kabelwerk"))[0] == 201
    assert "Kabelwerk" in [one.name for one in await front.desk.tools.people.companies()]


async def test_opening_the_link_changes_nothing_however_often(front: Front) -> None:
    await front.matched()
    made = await front.invite()
    path = made.link.removeprefix(front.settings.public_url)
    scanner = front.browser()
    for _ in range(20):
        assert (await scanner.get(path)).status_code == 200
        assert (await scanner.http.head(path)).status_code == 200
        assert (
            await scanner.get(path, purpose="prefetch", **{"sec-purpose": "prefetch;anonymous-client-ip"})
        ).status_code == 200
        assert (await scanner.get(f"{path}/redeem")).status_code == 405
    kept = await front.desk.tools.invites.get(made.invite.id)
    assert kept is not None
    assert (kept.redeemed_ms, kept.failed_pins) == (None, 0)
    assert (await scanner.fill(path, f"{path}/redeem", name="Vera", pin=made.pin)).status_code == 303


async def test_redeeming_is_once_and_the_same_browser_comes_back(front: Front) -> None:
    live = await front.matched()
    made = await front.invite()
    path = made.link.removeprefix(front.settings.public_url)
    vendor, other = front.browser(), front.browser()
    spaced = f"{made.pin[:3]} {made.pin[3:]}"
    assert (await vendor.fill(path, f"{path}/redeem", name="Vera", pin=spaced)).status_code == 303
    assert (await vendor.get(path)).headers["location"] == f"/vendor/{live.decided.id}"
    used = await other.get(path)
    assert (used.status_code, "used already" in text_of(used)) == (410, True)
    field = await other.csrf("/")
    again = await other.http.post(f"{path}/redeem", data={"csrf": field, "name": "Eve", "pin": made.pin})
    assert again.status_code == 409


async def test_fifty_at_once_get_one_seat(front: Front) -> None:
    live = await front.matched()
    made = await front.invite()
    path = made.link.removeprefix(front.settings.public_url)
    racers = [front.browser(address=f"198.51.100.{number}") for number in range(50)]
    fields = [await racer.csrf("/") for racer in racers]
    answers = await asyncio.gather(
        *(
            racer.http.post(f"{path}/redeem", data={"csrf": field, "name": "Vera", "pin": made.pin})
            for racer, field in zip(racers, fields, strict=True)
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [303] + [409] * 49
    assert len(live.decided.vendors()) == 1


async def test_wrong_pins_close_the_invite(front: Front) -> None:
    await front.matched()
    made = await front.invite()
    path = made.link.removeprefix(front.settings.public_url)
    wrong = f"{(int(made.pin) + 1) % 10**6:06d}"
    guesser = front.browser()
    first = await guesser.fill(path, f"{path}/redeem", name="Eve", pin=wrong)
    assert (first.status_code, "That is not the PIN" in text_of(first)) == (403, True)
    last = first
    for _ in range(limits.PIN_TRIES - 1):
        last = await guesser.http.post(
            f"{path}/redeem", data={"csrf": await guesser.csrf("/"), "name": "Eve", "pin": wrong}
        )
    assert "Too many wrong PINs" in text_of(last)
    right = await guesser.http.post(
        f"{path}/redeem", data={"csrf": await guesser.csrf("/"), "name": "Eve", "pin": made.pin}
    )
    assert right.status_code == 403
    assert "Too many wrong PINs" in text_of(right)


async def test_before_the_session_nothing_is_used_up(front: Front) -> None:
    made = await front.invite()
    path = made.link.removeprefix(front.settings.public_url)
    early = await front.browser().fill(path, f"{path}/redeem", name="Vera", pin=made.pin)
    assert (early.status_code, "has not begun yet" in text_of(early)) == (409, True)
    await front.matched()
    assert (await front.browser().fill(path, f"{path}/redeem", name="Vera", pin=made.pin)).status_code == 303


async def test_expired_not_yet_and_unknown_links_say_so(front: Front) -> None:
    now = front.desk.clock.wall()
    later = await front.invite(from_ms=now + ERA_MS, until_ms=now + 2 * ERA_MS)
    made = await front.invite()
    browser = front.browser()

    async def shown(link: str) -> tuple[int, str]:
        page = await browser.get(link.removeprefix(front.settings.public_url))
        return page.status_code, text_of(page)

    status, text = await shown(later.link)
    assert (status, "It is not time yet" in text) == (200, True)
    front.desk.clock.now_ms += ERA_MS + 1
    status, text = await shown(made.link)
    assert (status, "This invitation has expired" in text) == (410, True)
    status, text = await shown("/invite/" + "x" * 43)
    assert (status, "does not open an invitation" in text) == (404, True)


async def test_revoke_now_takes_the_seat_too(front: Front) -> None:
    live = await front.matched()
    made = await front.invite()
    path = made.link.removeprefix(front.settings.public_url)
    vendor, anna = front.browser(), await front.signed_in()
    await vendor.fill(path, f"{path}/redeem", name="Vera", pin=made.pin)
    (seat,) = live.decided.vendors()
    listed = unescape((await anna.get("/invites")).text)
    assert "In a session now" in listed
    assert (await anna.fill("/invites", f"/invites/{made.invite.id}/revoke")).headers[
        "location"
    ] == "/invites"
    assert live.decided.seats[seat.who.id].presence is Presence.LEFT
    assert "withdrawn" in text_of(await front.browser().get(path))
    assert made.invite.vendor_name in (await anna.get("/invites?show=past")).text


async def test_one_host_cannot_revoke_anothers_invite(front: Front) -> None:
    made = await front.invite()
    ben = await front.signed_in(front.desk.ben)
    assert (await ben.fill("/invites", f"/invites/{made.invite.id}/revoke")).status_code == 403
    kept = await front.desk.tools.invites.get(made.invite.id)
    assert kept is not None
    assert kept.revoked_ms is None
