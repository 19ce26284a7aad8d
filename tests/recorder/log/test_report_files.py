from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from recorder.errors import VerificationError
from recorder.log import report_files
from recorder.log.report import SECTIONS

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "%0A", "|calc"]


def document(reason: str = "ok") -> dict[str, Any]:
    names = (
        "title",
        "totals",
        "checkpoint",
        "how",
        "none",
        "withheld",
        "all",
        *SECTIONS,
        *report_files.COLUMNS,
    )
    line = dict.fromkeys(report_files.COLUMNS, "") | {
        "section": "exports", "subject": "rec_a", "at_ms": 1_800_000_000_000, "until_ms": None, "planned_from_ms": None,
        "planned_until_ms": None, "capabilities": [], "leaves": [3], "reason": reason, "by": "per_a",
    }  # fmt: skip
    return {
        "language": "en", "words": {name: name.title() for name in names}, "facts": [["Made", "today"]], "lines": [line],
        "labels": {"per_a": "Anna"}, "verdicts": {}, "totals": {"by_kind": {"X": 1}, "withheld": 0, "leaves": 1},
        "log": {"checkpoint": "note\n"},
    }  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_the_table_begins_like_a_formula(evil: str) -> None:
    (_, row) = csv.reader(io.StringIO(report_files.as_csv(document(evil)).decode(), newline=""))
    assert row[-3] == f"'{evil}"
    assert all(not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_names_stand_beside_ids_and_times_are_utc() -> None:
    (_, row) = csv.reader(io.StringIO(report_files.as_csv(document()).decode(), newline=""))
    assert "Anna (per_a)" in row
    assert "2027-01-15 08:00:00Z" in row


def test_the_page_needs_nothing_else_and_carries_its_document() -> None:
    evil = document("</script><script>alert(1)</script>")
    page = report_files.as_html(evil)
    assert json.loads(report_files.document_in(page)) == evil
    assert b"alert(1)</script>" not in page
    assert page.count(b"<script") == 1
    for outside in (b"http://", b"https://", b"src=", b"href=", b"@import"):
        assert outside not in page
    assert b"@media print" in page


def test_a_page_without_a_document_is_said() -> None:
    with pytest.raises(VerificationError):
        report_files.document_in(b"<html></html>")
