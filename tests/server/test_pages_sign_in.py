from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from concierge.domain import limits
from concierge.domain.person import Person, PersonState
from tests.server.front import PASSWORD, Browser, Front, text_of


async def protected(front: Front, *, totp: bool = False) -> str:
    """Give Anna a password, and a second factor; return its secret."""
    anna = front.desk.anna
    await front.accounts.set_password(anna.id, PASSWORD, "test")
    if not totp:
        return ""
    done = await front.accounts.sign_in("anna", PASSWORD, "", "192.0.2.1")
    offer = await front.accounts.offer_totp(done.sign_in, PASSWORD, "192.0.2.1")
    secret = parse_qs(urlsplit(offer.uri).query)["secret"][0]
    await front.accounts.confirm_totp(done.sign_in, code_of(front, secret))
    return secret


def code_of(front: Front, secret: str) -> str:
    return pyotp.TOTP(secret).at(front.desk.clock.wall() // 1000)


def sign_in_cookie(browser: Browser) -> str:
    return browser.http.cookies.get("concierge_sign_in") or ""


async def test_name_and_password_open_the_desk(front: Front) -> None:
    await protected(front)
    anna = front.browser()
    answer = await anna.fill("/sign-in", "/sign-in", name="Anna", password=PASSWORD, next="/invites")
    assert (answer.status_code, answer.headers["location"]) == (303, "/invites")
    assert (await anna.get("/desk")).status_code == 200
    assert (await anna.get("/sign-in")).headers["location"] == "/desk"


async def test_nobody_learns_which_part_was_wrong(front: Front) -> None:
    await protected(front)
    answers = []
    for name, password in (
        ("anna", "wrong"),
        ("nobody", "wrong"),
        ("", ""),
        ("ben", PASSWORD),
        ("anna", "x" * 5000),
    ):
        answers.append(await front.browser().fill("/sign-in", "/sign-in", name=name, password=password))
    assert {answer.status_code for answer in answers} == {403}
    assert all("Name and password do not match" in text_of(answer) for answer in answers)


async def test_after_too_many_tries_even_the_right_password_waits(front: Front) -> None:
    await protected(front)
    browser = front.browser()
    for _ in range(limits.SIGN_IN_TRIES):
        await browser.fill("/sign-in", "/sign-in", name="anna", password="wrong")
    answer = await browser.fill("/sign-in", "/sign-in", name="anna", password=PASSWORD)
    assert answer.status_code == 429
    assert "locked for 15 minutes" in text_of(answer)


async def test_one_address_cannot_try_many_names(front: Front) -> None:
    browser = front.browser()
    field = await browser.csrf("/sign-in")
    statuses = [
        (
            await browser.http.post("/sign-in", data={"csrf": field, "name": f"n{number}", "password": "x"})
        ).status_code
        for number in range(limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE + 1)
    ]
    assert statuses[-1] == 429


async def test_the_second_step_asks_for_six_digits(front: Front) -> None:
    secret = await protected(front, totp=True)
    front.desk.clock.now_ms += 2 * limits.TOTP_STEP_MS
    anna = front.browser()
    step = await anna.fill("/sign-in", "/sign-in", name="anna", password=PASSWORD)
    assert (step.status_code, "Second step" in step.text) == (200, True)
    assert sign_in_cookie(anna) == ""
    field = await anna.csrf("/")
    wrong = await anna.http.post("/sign-in/totp", data={"csrf": field, "totp": "000000"})
    assert "did not match" in text_of(wrong)
    code = code_of(front, secret)
    done = await anna.http.post("/sign-in/totp", data={"csrf": field, "totp": f"{code[:3]} {code[3:]}"})
    assert (done.status_code, done.headers["location"]) == (303, "/desk")
    late = front.browser()
    assert (await late.fill("/sign-in", "/sign-in/totp", totp=code)).status_code == 403


async def test_a_sign_in_always_gets_a_new_cookie_and_the_old_one_is_dead(front: Front) -> None:
    await protected(front)
    anna = front.browser()
    anna.http.cookies.set("concierge_sign_in", "planted-by-somebody-else", domain="localhost.local", path="/")
    await anna.fill("/sign-in", "/sign-in", name="anna", password=PASSWORD)
    first = sign_in_cookie(anna)
    assert first != "planted-by-somebody-else"
    _, secret = await front.accounts.make_link(front.desk.anna.id, "test")
    await anna.fill(f"/enter/{secret}", f"/enter/{secret}")
    assert sign_in_cookie(anna) != first
    assert await front.accounts.recall(first) is None


async def test_opening_a_sign_in_link_changes_nothing(front: Front) -> None:
    _, secret = await front.accounts.make_link(front.desk.anna.id, "test")
    scanner = front.browser()
    for _ in range(20):
        page = await scanner.get(f"/enter/{secret}")
        assert (page.status_code, "Continue as Anna Berger" in text_of(page)) == (200, True)
        assert (await scanner.http.head(f"/enter/{secret}")).status_code == 200
    assert sign_in_cookie(scanner) == ""
    anna = front.browser()
    assert (await anna.fill(f"/enter/{secret}", f"/enter/{secret}")).status_code == 303
    used = await front.browser().get(f"/enter/{secret}")
    assert (used.status_code, "no longer works" in text_of(used)) == (410, True)
    other = front.browser()
    field = await other.csrf("/")
    assert (await other.http.post(f"/enter/{secret}", data={"csrf": field})).status_code == 410


async def test_signing_out_ends_it_everywhere_in_this_browser(front: Front) -> None:
    anna = await front.signed_in()
    secret = sign_in_cookie(anna)
    answer = await anna.fill("/desk", "/sign-out")
    assert "storage" in answer.headers["clear-site-data"]
    assert await front.accounts.recall(secret) is None
    anna.http.cookies.set("concierge_sign_in", secret)
    assert (await anna.get("/desk")).status_code == 303


@pytest.mark.parametrize("who", ["host", "supervisor", "auditor"])
async def test_everybody_begins_where_their_work_is(front: Front, who: str) -> None:
    people: dict[str, tuple[Person, str]] = {
        "host": (front.desk.anna, "/desk"),
        "supervisor": (front.supervisor, "/desk"),
        "auditor": (front.auditor, "/recordings"),
    }
    person, home = people[who]
    _, secret = await front.accounts.make_link(person.id, "test")
    assert (await front.browser().fill(f"/enter/{secret}", f"/enter/{secret}")).headers["location"] == home


async def test_a_disabled_person_is_out_at_once(front: Front) -> None:
    anna = await front.signed_in()
    await front.accounts.set_state(front.desk.anna.id, PersonState.DISABLED, "test")
    assert (await anna.get("/desk")).status_code == 303
