"""The page that asks for an audit report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.frame import View


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """What was typed; dates are `YYYY-MM-DD`."""

    since: str = ""
    until: str = ""
    ticket: str = ""
    company: str = ""
    sample: str = ""
    seed: str = ""
    format: str = "html"


@dataclass(frozen=True, slots=True)
class ReportView(View):
    """`/audit/report`."""

    template: ClassVar[str] = "audit_report.html"
    asked: ReportAsked
    fault: str | None = None
