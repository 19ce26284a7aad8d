"""Until when a recording is kept: the rule for its ticket and companies, promised at opening and looked at at close.

Rule: the recording's row is the one truth of what was promised; pages, receipt and sweeper read it there.
"""

from __future__ import annotations

from concierge.domain.invite import InviteState
from concierge.domain.recording import Recording
from concierge.domain.retention import DAY_MS, RetentionRule, RetentionRules, at_close, everything
from concierge.domain.ticket import Ticket
from concierge.services.ports import Invites, Recordings, SessionSummary, Tickets

INVITES_LOOKED_AT = 500
_COMING = (InviteState.NOT_YET, InviteState.READY, InviteState.REDEEMED)


class RetentionBook:
    """The rules in force. They change only as a whole, when the policies are read again."""

    def __init__(self, rules: RetentionRules | None = None) -> None:
        self._rules = rules

    def take(self, rules: RetentionRules) -> None:
        """Put rules in force; what was promised before stays."""
        self._rules = rules

    def rules(self, kept_days: int) -> RetentionRules:
        """Return the rules in force; `kept_days` for everything when there are none."""
        return self._rules if self._rules is not None else everything(kept_days)


async def promised(rules: RetentionRules, invites: Invites, ticket: Ticket, now_ms: int) -> RetentionRule:
    """Return the rule that a customer is told: companies count that are invited to the ticket now."""
    companies = [
        invite.company_name
        for invite in await invites.every(INVITES_LOOKED_AT)
        if invite.ticket == ticket.id and invite.state(now_ms) in _COMING
    ]
    return rules.rule_for(ticket.number, ticket.priority, companies)


async def kept_at_close(rules: RetentionRules, tickets: Tickets, row: Recording) -> tuple[int, str]:
    """Return until when a closed recording is kept, and by which rule, now that it is known who took part."""
    ticket = await tickets.get(row.ticket)
    if ticket is None:
        return row.keep_until_ms, row.kept_by
    rule = rules.rule_for(ticket.number, ticket.priority, row.companies)
    until_ms = at_close(row.opened_ms, row.keep_until_ms, rule.days)
    return until_ms, rule.name if until_ms < row.keep_until_ms else row.kept_by


def days_kept(row: Recording) -> int:
    """Return how many days the row promises, at least one."""
    return max(1, round((row.keep_until_ms - row.opened_ms) / DAY_MS))


async def keep_until(recordings: Recordings, session: SessionSummary, kept_days: int) -> int:
    """Return until when a session's recording is kept, as its row promises; `kept_days` where there is none."""
    row = await recordings.get(session.recording)
    return session.opened_ms + kept_days * DAY_MS if row is None else row.keep_until_ms
