from __future__ import annotations

import json

import pytest

from concierge.domain.errors import BadInput, Refused
from concierge.server.report_words import report_words
from concierge.services.report_port import ReportWish
from tests.services.desk import START_MS, Desk
from tests.services.test_replays import AUDITOR

WORDS = report_words("en", str)
ALL = ReportWish(START_MS - 1, START_MS + 1_000_000_000)


async def test_only_auditors_get_one_and_that_they_did_is_on_the_log(desk: Desk) -> None:
    reporting = desk.reporting()
    with pytest.raises(Refused):
        await reporting.make(desk.principal(desk.anna), "Anna", ALL, WORDS, "json")
    made = json.loads(await reporting.make(AUDITOR, "Dora", ALL, WORDS, "json"))
    ((_, leaf),) = await desk.tools.audit.tail(1)
    assert (leaf.kind, leaf.actor, json.loads(leaf.detail)["format"]) == (
        "AuditReportMade",
        AUDITOR.id,
        "json",
    )
    assert made["totals"]["by_kind"]["AuditReportMade"] == 1
    await reporting.for_operator(ALL, WORDS, "csv")
    assert [one.actor for _, one in await desk.tools.audit.tail(1)] == ["command line"]


@pytest.mark.parametrize(
    "wish",
    [ReportWish(5, 5), ReportWish(-1, 5), ReportWish(1, 5, sample=0), ReportWish(1, 5, ticket="INC-9")],
)
async def test_a_wish_that_makes_no_sense_is_refused_in_words(desk: Desk, wish: ReportWish) -> None:
    with pytest.raises(BadInput):
        await desk.reporting().make(AUDITOR, "Dora", wish, WORDS, "html")
