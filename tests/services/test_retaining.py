from __future__ import annotations

from dataclasses import replace

from concierge.domain.capability import Capability
from concierge.domain.ids import TicketId
from concierge.domain.retention import DAY_MS, RetentionRule, RetentionRules
from concierge.services.retaining import RetentionBook, days_kept, promised
from concierge.wire import messages as wire
from tests.services.desk import Desk

RULES = RetentionRules(
    (
        RetentionRule("printworks", 10, companies=frozenset({"printworks"})),
        RetentionRule("incidents", 30, frozenset({"INC"})),
        RetentionRule("rest", 90),
    )
)


async def test_the_customer_is_told_what_the_rule_says_and_the_row_keeps_it(desk: Desk) -> None:
    desk.tools.retention.take(RULES)
    live, customer, _surface = await desk.sharing()
    assert desk.pages[customer].view["recording"]["kept_days"] == 30
    row = await desk.tools.recordings.get(live.decided.recording)
    assert row is not None
    assert days_kept(row) == 30
    desk.tools.retention.take(RetentionRules((RetentionRule("rest", 500),)))
    await desk.send(live, live.decided.host, wire.End("resolved", ""))
    await desk.ended(live)
    closed = await desk.tools.recordings.get(live.decided.recording)
    assert closed is not None
    assert closed.keep_until_ms == row.opened_ms + 30 * DAY_MS
    assert (row.kept_by, closed.kept_by) == ("incidents", "incidents"), (
        "the promise stays, and its rule's name"
    )


async def test_a_company_that_joins_later_shortens_it_and_never_lengthens_it(desk: Desk) -> None:
    desk.tools.retention.take(RULES)
    live, _customer, _surface = await desk.sharing()
    await desk.vendor(live, Capability.CHAT)
    await desk.send(live, live.decided.host, wire.End("resolved", ""))
    await desk.ended(live)
    closed = await desk.tools.recordings.get(live.decided.recording)
    assert closed is not None
    assert days_kept(closed) == 10
    assert closed.kept_by == "printworks"


async def test_a_company_that_is_invited_counts_from_the_start(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    ticket, invites = desk.ticket, desk.tools.invites
    now = desk.clock.wall()
    assert (await promised(RULES, invites, ticket, now)).name == "incidents"
    await desk.knock(live, Capability.CHAT)
    assert (await promised(RULES, invites, ticket, now)).name == "printworks"
    other = replace(ticket, id=TicketId(ticket.id[:-1] + "u"))
    assert (await promised(RULES, invites, other, now)).name == "incidents"


def test_without_rules_the_setting_holds() -> None:
    book = RetentionBook()
    assert book.rules(7).rule_for("X", "low", []).days == 7
    book.take(RULES)
    assert book.rules(7).rule_for("INC-1", "low", []).days == 30
