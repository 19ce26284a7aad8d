from __future__ import annotations

from tests.server.front import Front, text_of
from tests.services.tape import taped

GIVEN = {"viewer": "Vera Vogel", "reason": "Asked for by counsel", "days": "3"}


async def test_a_link_is_made_on_the_page_shown_once_and_revoked_over_rest(front: Front) -> None:
    tape = await taped(front.desk, 6)
    dora = await front.signed_in(front.auditor)
    page = f"/recordings/{tape.recording}/links"
    assert page in (await dora.get(f"/recordings/{tape.recording}")).text
    made = await dora.fill(page, page, **GIVEN)
    assert f"{front.settings.public_url}/watch/" in made.text
    assert "/watch/" not in (await dora.get(page)).text
    key = await front.key(front.auditor)
    call = f"/api/v1{page}"
    (link,) = (await front.browser().get(call, **key)).json()
    assert (link["viewer"], link["address"], link["revoked_ms"]) == ("Vera Vogel", None, None)
    assert (await front.browser().http.delete(f"{call}/{link['id']}", headers=key)).status_code == 204
    again = await front.browser().http.delete(f"{call}/{link['id']}", headers=key)
    assert again.json()["code"] == "no_such_link"


async def test_what_is_missing_is_said_and_what_was_typed_stays(front: Front) -> None:
    tape = await taped(front.desk, 6)
    dora = await front.signed_in(front.auditor)
    page = f"/recordings/{tape.recording}/links"
    for changes, words in (
        ({"viewer": "x"}, "who the link is for"),
        ({"reason": ""}, "say why"),
        ({"days": "31"}, "within 30 days"),
        ({"days": "-1"}, "within 30 days"),
    ):
        answer = await dora.fill(page, page, **{**GIVEN, **changes})
        assert answer.status_code == 422
        assert words in text_of(answer)


async def test_a_host_makes_none(front: Front) -> None:
    tape = await taped(front.desk, 6)
    anna = await front.signed_in()
    assert (await anna.get(f"/recordings/{tape.recording}/links")).status_code == 404
    assert "/links" not in (await anna.get(f"/recordings/{tape.recording}")).text
