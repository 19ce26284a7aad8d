"""Audit reports: for auditors, and on the record themselves.

Rule: that a report was made, by whom and about what is a leaf before the first line is read.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import BadInput
from concierge.domain.refusals import N_
from concierge.services.permission import check
from concierge.services.policy_port import PolicyEngine
from concierge.services.ports import Audit, AuditLeaf, Clock
from concierge.services.report_port import Format, Reports, ReportWish, ReportWords

COMMAND_LINE = "command line"


class Reporting:
    """The use case."""

    def __init__(self, reports: Reports, audit: Audit, clock: Clock, policy: PolicyEngine) -> None:
        self._reports = reports
        self._audit = audit
        self._clock = clock
        self._policy = policy

    async def make(
        self, principal: Principal, name: str, wish: ReportWish, words: ReportWords, how: Format
    ) -> bytes:
        """Return a report for somebody. Raises Refused, BadInput, ReportTooLong, StoreUnavailable."""
        check(self._policy, AccessRequest(principal, Act.VIEW_AUDIT_LOG, Resource("Desk", "desk")))
        return await self._made(principal.id, name, wish, words, how)

    async def for_operator(self, wish: ReportWish, words: ReportWords, how: Format) -> bytes:
        """Return a report for whoever holds the data directory. Raises as `make`."""
        return await self._made(COMMAND_LINE, COMMAND_LINE, wish, words, how)

    async def _made(self, by: str, name: str, wish: ReportWish, words: ReportWords, how: Format) -> bytes:
        check_wish(wish)
        detail = json.dumps({**asdict(wish), "format": how}, sort_keys=True)
        await self._audit.append(AuditLeaf(self._clock.wall(), "AuditReportMade", by, "audit log", detail))
        return await self._reports.make(wish, name, words, how)


def check_wish(wish: ReportWish) -> None:
    """Raise BadInput for a period or a sample that makes no sense."""
    if not 0 <= wish.from_ms < wish.until_ms:
        raise BadInput(N_("The period ends before it begins."))
    if wish.sample is not None and not 1 <= wish.sample <= limits.REPORT_LEAVES_MAX:
        raise BadInput(N_("A sample has at least one session."))
