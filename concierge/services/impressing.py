"""One question, one click: how it was, to the customer and to the host, kept with the ticket.

Rule: the first answer of a side stays; who asks has shown a receipt's secret (the customer) or hosted the session.
"""

from __future__ import annotations

import hashlib
import json

from concierge.domain.errors import Refused
from concierge.domain.ids import PersonId, form_id
from concierge.domain.impression import Felt, Impression, Side
from concierge.domain.refusals import N_
from concierge.domain.ticket import Channel, ThreadEntry
from concierge.services.ports import AuditLeaf, SessionSummary
from concierge.services.tools import Tools

THANKS_LIFE_MS = 14 * 24 * 60 * 60_000
THANKS_MAX = 5

LINES: dict[tuple[Side, Felt], str] = {
    (Side.CUSTOMER, Felt.GOOD): N_("The customer said: it helped, thank you."),
    (Side.CUSTOMER, Felt.MIXED): N_("The customer said: it helped a little."),
    (Side.CUSTOMER, Felt.BAD): N_("The customer said: it did not help."),
    (Side.HOST, Felt.GOOD): N_("The host said: it went well."),
    (Side.HOST, Felt.MIXED): N_("The host said: it went so-so."),
    (Side.HOST, Felt.BAD): N_("The host said: it did not go well."),
}


async def say_how_it_was(tools: Tools, row: SessionSummary, side: Side, answer: Felt, name: str) -> bool:
    """Keep one side's answer; False when this side has answered. Raises Refused while the session goes on."""
    if row.ended_ms is None:
        raise Refused("not_now", "a session is judged when it is over")
    now = tools.clock.wall()
    impression = Impression(row.id, side, row.ticket, row.host, name, answer, now)
    entry = ThreadEntry(
        id=form_id("entry", hashlib.sha256(f"{row.id}:{side}".encode()).digest()),
        ticket=row.ticket,
        channel=Channel.SESSION,
        author=name,
        text=LINES[side, answer],
        at_ms=now,
        person=row.host if side is Side.HOST else None,
        session=row.id,
    )
    detail = json.dumps({"answer": answer, "side": side}, sort_keys=True)
    return await tools.impressions.add(
        impression, entry, AuditLeaf(now, "ImpressionGiven", side, row.id, detail)
    )


async def host_says(tools: Tools, row: SessionSummary, person: PersonId, name: str, answer: Felt) -> bool:
    """The host's own answer. Raises Refused `host_only` for anybody else."""
    if row.host != person:
        raise Refused("host_only", "only who hosted says how it was")
    return await say_how_it_was(tools, row, Side.HOST, answer, name)


async def thanks_for(tools: Tools, person: PersonId) -> list[Impression]:
    """Return the thanks of the last days, newest first."""
    return await tools.impressions.thanks(person, tools.clock.wall() - THANKS_LIFE_MS, THANKS_MAX)
