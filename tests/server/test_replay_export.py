from __future__ import annotations

import io
import json
import zipfile

from concierge.services.keeping import Asker
from tests.server.front import Front, text_of
from tests.services.tape import taped

WHY = "Asked for by the court"


async def test_an_export_says_what_it_is_and_is_on_the_audit_log(front: Front) -> None:
    tape = await taped(front.desk, 40)
    auditor = await front.signed_in(front.auditor)
    path, call = f"/recordings/{tape.recording}/export", f"/api/v1/recordings/{tape.recording}/export"
    key = await front.key(front.auditor)
    for answer in (
        await auditor.fill(path, path, reason=WHY),
        await front.browser().http.post(call, json={"reason": WHY}, headers=key),
    ):
        assert answer.headers["content-type"] == "application/zip", answer.text
        assert 'filename="recording-INC-1042-20' in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            about = archive.read("README.txt").decode()
            assert len(archive.read("recording.webm")) > 1000
        for words in (
            tape.recording,
            "INC-1042 Printer queue stuck",
            "ok. Every segment is here",
            WHY,
            "Dora Audit",
        ):
            assert words in about
    tail = await front.desk.tools.audit.tail(100)
    exported = [leaf for _, leaf in tail if leaf.kind == "RecordingExported"]
    assert [(leaf.subject, json.loads(leaf.detail)["reason"]) for leaf in exported] == [
        (tape.recording, WHY)
    ] * 2
    assert list((front.desk.folder / "exports").iterdir()) == []


async def test_without_a_reason_the_page_asks_again_and_nothing_is_on_the_log(front: Front) -> None:
    tape = await taped(front.desk, 12)
    auditor = await front.signed_in(front.auditor)
    path = f"/recordings/{tape.recording}/export"
    page = await auditor.get(path)
    assert "Why does it leave the house?" in text_of(page)
    again = await auditor.fill(path, path, reason=" x ")
    assert again.status_code == 422
    assert "Please say why" in text_of(again)
    assert all(leaf.kind != "RecordingExported" for _, leaf in await front.desk.tools.audit.tail(100))


async def test_a_host_watches_and_does_not_take_it_out_of_the_house(front: Front) -> None:
    tape = await taped(front.desk, 12)
    anna = await front.signed_in()
    page = await anna.get(f"/recordings/{tape.recording}")
    assert page.status_code == 200
    assert "/export" not in page.text
    path = f"/recordings/{tape.recording}/export"
    assert (await anna.get(path)).status_code == 404
    assert (await anna.fill(f"/recordings/{tape.recording}", path, reason=WHY)).status_code == 404


async def test_more_at_once_than_allowed_are_asked_to_wait(front: Front) -> None:
    tape = await taped(front.desk, 12)
    sara = Asker(front.desk.principal(front.supervisor), "Sara")
    bundle = front.house.exports.bundle
    key = await front.key(front.auditor)
    path = f"/recordings/{tape.recording}/export"
    auditor = await front.signed_in(front.auditor)
    async with bundle(sara, tape.recording, WHY, ""), bundle(sara, tape.recording, WHY, ""):
        answer = await front.browser().http.post(f"/api/v1{path}", json={"reason": WHY}, headers=key)
        page = await auditor.fill(path, path, reason=WHY)
    assert (answer.status_code, answer.json()["code"]) == (429, "exports_busy")
    assert answer.headers["retry-after"] == "60"
    assert page.status_code == 429
