from __future__ import annotations

import pytest
from starlette.exceptions import HTTPException

from concierge.domain.errors import BadIdentifier, BadInput, EvidenceUnavailable, Refused
from concierge.server.errors import WORDS, Elsewhere, Shut, shut_of, status_of_refusal
from concierge.server.throttles import Bucket, TooManyTries
from concierge.services.ports import StoreUnavailable
from concierge.wire.codec import WireError
from tests.server.front import Front, text_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Shut(410), 410),
        (Refused("no_such_ticket", ""), 404),
        (Refused("session_open_already", ""), 409),
        (Refused("key_stays_within_scopes", ""), 403),
        (Refused("an_operators_policy", ""), 403),
        (Refused("sign_in_locked", ""), 429),
        (BadIdentifier(""), 404),
        (BadInput(""), 422),
        (WireError(""), 422),
        (StoreUnavailable(""), 503),
        (EvidenceUnavailable(""), 503),
        (HTTPException(405), 405),
        (TooManyTries(Bucket.CODE), 429),
    ],
)
def test_every_kind_of_no_has_a_status(error: Exception, status: int) -> None:
    shut = shut_of(error)
    assert shut is not None
    assert shut.status == status


def test_what_nobody_expected_has_none() -> None:
    assert shut_of(KeyError("x")) is None
    assert Elsewhere("/x").path == "/x"
    assert status_of_refusal("invite_redeemed") == 410
    assert all(words for words in WORDS.values())


async def test_a_fault_of_ours_shows_a_number_and_nothing_else(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await front.signed_in()

    async def broken(*_: object) -> None:
        raise KeyError("a secret detail")

    monkeypatch.setattr(type(front.desk.tools.tickets), "queue", broken)
    page = await anna.get("/desk")
    assert page.status_code == 500
    assert "That is our fault" in text_of(page)
    assert "secret detail" not in page.text
    headers = await front.key(front.desk.anna)
    answer = await front.browser().http.get("/api/v1/tickets", headers=headers)
    assert answer.status_code == 500
    assert answer.json()["code"] == "our_fault"
    assert answer.json()["reference"].isdecimal()
    assert "secret" not in answer.text


async def test_a_database_that_does_not_answer_is_said_plainly(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await front.signed_in()

    async def silent(*_: object) -> None:
        raise StoreUnavailable("locked")

    monkeypatch.setattr(type(front.desk.tools.tickets), "queue", silent)
    page = await anna.get("/desk")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "We are not ready yet" in text_of(page)
    monkeypatch.setattr(type(front.desk.tools.audit), "tail", silent)
    assert (await anna.get("/readyz")).status_code == 503
    assert (await anna.get("/healthz")).status_code == 200


async def test_programs_get_json_and_people_a_page(front: Front) -> None:
    stranger = front.browser()
    assert (await stranger.get("/api/v1/nothing")).json() == {
        "code": "not_found",
        "text": "There is nothing here",
    }
    page = await stranger.get("/nothing")
    assert (page.status_code, "There is nothing here" in text_of(page)) == (404, True)
    german = await front.browser(**{"accept-language": "de"}).get("/nothing")
    assert '<html lang="de"' in german.text
