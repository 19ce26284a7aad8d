"""Believable views for what leaves the house: an export."""

from __future__ import annotations

from dataclasses import fields, replace

from concierge.server.views.evidence import ExportView
from concierge.server.views.frame import View
from concierge.server.views.links_to_watch import AuditorLinksView, LinkRow, WatchLandingView, WatchView
from concierge.server.views.report import ReportAsked, ReportView
from tests.gallery.samples import AUDITOR, OUTSIDE, moment
from tests.gallery.samples_live import REPLAY

EXPORT = ExportView(
    frame=AUDITOR,
    recording_id="rec_a",
    title="Label printer prints half labels",
    ticket_number="INC-1042",
    open=False,
    stamped=True,
)
REPORT = ReportView(AUDITOR, ReportAsked("2026-10-22", "2026-11-21"))
LINKS = AuditorLinksView(
    frame=AUDITOR,
    recording_id="rec_a",
    title="Label printer prints half labels",
    ticket_number="INC-1042",
    links=tuple(
        LinkRow(
            f"aul_{state}",
            viewer,
            "Asked for by counsel, file 12 O 345/26",
            "Paul Renner",
            moment("21 November 2026"),
            moment("28 November 2026"),
            state,
        )
        for viewer, state in (
            ("Dr. Vera Vogel", "good"),
            ("Victor Lang", "over"),
            ("Maria Lindqvist", "revoked"),
        )
    ),
)
LANDING = WatchLandingView(OUTSIDE, "s" * 43, "Dr. Vera Vogel", moment("28 November 2026"))
WATCHED = WatchView(
    **{field.name: getattr(REPLAY, field.name) for field in fields(REPLAY)}
    | {"frame": OUTSIDE, "may_export": False},
    viewer="Dr. Vera Vogel",
    until=moment("28 November 2026"),
)
OUTSIDE_THE_HOUSE: dict[str, View] = {
    "auditor-links": LINKS,
    "auditor-links-none": replace(
        LINKS, links=(), fault="Please say who the link is for, in 2 to 80 characters."
    ),
    "auditor-links-new": replace(LINKS, address="https://help.example.org/watch/" + "s" * 43),
    "watch-landing": LANDING,
    "watch-over": WatchLandingView(OUTSIDE, "s" * 43),
    "watch": WATCHED,
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
