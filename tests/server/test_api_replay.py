from __future__ import annotations

from concierge.domain.access import Act
from concierge.wire.replay import unpack_frames
from tests.server.front import Front
from tests.services.tape import SAID, flip, taped


async def test_a_program_replays_with_a_key(front: Front) -> None:
    tape = await taped(front.desk, 40)
    here = f"/api/v1/recordings/{tape.recording}"
    program = front.browser(**await front.key(front.auditor))
    script = (await program.get(f"{here}/script")).json()
    assert SAID in [event.get("text") for event in script["events"]]
    chunk = await program.get(f"{here}/media?from_us=0&until_us=5000000")
    assert chunk.headers["content-type"] == "application/octet-stream"
    assert chunk.headers["cache-control"] == "no-store"
    assert unpack_frames(chunk.content)
    assert (await program.get(f"{here}/verification")).json()["status"] == "ok"
    viewed = [
        leaf.actor for _, leaf in await front.desk.tools.audit.tail(100) if leaf.kind == "RecordingViewed"
    ]
    assert viewed == [front.auditor.id]


async def test_a_scope_that_does_not_hold_it_opens_nothing(front: Front) -> None:
    tape = await taped(front.desk, 12)
    here = f"/api/v1/recordings/{tape.recording}"
    program = front.browser(**await front.key(front.auditor, Act.FIND_RECORDINGS))
    for piece in ("script", "media?from_us=0&until_us=1", "verification"):
        assert (await program.get(f"{here}/{piece}")).status_code == 404
    assert (await program.http.post(f"{here}/export", json={"reason": "why not"})).status_code == 404
    assert (await front.browser().get(f"{here}/script")).status_code == 401


async def test_odd_stretches_are_refused_or_empty(front: Front) -> None:
    tape = await taped(front.desk, 12)
    here = f"/api/v1/recordings/{tape.recording}/media"
    auditor = await front.signed_in(front.auditor)
    for query in ("", "?from_us=-1&until_us=5", "?from_us=x&until_us=5", f"?from_us=0&until_us={2**64}"):
        assert (await auditor.get(here + query)).status_code == 422
    for query in ("?from_us=5&until_us=5", "?from_us=9&until_us=5", f"?from_us={2**53}&until_us={2**53}"):
        answer = await auditor.get(here + query)
        assert (answer.status_code, answer.content) == (200, b"")


async def test_a_live_session_answers_plainly(front: Front) -> None:
    live, _customer, _surface = await front.desk.sharing()
    auditor = await front.signed_in(front.auditor)
    answer = await auditor.get(f"/api/v1/recordings/{live.decided.recording}/script")
    assert answer.status_code == 409
    assert answer.json()["code"] == "recording_open"
    assert "still being recorded" in answer.json()["text"]


async def test_the_api_says_which_segment_is_bad(front: Front) -> None:
    tape = await taped(front.desk, 40)
    flip(tape)
    auditor = await front.signed_in(front.auditor)
    found = (await auditor.get(f"/api/v1/recordings/{tape.recording}/verification")).json()
    assert found["status"] == found["verdict"] == "bad"
    assert f"Segment {found['bad_segment']}, from " in found["doubt"]
