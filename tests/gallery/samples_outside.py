"""Believable views for what leaves the house: an export."""

from __future__ import annotations

from dataclasses import replace

from concierge.server.views.evidence import ExportView
from concierge.server.views.frame import View
from concierge.server.views.report import ReportAsked, ReportView
from tests.gallery.samples import AUDITOR

EXPORT = ExportView(
    frame=AUDITOR,
    recording_id="rec_a",
    title="Label printer prints half labels",
    ticket_number="INC-1042",
    open=False,
    stamped=True,
)
REPORT = ReportView(AUDITOR, ReportAsked("2026-10-22", "2026-11-21"))
OUTSIDE_THE_HOUSE: dict[str, View] = {
    "audit-report": REPORT,
    "audit-report-fault": replace(
        REPORT,
        asked=ReportAsked("2026-11-22", "2026-11-21", format="csv"),
        fault="The period ends before it begins.",
    ),
    "export": EXPORT,
    "export-fault": replace(EXPORT, reason="x", fault="Please say why, in 3 to 500 characters."),
    "export-open": replace(EXPORT, open=True, stamped=False),
}
