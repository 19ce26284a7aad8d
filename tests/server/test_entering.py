from __future__ import annotations

import pytest

from concierge.domain.access import Act
from concierge.server.entering import principal_of, safe_next
from tests.server.front import Front

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "///evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/desk/..//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https:evil.example",
    "evil.example",
    "/desk\u2028",
    "/" + "x" * 600,
    "",
    "/@evil.example//x",
    "/;/evil.example//",
]


@pytest.mark.parametrize("path", ELSEWHERE)
async def test_signing_in_never_leads_elsewhere(front: Front, path: str) -> None:
    assert safe_next(front.house, path) == "/desk"


@pytest.mark.parametrize("path", ["/invites", "/tickets/tic_x", "/search?q=label%20printer&in=chat"])
async def test_it_leads_back_to_a_page_of_ours(front: Front, path: str) -> None:
    assert safe_next(front.house, path) == path


async def test_a_link_from_a_mail_gets_a_second_chance_with_its_cookies(front: Front) -> None:
    """A strict cookie is not sent when another site leads here: the page comes again by itself, once."""
    anna = await front.signed_in()
    cookies = dict(anna.http.cookies)
    anna.http.cookies.clear()
    first = await anna.get("/desk", **{"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert (first.status_code, 'http-equiv="refresh"' in first.text) == (200, True)
    anna.http.cookies.update(cookies)
    again = await anna.get("/desk", **{"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"})
    assert (again.status_code, "Printer queue stuck" in again.text) == (200, True)


async def test_without_a_sign_in_the_second_time_leads_to_signing_in(front: Front) -> None:
    answer = await front.browser().get(
        "/desk", **{"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fdesk")


async def test_a_script_of_ours_uses_the_api_with_its_sign_in_and_field(front: Front) -> None:
    anna = await front.signed_in()
    field = await anna.csrf("/desk")
    given = {"title": "Label printer", "customer_name": "Carl"}
    assert (await anna.http.post("/api/v1/tickets", json=given)).status_code == 403
    assert (await anna.http.post("/api/v1/tickets", json=given, headers={"x-csrf": "x"})).status_code == 403
    assert (await anna.http.post("/api/v1/tickets", json=given, headers={"x-csrf": field})).status_code == 201


async def test_a_key_needs_no_field_but_says_what_it_may(front: Front) -> None:
    headers = await front.key(front.desk.anna, Act.VIEW_DESK)
    browser = front.browser()
    assert (await browser.http.get("/api/v1/tickets", headers=headers)).status_code == 200
    answer = await browser.http.post(
        "/api/v1/tickets", json={"title": "x", "customer_name": "y"}, headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "key_stays_within_scopes")
    assert (await browser.http.get("/desk", headers=headers)).status_code == 303
    assert principal_of(front.desk.anna).id == front.desk.anna.id


async def test_the_reader_is_told_in_their_language_and_zone(front: Front) -> None:
    browser = front.browser(**{"accept-language": "de"})
    page = await browser.get("/")
    assert '<html lang="de"' in page.text
    browser.http.cookies.set("language", "en")
    assert '<html lang="en"' in (await browser.get("/")).text
