"""The API of evidence: finding recordings, and the tail of the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording
from concierge.server import api_words as words
from concierge.server.errors import Shut
from concierge.services.ports import RecordingQuery

Limit = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str, Query(max_length=120)]


def recording_out(row: Recording) -> words.RecordingOut:
    """Return a recording's row as the API gives it."""
    return words.RecordingOut(
        id=row.id,
        session=row.session,
        ticket=row.ticket,
        state=row.state,
        host_name=row.host_name,
        customer_name=row.customer_name,
        companies=list(row.companies),
        opened_ms=row.opened_ms,
        closed_ms=row.closed_ms,
        keep_until_ms=row.keep_until_ms,
    )


async def recordings(
    asked: words.Caller,
    ticket_number: Text = "",
    person: Text = "",
    company: Text = "",
    q: Text = "",
    from_ms: int | None = None,
    until_ms: int | None = None,
    limit: Limit = 100,
) -> list[words.RecordingOut]:
    """Find recordings, newest first; empty conditions match everything."""
    query = RecordingQuery(ticket_number, person, company, from_ms, until_ms, q, limit)
    return [recording_out(row) for row in await asked.house.replays.find(asked.principal, query)]


async def recording(asked: words.Caller) -> words.RecordingOut:
    """Return one recording's row."""
    wanted = RecordingId(asked.part_id("recording", "recording_id"))
    row = await asked.house.tools.recordings.get(wanted)
    if row is None:
        raise Shut(404)
    return recording_out(row)


async def audit(asked: words.Caller, limit: Limit = 100) -> list[words.LeafOut]:
    """Return the newest lines of the audit log, newest first."""
    return [
        words.LeafOut(
            number=number,
            at_ms=leaf.at_ms,
            kind=leaf.kind,
            actor=leaf.actor,
            subject=leaf.subject,
            detail=leaf.detail,
        )
        for number, leaf in await asked.house.tools.audit.tail(limit)
    ]
