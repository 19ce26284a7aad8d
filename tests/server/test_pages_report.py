from __future__ import annotations

import json

from recorder.log.report import check_report, read_report
from recorder.log.report_files import document_in
from tests.server.front import Front, text_of
from tests.services.desk import START_MS
from tests.services.tape import taped

PERIOD = {"since": "2027-01-14", "until": "2027-01-16", "ticket": "", "company": "", "sample": "", "seed": ""}


async def test_an_auditor_gets_a_report_that_holds_from_page_and_api(front: Front) -> None:
    await taped(front.desk, 6)
    dora = await front.signed_in(front.auditor)
    assert "/audit/report" in (await dora.get("/recordings")).text
    page = await dora.fill("/audit/report", "/audit/report", **PERIOD, format="html")
    assert page.headers["content-disposition"].startswith("attachment;")
    check_report(read_report(document_in(page.content)), front.desk.key.public)
    table = await dora.fill("/audit/report", "/audit/report", **PERIOD, format="csv")
    assert table.text.startswith("section,subject")
    key = await front.key(front.auditor)
    asked = {"from_ms": START_MS - 5, "until_ms": START_MS + 1_000_000}
    answer = await front.browser().http.post("/api/v1/audit/report", json=asked, headers=key)
    check_report(answer.json(), front.desk.key.public)


async def test_nobody_else_gets_one(front: Front) -> None:
    for person in (front.desk.anna, front.supervisor):
        browser = await front.signed_in(person)
        assert (await browser.get("/audit/report")).status_code == 403
        assert "/audit/report" not in (await browser.get("/recordings")).text


async def test_what_was_typed_wrong_is_said_and_kept(front: Front) -> None:
    dora = await front.signed_in(front.auditor)
    for changes, words in (
        ({"since": "soon"}, "A date looks like"),
        ({"since": "2027-01-20"}, "ends before it begins"),
        ({"sample": "many"}, "whole numbers"),
        ({"ticket": "INC-77"}, "no such ticket"),
    ):
        answer = await dora.fill("/audit/report", "/audit/report", **{**PERIOD, **changes}, format="json")
        assert answer.status_code == 422
        assert words in text_of(answer)
    key = await front.key(front.auditor)
    answer = await front.browser().http.post(
        "/api/v1/audit/report", json={"from_ms": 5, "until_ms": 1}, headers=key
    )
    assert answer.status_code == 422
    assert json.loads(answer.text)["code"]
