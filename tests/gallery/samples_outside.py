"""Believable views for what leaves the house: an export."""

from __future__ import annotations

from dataclasses import replace

from concierge.server.views.evidence import ExportView
from concierge.server.views.frame import View
from tests.gallery.samples import AUDITOR

EXPORT = ExportView(
    frame=AUDITOR,
    recording_id="rec_a",
    title="Label printer prints half labels",
    ticket_number="INC-1042",
    open=False,
    stamped=True,
)
OUTSIDE_THE_HOUSE: dict[str, View] = {
    "export": EXPORT,
    "export-fault": replace(EXPORT, reason="x", fault="Please say why, in 3 to 500 characters."),
    "export-open": replace(EXPORT, open=True, stamped=False),
}
