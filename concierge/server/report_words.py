"""The headings of an audit report, in the reader's language: for the page, the API and the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from concierge.domain.refusals import N_
from concierge.services.report_port import ReportWords

_WORDS: Final = {
    "title": N_("Audit report"),
    "sessions": N_("Sessions"),
    "invites": N_("Invites, the unused too"),
    "refusals": N_("Refusals"),
    "gaps": N_("Gaps"),
    "viewings": N_("Viewings"),
    "exports": N_("Exports"),
    "totals": N_("Totals by kind of leaf"),
    "withheld": N_("Outside this report's filter"),
    "all": N_("All leaves of the period"),
    "checkpoint": N_("Signed checkpoint of the audit log"),
    "how": N_(
        "Check this file with: recorder log verify-report FILE --trust KEY. A line that was removed, added or altered is"
        " named. Names and verdicts are this installation's word."
    ),
    "none": N_("None in this period."),
    "subject": N_("What"),
    "ticket": N_("Ticket"),
    "by": N_("By"),
    "approver": N_("Approved by"),
    "planned_from_ms": N_("Planned from"),
    "planned_until_ms": N_("Planned until"),
    "at_ms": N_("From"),
    "until_ms": N_("Until"),
    "capabilities": N_("Capabilities"),
    "kind": N_("Kind"),
    "reason": N_("Reason"),
    "verdict": N_("Verdict"),
    "leaves": N_("Leaves of the log"),
    "organisation": N_("Organisation"),
    "period": N_("Period (UTC)"),
    "made": N_("Made"),
    "filter": N_("Only"),
    "sample": N_("Sample"),
    "seed": N_("seed"),
}


def report_words(language: str, gettext: Callable[[str], str]) -> ReportWords:
    """Return them."""
    return ReportWords(language, {name: gettext(text) for name, text in _WORDS.items()})
