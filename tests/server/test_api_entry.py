from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.access import Act
from tests.server.front import PASSWORD, Browser, Front
from tests.server.test_pages_sign_in import code_of, protected, sign_in_cookie

GIVEN = {"name": "Anna", "password": PASSWORD}


async def test_a_program_signs_in_works_and_signs_out(front: Front) -> None:
    await protected(front)
    program = front.browser()
    made = await program.http.post("/api/v1/sign-in", json=GIVEN)
    assert made.status_code == 201
    said = made.json()
    assert (said["person"], said["role"]) == (front.desk.anna.id, "host")
    secret = sign_in_cookie(program)
    assert secret
    assert secret not in made.text
    assert "HttpOnly" in made.headers["set-cookie"]
    assert "SameSite=strict" in made.headers["set-cookie"]
    ticket = {"title": "Label printer", "customer_name": "Carl"}
    assert (await program.http.post("/api/v1/tickets", json=ticket)).status_code == 403
    field = {"x-csrf": said["csrf"]}
    assert (await program.http.post("/api/v1/tickets", json=ticket, headers=field)).status_code == 201
    assert (await program.http.delete("/api/v1/sign-in")).status_code == 403
    assert (await program.http.delete("/api/v1/sign-in", headers=field)).status_code == 204
    assert sign_in_cookie(program) == ""
    assert await front.accounts.recall(secret) is None


async def test_nobody_learns_which_part_was_wrong(front: Front) -> None:
    await protected(front)
    answers = [
        await front.browser().http.post("/api/v1/sign-in", json={"name": name, "password": password})
        for name, password in (("anna", "wrong"), ("nobody", "wrong"), ("", ""), ("ben", PASSWORD))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
    assert answers[0].json()["code"] == "sign_in_failed"


async def test_tries_over_rest_lock_the_page_too(front: Front) -> None:
    await protected(front)
    program = front.browser()
    for _ in range(limits.SIGN_IN_TRIES):
        await program.http.post("/api/v1/sign-in", json={"name": "anna", "password": "wrong"})
    answer = await program.http.post("/api/v1/sign-in", json=GIVEN)
    assert (answer.status_code, answer.json()["code"]) == (429, "sign_in_locked")
    assert answer.headers["retry-after"] == str(limits.SIGN_IN_LOCK_MS // 1000)
    page = await front.browser(address="203.0.113.4").fill(
        "/sign-in", "/sign-in", name="anna", password=PASSWORD
    )
    assert page.status_code == 429


async def test_the_one_time_code_is_asked_for_and_spent(front: Front) -> None:
    secret = await protected(front, totp=True)
    front.desk.clock.now_ms += limits.SIGN_IN_LOCK_MS
    program = front.browser()
    first = await program.http.post("/api/v1/sign-in", json=GIVEN)
    assert (first.status_code, first.json()["code"], sign_in_cookie(program)) == (403, "totp_needed", "")
    for wrong in ("000000", "abc", "-"):
        answer = await program.http.post("/api/v1/sign-in", json=GIVEN | {"totp": wrong})
        assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_failed")
    code = code_of(front, secret)
    spaced = GIVEN | {"totp": f"{code[:3]} {code[3:]}"}
    assert (await program.http.post("/api/v1/sign-in", json=spaced)).status_code == 201
    again = await front.browser().http.post("/api/v1/sign-in", json=spaced)
    assert (again.status_code, again.json()["code"]) == (403, "sign_in_failed")


async def test_knowing_the_password_alone_is_counted_until_it_is_locked(front: Front) -> None:
    """`totp_needed` says that the password was right; nobody asks that more often than a wrong password is tried."""
    await protected(front, totp=True)
    front.desk.clock.now_ms += limits.SIGN_IN_LOCK_MS
    program = front.browser()
    said = [
        (await program.http.post("/api/v1/sign-in", json=GIVEN)).json()["code"]
        for _ in range(limits.SIGN_IN_TRIES + 1)
    ]
    assert said == ["totp_needed"] * limits.SIGN_IN_TRIES + ["sign_in_locked"]


async def test_a_link_signs_in_once_and_ends_what_was_there(front: Front) -> None:
    program = await front.signed_in(front.desk.ben)
    before = sign_in_cookie(program)
    _, secret = await front.accounts.make_link(front.desk.anna.id, "test")
    given = {"link": f"{front.settings.public_url}/enter/{secret}"}
    assert (await program.http.post("/api/v1/sign-in/link", json=given)).status_code == 403
    field = {"x-csrf": await program.csrf("/desk")}
    made = await program.http.post("/api/v1/sign-in/link", json=given, headers=field)
    assert (made.status_code, made.json()["name"]) == (201, "Anna Berger")
    assert await front.accounts.recall(before) is None
    again = await front.browser().http.post("/api/v1/sign-in/link", json=given)
    assert (again.status_code, again.json()["code"]) == (404, "link_not_good")


async def refused_elsewhere(browser: Browser, path: str, body: str) -> set[int]:
    """Send what a page of another site can send: its Origin, or a form that looks like JSON."""
    json = {"content-type": "application/json"}
    foreign = [
        json | {"origin": "https://evil.example"},
        json | {"origin": "null"},
        json | {"sec-fetch-site": "cross-site"},
        json | {"sec-fetch-site": "same-site"},
    ]
    forms = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    sent = [await browser.http.post(path, content=body, headers=headers) for headers in foreign]
    assert {answer.status_code for answer in sent} == {403}
    return {
        (await browser.http.post(path, content=body, headers={"content-type": kind})).status_code
        for kind in forms
    }


@pytest.mark.parametrize(
    "path", ["/api/v1/sign-in", "/api/v1/sign-in/link", "/api/v1/join", "/api/v1/redeem"]
)
async def test_another_site_signs_nobody_in(front: Front, path: str) -> None:
    await protected(front)
    body = f'{{"name": "anna", "password": "{PASSWORD}"}}'
    browser = front.browser()
    assert await refused_elsewhere(browser, path, body) == {415}
    assert sign_in_cookie(browser) == ""


async def test_a_key_has_no_sign_in_to_end(front: Front) -> None:
    headers = await front.key(front.desk.anna, *Act)
    assert (await front.browser().http.delete("/api/v1/sign-in", headers=headers)).status_code == 403
    assert (await front.browser().http.delete("/api/v1/sign-in")).status_code == 401


async def test_how_pages_look_and_read_is_chosen(front: Front) -> None:
    browser = front.browser()
    chosen = await browser.http.put("/api/v1/preferences", json={"language": "de", "theme": "dark"})
    assert (chosen.status_code, chosen.json()) == (200, {"language": "de", "theme": "dark"})
    page = await browser.get("/")
    assert 'data-theme="dark"' in page.text
    assert '<html lang="de"' in page.text
    one = await browser.http.put("/api/v1/preferences", json={"language": "en"})
    assert one.json() == {"language": "en", "theme": "dark"}
    for wrong in ({"language": "xx"}, {"theme": '"><script>'}, {"zone": "x"}):
        assert (await browser.http.put("/api/v1/preferences", json=wrong)).status_code == 422
    foreign = {"origin": "https://evil.example"}
    assert (await browser.http.put("/api/v1/preferences", json={}, headers=foreign)).status_code == 403
