from __future__ import annotations

import httpx2

from concierge.domain.access import Act
from tests.server.front import Front
from tests.server.test_pages_evidence import recorded

WHY = "The customer asked for it"


async def test_a_program_holds_releases_and_erases(front: Front) -> None:
    session = await recorded(front)
    key = await front.key(front.supervisor)
    http, path = front.browser().http, f"/api/v1/recordings/{session.recording}"

    async def post(verb: str, **given: object) -> httpx2.Response:
        return await http.post(f"{path}/{verb}", json=given, headers=key)

    held = await post("hold", reason="A court asked")
    assert held.status_code == 200, held.text
    assert held.json()["hold"]["by_name"] == "Sara Lind"
    assert (await post("hold", reason="again, please")).json()["code"] == "held_already"
    refused = await post("erase", reason=WHY, confirm=session.recording)
    assert (refused.status_code, refused.json()["code"]) == (409, "recording_held")
    assert (await post("release", reason="It is over")).json()["hold"] is None
    assert (await post("erase", reason=WHY, confirm="yes")).status_code == 422
    assert (await post("erase", reason=WHY, confirm=session.recording, classes=["film"])).status_code == 422
    gone = await post("erase", reason=WHY, confirm=session.recording, classes=["voice"])
    assert gone.json()["erasures"][0]["classes"] == ["voice"]
    whole = await post("erase", reason=WHY, confirm=session.recording)
    (_, last) = whole.json()["erasures"]
    assert (last["classes"], last["reason"], last["done_ms"] is not None) == (["every"], WHY, True)
    seen = (await http.get(f"{path}/custody", headers=key)).json()
    assert seen == whole.json()
    assert seen["backup_days"] is None


async def test_a_key_without_the_scope_and_a_person_without_the_right_do_neither(front: Front) -> None:
    session = await recorded(front)
    path = f"/api/v1/recordings/{session.recording}"
    http = front.browser().http
    for key in (
        await front.key(front.desk.anna),
        await front.key(front.auditor),
        await front.key(front.supervisor, Act.REPLAY_RECORDING),
    ):
        answer = await http.post(
            f"{path}/erase", json={"reason": WHY, "confirm": session.recording}, headers=key
        )
        assert answer.status_code == 403
    assert (await front.desk.script_of(session.recording)).readable
