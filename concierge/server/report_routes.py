"""The doors of audit reports."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import pages_report
from concierge.server.routing import Door

_CALL = "/api/v1/audit/report"

PAGES: tuple[Door, ...] = (
    Door("GET", "/audit/report", pages_report.form, Act.VIEW_AUDIT_LOG),
    Door("POST", "/audit/report", pages_report.page, Act.VIEW_AUDIT_LOG, rest=(f"POST {_CALL}",)),
)
API: tuple[Door, ...] = (Door("POST", _CALL, pages_report.report, Act.VIEW_AUDIT_LOG),)
