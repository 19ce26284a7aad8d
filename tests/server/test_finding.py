from __future__ import annotations

import pytest

from tests.server.front import Front


async def test_ids_of_another_kind_or_shape_name_nothing(front: Front) -> None:
    anna = await front.signed_in()
    live = await front.desk.open()
    made = await front.invite()
    for path in (
        "/tickets/{}",
        "/sessions/{}",
        "/recordings/{}",
        "/api/v1/tickets/{}",
        "/api/v1/invites/{}",
        "/api/v1/sessions/{}",
    ):
        for wrong in (
            "x",
            "tic_",
            "TIC_" + "t" * 26,
            "rec_" + "1" * 26,
            "%00",
            "'%20or%201=1--",
            live.decided.host,
        ):
            assert (await anna.get(path.format(wrong))).status_code == 404, (path, wrong)
    assert (await anna.get(f"/api/v1/invites/{made.invite.id}")).status_code == 200


@pytest.mark.parametrize("document", ["[]", "{}", '{"ticket": 5}', '{"ticket": null}', "null", "{"])
async def test_json_that_names_no_ticket_opens_nothing(front: Front, document: str) -> None:
    headers = await front.key(front.desk.anna) | {"content-type": "application/json"}
    for path in ("/api/v1/sessions", "/api/v1/invites"):
        answer = await front.browser().http.post(path, content=document, headers=headers)
        assert answer.status_code in (400, 404, 422), (path, answer.text)
    assert front.desk.registry.all() == []
