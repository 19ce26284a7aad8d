from __future__ import annotations

from typing import Any

import httpx2
import pyotp
import pytest

from concierge.domain import limits
from concierge.domain.access import Act
from tests.server.front import PASSWORD, Browser, Front

NEW = "a rather long new password"
CALLS = [
    ("GET", "", None),
    ("GET", "/sign-ins", None),
    ("DELETE", "/sign-ins", None),
    ("DELETE", "/sign-ins/sig_" + "z" * 26, None),
    ("PUT", "/password", {"old": PASSWORD, "new": NEW}),
    ("POST", "/totp/start", {"password": PASSWORD}),
    ("POST", "/totp/confirm", {"totp": "000000"}),
    ("POST", "/totp/remove", {"password": PASSWORD}),
    ("GET", "/keys", None),
    ("POST", "/keys", {"name": "x", "scopes": ["search"], "days": 1}),
    ("DELETE", "/keys/key_" + "z" * 26, None),
]


class Own:
    """Somebody signed in who asks for their own account."""

    def __init__(self, browser: Browser, field: str) -> None:
        self.browser = browser
        self.field = field

    async def ask(self, method: str, path: str = "", json: Any = None, **headers: str) -> httpx2.Response:
        headers = {"x-csrf": self.field} | headers
        return await self.browser.http.request(method, f"/api/v1/account{path}", json=json, headers=headers)


async def own(front: Front, *, password: bool = False) -> Own:
    if password:
        await front.accounts.set_password(front.desk.anna.id, PASSWORD, "test")
    browser = await front.signed_in()
    return Own(browser, await browser.csrf("/account"))


@pytest.mark.parametrize(("method", "path", "given"), CALLS)
async def test_no_key_comes_to_an_account_whatever_it_was_issued_for(
    front: Front, method: str, path: str, given: Any
) -> None:
    await front.accounts.set_password(front.desk.anna.id, PASSWORD, "test")
    headers = await front.key(front.desk.anna, *Act)
    program = front.browser()
    answer = await program.http.request(method, f"/api/v1/account{path}", json=given, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "key_never_manages_account")
    assert len(await front.keys.of_person(front.desk.anna.id)) == 1


@pytest.mark.parametrize(("method", "path", "given"), [call for call in CALLS if call[0] != "GET"])
async def test_without_its_own_field_or_from_elsewhere_nothing_changes(
    front: Front, method: str, path: str, given: Any
) -> None:
    anna = await own(front, password=True)
    assert (await anna.ask(method, path, given, **{"x-csrf": ""})).status_code == 403
    assert (await anna.ask(method, path, given, **{"x-csrf": "x" * 43})).status_code == 403
    foreign = await anna.ask(method, path, given, origin="https://evil.example")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "cross_site")
    assert not await front.accounts.has_totp(front.desk.anna.id)
    assert await front.keys.of_person(front.desk.anna.id) == []
    assert (await front.accounts.sign_in("anna", PASSWORD, "", "192.0.2.1")).person == front.desk.anna


async def test_one_sees_where_one_is_signed_in_and_ends_it(front: Front) -> None:
    here = await own(front)
    there, third = await front.signed_in(address="203.0.113.7"), await front.signed_in()
    listed = (await here.ask("GET", "/sign-ins")).json()
    assert [one["here"] for one in listed].count(True) == 1
    (other,) = [one["id"] for one in listed if one["address"] == "203.0.113.7"]
    assert (await here.ask("DELETE", f"/sign-ins/{other}")).status_code == 204
    assert (await there.get("/account")).status_code == 303
    again = await here.ask("DELETE", f"/sign-ins/{other}")
    assert (again.status_code, again.json()["code"]) == (404, "no_such_sign_in")
    assert (await here.ask("DELETE", "/sign-ins/nonsense")).status_code == 404
    assert (await here.ask("DELETE", "/sign-ins")).json() == {"ended": 1}
    assert (await third.get("/account")).status_code == 303
    assert (await here.ask("GET")).json()["name"] == "Anna Berger"


async def test_nobody_ends_somebody_elses_sign_in(front: Front) -> None:
    anna = await own(front)
    await front.signed_in(front.desk.ben)
    (place,) = await front.accounts.sign_ins(front.desk.ben.id)
    assert (await anna.ask("DELETE", f"/sign-ins/{place.id}")).status_code == 404
    assert await front.accounts.sign_ins(front.desk.ben.id) == [place]


async def test_a_password_is_changed_by_who_knows_the_old_one(front: Front) -> None:
    anna = await own(front, password=True)
    other = await front.signed_in()
    wrong = await anna.ask("PUT", "/password", {"old": "wrong", "new": NEW})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    short = await anna.ask("PUT", "/password", {"old": PASSWORD, "new": "short"})
    assert (short.status_code, "short" in short.text) == (422, False)
    assert (await anna.ask("PUT", "/password", {"old": PASSWORD, "new": NEW})).status_code == 204
    assert (await anna.ask("GET")).status_code == 200
    assert (await other.get("/account")).status_code == 303
    assert (await front.accounts.sign_in("anna", NEW, "", "192.0.2.1")).person == front.desk.anna


async def test_guessing_ones_password_from_an_open_sign_in_is_locked(front: Front) -> None:
    anna = await own(front, password=True)
    for _ in range(limits.SIGN_IN_TRIES):
        await anna.ask("POST", "/totp/start", {"password": "wrong"})
    answer = await anna.ask("PUT", "/password", {"old": PASSWORD, "new": NEW})
    assert (answer.status_code, answer.json()["code"]) == (429, "sign_in_locked")


async def test_one_time_codes_are_set_up_confirmed_and_removed(front: Front) -> None:
    anna = await own(front, password=True)
    assert (await anna.ask("GET")).json()["totp"] is False
    assert (await anna.ask("POST", "/totp/start", {"password": "wrong"})).status_code == 403
    early = await anna.ask("POST", "/totp/confirm", {"totp": "123456"})
    assert (early.status_code, early.json()["code"]) == (403, "totp_wrong")
    offer = (await anna.ask("POST", "/totp/start", {"password": PASSWORD})).json()
    assert offer["secret"] in offer["uri"]
    assert (await anna.ask("GET")).json()["totp"] is False
    code = pyotp.TOTP(offer["secret"]).at(front.desk.clock.wall() // 1000)
    spaced = f"{code[:3]} {code[3:]}"
    assert (await anna.ask("POST", "/totp/confirm", {"totp": spaced})).status_code == 204
    assert (await anna.ask("GET")).json()["totp"] is True
    front.desk.clock.now_ms += limits.SIGN_IN_LOCK_MS
    assert (await anna.ask("POST", "/totp/remove", {"password": "wrong"})).status_code == 403
    assert (await anna.ask("POST", "/totp/remove", {"password": PASSWORD})).status_code == 204
    assert (await anna.ask("GET")).json()["totp"] is False


async def test_a_key_is_given_once_works_and_dies(front: Front) -> None:
    anna = await own(front)
    given = {"name": "Reports", "scopes": ["view_desk", "search"], "days": 7}
    made = await anna.ask("POST", "/keys", given)
    assert made.status_code == 201
    key = made.json()
    headers = {"Authorization": f"Bearer {key['secret']}"}
    program = front.browser()
    assert (await program.http.get("/api/v1/me", headers=headers)).json()["scopes"] == ["search", "view_desk"]
    listed = await anna.ask("GET", "/keys")
    assert [one["id"] for one in listed.json()] == [key["id"]]
    assert key["secret"] not in listed.text
    assert (await anna.ask("DELETE", f"/keys/{key['id']}")).status_code == 204
    assert (await program.http.get("/api/v1/me", headers=headers)).status_code == 401
    again = await anna.ask("DELETE", f"/keys/{key['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "no_such_key")
    assert (await anna.ask("GET", "/keys")).json() == []


async def test_a_key_can_be_issued_for_no_more_than_the_list(front: Front) -> None:
    anna = await own(front)
    good = {"name": "x", "scopes": ["search"], "days": 7}
    wishes: tuple[dict[str, Any], ...] = (
        {"scopes": ["manage_own_account"]},
        {"scopes": ["root"]},
        {"scopes": []},
        {"days": 0},
        {"days": 7000},
        {"name": ""},
        {"name": " \0 "},
        {"person": front.desk.ben.id},
    )
    for wrong in wishes:
        assert (await anna.ask("POST", "/keys", good | wrong)).status_code == 422, wrong
    assert await front.keys.of_person(front.desk.anna.id) == []
    for _ in range(limits.API_KEYS_PER_PERSON_MAX):
        assert (await anna.ask("POST", "/keys", good)).status_code == 201
    last = await anna.ask("POST", "/keys", good)
    assert (last.status_code, last.json()["code"]) == (409, "too_many_keys")
