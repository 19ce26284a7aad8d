from __future__ import annotations

import re

import pyotp

from concierge.domain import limits
from concierge.domain.access import Act
from tests.server.front import PASSWORD, Front, text_of


async def test_one_sees_where_one_is_signed_in_and_ends_it(front: Front) -> None:
    here, there = await front.signed_in(), await front.signed_in(address="203.0.113.7")
    page = await here.get("/account")
    assert {"192.0.2.1", "203.0.113.7"} <= set(re.findall(r"\d+\.\d+\.\d+\.\d+", page.text))
    (other,) = re.findall(r'action="(/account/sign-ins/sig_\w+/end)"', page.text)
    assert (await here.fill("/account", other)).status_code == 303
    assert (await there.get("/account")).status_code == 303
    assert (await here.fill("/account", other)).status_code == 404


async def test_nobody_ends_somebody_elses_sign_in(front: Front) -> None:
    anna, ben = await front.signed_in(), await front.signed_in(front.desk.ben)
    (place,) = await front.accounts.sign_ins(front.desk.anna.id)
    assert (await ben.fill("/account", f"/account/sign-ins/{place.id}/end")).status_code == 404
    assert (await anna.get("/account")).status_code == 200


async def test_everywhere_else_is_ended_at_once(front: Front) -> None:
    here, there = await front.signed_in(), await front.signed_in()
    await here.fill("/account", "/account/sign-ins/end-others")
    assert (await there.get("/account")).status_code == 303
    assert (await here.get("/account")).status_code == 200


async def test_a_password_is_changed_and_everywhere_else_is_signed_out(front: Front) -> None:
    await front.accounts.set_password(front.desk.anna.id, PASSWORD, "test")
    here, there = await front.signed_in(), await front.signed_in()
    new = "seven quiet herons at dusk"
    wrong = await here.fill("/account", "/account/password", password="wrong", new_password=new)
    assert (wrong.status_code, "not your password" in text_of(wrong)) == (403, True)
    short = await here.fill("/account", "/account/password", password=PASSWORD, new_password="short")
    assert (short.status_code, 'id="password-fault"' in short.text) == (422, True)
    assert (await there.get("/account")).status_code == 200
    done = await here.fill("/account", "/account/password", password=PASSWORD, new_password=new)
    assert (done.status_code, "Your password is changed" in text_of(done)) == (200, True)
    assert (await there.get("/account")).status_code == 303
    again = await here.fill("/account", "/account/password", password=PASSWORD, new_password=new + "!")
    assert again.status_code == 403


async def test_a_second_factor_is_set_up_and_taken_off(front: Front) -> None:
    await front.accounts.set_password(front.desk.anna.id, PASSWORD, "test")
    anna = await front.signed_in()
    assert (await anna.fill("/account", "/account/totp/start", password="wrong")).status_code == 403
    page = await anna.fill("/account", "/account/totp/start", password=PASSWORD)
    found = re.search(r'enrol__secret">([A-Z2-7 ]+)<', page.text)
    assert found is not None
    code = pyotp.TOTP(found[1].replace(" ", "")).at(front.desk.clock.wall() // 1000)
    wrong = await anna.fill("/account", "/account/totp/confirm", totp="000000")
    assert (wrong.status_code, "did not match" in text_of(wrong)) == (422, True)
    assert (await anna.fill("/account", "/account/totp/confirm", totp=code)).status_code == 303
    assert await front.accounts.has_totp(front.desk.anna.id)
    front.desk.clock.now_ms += limits.SIGN_IN_LOCK_MS
    assert (await anna.fill("/account", "/account/totp/remove", password="wrong")).status_code == 403
    assert (await anna.fill("/account", "/account/totp/remove", password=PASSWORD)).status_code == 303
    assert not await front.accounts.has_totp(front.desk.anna.id)


async def test_a_key_is_shown_once_works_and_dies(front: Front) -> None:
    anna = await front.signed_in()
    made = await anna.fill(
        "/account", "/account/keys", label="Reports", days="7", scope=["view_desk", "search"]
    )
    assert made.status_code == 201
    found = re.search(r"concierge_[\w-]{40,}", made.text)
    assert found is not None
    headers = {"Authorization": f"Bearer {found[0]}"}
    program = front.browser()
    assert (await program.http.get("/api/v1/me", headers=headers)).json()["scopes"] == ["search", "view_desk"]
    listed = await anna.get("/account")
    assert found[0] not in listed.text
    (revoke,) = re.findall(r'action="(/account/keys/key_\w+/revoke)"', listed.text)
    assert (await anna.fill("/account", revoke)).status_code == 303
    assert (await program.http.get("/api/v1/me", headers=headers)).status_code == 401


async def test_a_key_can_be_issued_for_no_more_than_the_list(front: Front) -> None:
    anna = await front.signed_in()
    for wrong in (
        {"label": "x", "days": "7", "scope": ["manage_own_account"]},
        {"label": "x", "days": "7", "scope": ["root"]},
        {"label": "x", "days": "7000", "scope": ["search"]},
        {"label": "x", "days": "7", "scope": []},
        {"label": "", "days": "7", "scope": ["search"]},
    ):
        answer = await anna.fill("/account", "/account/keys", **wrong)  # type: ignore[arg-type]
        assert answer.status_code == 422, wrong
    assert await front.keys.of_person(front.desk.anna.id) == []


async def test_a_key_cannot_reach_the_account_pages(front: Front) -> None:
    headers = await front.key(front.desk.anna, Act.ISSUE_API_KEY)
    assert (await front.browser().http.get("/account", headers=headers)).status_code == 303


async def test_how_pages_look_is_remembered(front: Front) -> None:
    anna = await front.signed_in()
    await anna.fill("/account", "/account/theme", theme="dark")
    assert 'data-theme="dark"' in (await anna.get("/account")).text
    await anna.fill("/account", "/account/theme", theme='"><script>')
    assert 'data-theme="dark"' in (await anna.get("/account")).text
    await anna.fill("/account", "/language", language="de")
    assert '<html lang="de"' in (await anna.get("/account")).text
    visitor = front.browser()
    assert (await visitor.fill("/", "/language", language="xx")).headers["location"] == "/"
    assert '<html lang="en"' in (await visitor.get("/")).text
