from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.server.coming import digits_of
from tests.server.front import Front

MOST = limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE


def test_digits_are_read_however_they_are_typed() -> None:
    assert digits_of(" 123-456\u00a0") == "123456"
    assert digits_of("١٢٣") == ""


@pytest.mark.parametrize(
    ("page", "call", "given"),
    [
        ("/join", "/api/v1/join", {"code": "123456789"}),
        ("/join/" + "x" * 43, "/api/v1/join", {"link": "x" * 43}),
        ("/invite/" + "x" * 43 + "/redeem", "/api/v1/redeem", {"invite": "x" * 43, "pin": "123456"}),
        ("/phone/" + "x" * 43, "/api/v1/phone", {"link": "x" * 43}),
        ("/sign-in", "/api/v1/sign-in", {"name": "nobody", "password": "x"}),
        ("/enter/" + "x" * 43, "/api/v1/sign-in/link", {"link": "x" * 43}),
    ],
)
async def test_pages_and_api_share_one_budget_of_tries(
    front: Front, page: str, call: str, given: dict[str, str]
) -> None:
    """Whoever is slowed down at one door is slowed down at the other (threats.md row 5)."""
    guesser = front.browser()
    field = await guesser.csrf("/")
    tries = [await guesser.http.post(page, data={"csrf": field, **given}) for _ in range(MOST // 2)]
    tries += [await guesser.http.post(call, json=given) for _ in range(MOST - MOST // 2)]
    assert all(answer.status_code in (403, 404, 410, 429) for answer in tries)
    assert tries[-1].json()["code"] in (
        "pairing_unknown",
        "phone_link_not_good",
        "invite_unknown",
        "link_not_good",
        "sign_in_locked",
    )
    last = await guesser.http.post(call, json=given)
    assert (last.status_code, last.json()["code"], last.headers["retry-after"]) == (
        429,
        "too_many_tries",
        "60",
    )
    assert (await guesser.http.post(page, data={"csrf": field, **given})).status_code == 429
