from __future__ import annotations

import io
import zipfile

from tests.server.front import Front
from tests.services.tape import taped


async def test_an_export_says_what_it_is_and_is_on_the_audit_log(front: Front) -> None:
    tape = await taped(front.desk, 40)
    auditor = await front.signed_in(front.auditor)
    for address in (f"/recordings/{tape.recording}/export", f"/api/v1/recordings/{tape.recording}/export"):
        answer = await auditor.get(address)
        assert answer.headers["content-type"] == "application/zip"
        assert 'filename="recording-INC-1042-20' in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            about = archive.read("README.txt").decode()
            assert len(archive.read("recording.webm")) > 1000
        assert tape.recording in about
        assert "INC-1042 Printer queue stuck" in about
        assert "ok. Every segment is here" in about
    exported = [
        leaf for _, leaf in await front.desk.tools.audit.tail(100) if leaf.kind == "RecordingExported"
    ]
    assert [leaf.subject for leaf in exported] == [tape.recording] * 2
    assert list((front.desk.folder / "exports").iterdir()) == []


async def test_a_host_watches_and_does_not_take_it_out_of_the_house(front: Front) -> None:
    tape = await taped(front.desk, 12)
    anna = await front.signed_in()
    page = await anna.get(f"/recordings/{tape.recording}")
    assert page.status_code == 200
    assert "/export" not in page.text
    assert (await anna.get(f"/recordings/{tape.recording}/export")).status_code == 404


async def test_more_at_once_than_allowed_are_asked_to_wait(front: Front) -> None:
    tape = await taped(front.desk, 12)
    principal = front.desk.principal(front.supervisor)
    auditor = await front.signed_in(front.auditor)
    replays = front.house.replays
    async with replays.bundle(principal, tape.recording, ""), replays.bundle(principal, tape.recording, ""):
        answer = await auditor.get(f"/api/v1/recordings/{tape.recording}/export")
    assert (answer.status_code, answer.json()["code"]) == (429, "exports_busy")
    assert answer.headers["retry-after"] == "60"
