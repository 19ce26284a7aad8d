"""Live and ended sessions: their events, a row to list them by, and what they project into other records.

Rule: one transaction keeps all of it, and keeping it twice changes nothing. Marks are evidence only: they are not kept here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.alarms import keep_alarm
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.projections import alarms_of, arrivals_of, entries_of
from concierge.adapters.db.recordings import keep_customer, keep_names
from concierge.adapters.db.tables import recordings, session_events, sessions
from concierge.adapters.db.tickets import keep_entry
from concierge.domain import event_codec
from concierge.domain.events import Event, MarkDrawn, MarksCleared
from concierge.domain.ids import PersonId, RecordingId, SessionId, TicketId
from concierge.domain.participant import Participant, Role, Seat
from concierge.domain.recording import RecordingState
from concierge.domain.session import Session, State
from concierge.services.ports import AuditLeaf, SessionSummary

_EVENTS_AT_ONCE = 500  # a statement takes 32,766 parameters on SQLite


class DatabaseSessions:
    """The Sessions port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def save(self, session: Session, events: Sequence[Event], leaves: Sequence[AuditLeaf]) -> None:
        """Keep events not kept yet (by number), the row, projections and audit leaves in ONE transaction.

        Idempotent: when any of the events was kept before, only leaves of which there is no exact copy are appended.
        """
        kept = [event for event in events if not isinstance(event, MarkDrawn | MarksCleared)]

        async def work(connection: AsyncConnection) -> None:
            new = await _keep_events(connection, session.id, kept)
            await _keep_row(connection, session)
            for entry in entries_of(session, new):
                await keep_entry(connection, entry)
            for alarm in alarms_of(session, new):
                await keep_alarm(connection, alarm)
            for participant in arrivals_of(new):
                await _keep_arrival(connection, session, participant)
            again = len(new) < len(kept)
            to_append = await audit.not_appended(connection, leaves) if again else leaves
            if to_append:
                await audit.append(connection, to_append)

        await self._store.write(work)

    async def events(self, session: SessionId) -> list[Event]:
        """Return the kept events in order (marks are not kept); empty for an unknown session."""

        async def work(connection: AsyncConnection) -> list[Event]:
            rows = await connection.scalars(
                select(session_events.c.event)
                .where(session_events.c.session == session)
                .order_by(session_events.c.seq)
            )
            return [event_codec.decode(json.loads(row)) for row in rows]

        return await self._store.read(work)

    async def unfinished(self) -> list[tuple[SessionId, RecordingId]]:
        """Return every session that has not ended, or whose recording is not closed."""

        async def work(connection: AsyncConnection) -> list[tuple[SessionId, RecordingId]]:
            rows = await connection.execute(
                select(sessions.c.id, sessions.c.recording)
                .outerjoin(recordings, recordings.c.id == sessions.c.recording)
                .where(or_(sessions.c.state != State.ENDED, recordings.c.state == RecordingState.OPEN))
                .order_by(sessions.c.opened_ms, sessions.c.id)
            )
            return [(SessionId(row[0]), RecordingId(row[1])) for row in rows]

        return await self._store.read(work)

    async def summaries(self, *, ended: bool, limit: int) -> list[SessionSummary]:
        """Return rows for lists, newest first."""
        state = sessions.c.state == State.ENDED if ended else sessions.c.state != State.ENDED
        return await self._summaries(select(sessions).where(state).limit(limit))

    async def summary(self, session: SessionId) -> SessionSummary | None:
        """Return one row, or None."""
        found = await self._summaries(select(sessions).where(sessions.c.id == session))
        return found[0] if found else None

    async def of_ticket(self, ticket: TicketId) -> list[SessionSummary]:
        """Return a ticket's sessions, newest first."""
        return await self._summaries(select(sessions).where(sessions.c.ticket == ticket))

    async def _summaries(self, query: Select[*tuple[Any, ...]]) -> list[SessionSummary]:
        newest = query.order_by(sessions.c.opened_ms.desc(), sessions.c.id)

        async def work(connection: AsyncConnection) -> list[SessionSummary]:
            return [_summary(row) for row in (await connection.execute(newest)).mappings()]

        return await self._store.read(work)


async def _keep_events(
    connection: AsyncConnection, session: SessionId, events: Sequence[Event]
) -> list[Event]:
    """Keep events and return those that were not there."""
    numbers: set[int] = set()
    for first in range(0, len(events), _EVENTS_AT_ONCE):
        rows = [_event_row(session, event) for event in events[first : first + _EVENTS_AT_ONCE]]
        added = await connection.scalars(
            insert_once(connection, session_events)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(session_events.c.seq)
        )
        numbers.update(added)
    return [event for event in events if event.seq in numbers]


def _event_row(session: SessionId, event: Event) -> dict[str, object]:
    payload = json.dumps(event_codec.encode(event), separators=(",", ":"))
    return {"session": session, "seq": event.seq, "at_ms": event.at_ms, "event": payload}


async def _keep_row(connection: AsyncConnection, session: Session) -> None:
    host = session.seats.get(session.host)
    customer = _last_customer(session)
    row = {
        "id": session.id,
        "ticket": session.ticket,
        "recording": session.recording,
        "state": session.state,
        "host": None if host is None else host.who.person,
        "host_name": "" if host is None else host.who.name,
        "customer_name": "" if customer is None else customer.who.name,
        "opened_ms": session.opened_ms,
        "ended_ms": session.ended_ms,
        "end_reason": session.end_reason,
        "outcome": session.outcome,
        "last_seq": session.last_seq,
    }
    changed = {name: value for name, value in row.items() if name != "id"}
    # An older state never overwrites a newer one.
    await connection.execute(
        insert_once(connection, sessions)
        .values(row)
        .on_conflict_do_update(
            index_elements=["id"], set_=changed, where=sessions.c.last_seq <= session.last_seq
        )
    )


async def _keep_arrival(connection: AsyncConnection, session: Session, who: Participant) -> None:
    await keep_names(connection, session.recording, "person", [who.name])
    if who.role is Role.VENDOR:
        await keep_names(connection, session.recording, "company", [who.organisation])
    if who.role is Role.CUSTOMER:
        await keep_customer(connection, session.recording, who.name)


def _last_customer(session: Session) -> Seat | None:
    customers = [seat for seat in session.seats.values() if seat.who.role is Role.CUSTOMER]
    return customers[-1] if customers else None


def _summary(row: RowMapping) -> SessionSummary:
    return SessionSummary(
        id=SessionId(row["id"]),
        ticket=TicketId(row["ticket"]),
        recording=RecordingId(row["recording"]),
        state=row["state"],
        host=None if row["host"] is None else PersonId(row["host"]),
        host_name=row["host_name"],
        customer_name=row["customer_name"],
        opened_ms=row["opened_ms"],
        ended_ms=row["ended_ms"],
        end_reason=row["end_reason"],
        outcome=row["outcome"],
        last_seq=row["last_seq"],
    )
