"""Recordings as the database knows them, and their wrapped keys. The evidence itself is elsewhere; this finds it.

Rule: wrapped keys lie in a table of their own, so that destroying one is one row and nothing else forgets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import search
from concierge.adapters.db.audit import append, not_appended
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import (
    recording_names,
    recordings,
    search_lines,
    sessions,
    tickets,
    wrapped_keys,
)
from concierge.adapters.db.words import asked_words, fold
from concierge.adapters.db.wrapped_keys import key_of, key_row
from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.ports import AuditLeaf, RecordingQuery


async def keep_names(
    connection: AsyncConnection, recording: RecordingId, kind: str, names: Iterable[str]
) -> None:
    """Add names ("person" or "company") by which a recording is found, in the caller's transaction. Idempotent."""
    for name in dict.fromkeys(name for name in names if name):
        known = select(func.count()).where(recording_names.c.recording == recording)
        row = {
            "recording": recording,
            "kind": kind,
            "name": name,
            "folded": fold(name),
            "position": await connection.scalar(known),
        }
        once = insert_once(connection, recording_names).values(row).on_conflict_do_nothing()
        await connection.execute(once)


async def keep_customer(connection: AsyncConnection, recording: RecordingId, name: str) -> None:
    """Note the customer's name as it turned out in the session."""
    row = update(recordings).where(recordings.c.id == recording)
    await connection.execute(row.values(customer_name=name))


class DatabaseRecordings:
    """The Recordings port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, recording: Recording, keys: Sequence[WrappedKey]) -> None:
        """Keep a new recording's row and its data keys, wrapped."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(recordings).values(_row_of(recording)))
            if keys:
                await connection.execute(insert(wrapped_keys), [key_row(recording.id, key) for key in keys])
            await _keep_all_names(connection, recording)

        await self._store.write(work)

    async def get(self, recording: RecordingId) -> Recording | None:
        """Return a recording, or None."""
        found = await self._all(select(recordings).where(recordings.c.id == recording))
        return found[0] if found else None

    async def wrapped_keys(self, recording: RecordingId) -> tuple[WrappedKey, ...]:
        """Return the wrapped data keys by class; those that were destroyed are not there."""

        async def work(connection: AsyncConnection) -> tuple[WrappedKey, ...]:
            kept = select(wrapped_keys).where(wrapped_keys.c.recording == recording)
            rows = await connection.execute(kept.order_by(wrapped_keys.c.cls, wrapped_keys.c.kek))
            return tuple(key_of(row) for row in rows.mappings())

        return await self._store.read(work)

    async def close(self, recording: Recording, leaf: AuditLeaf) -> None:
        """Keep the closed row and its leaf; names learned during the session stay. Idempotent."""

        async def work(connection: AsyncConnection) -> None:
            row = _row_of(recording)
            unknown = set() if recording.customer_name else {"customer_name"}
            changed = {name: value for name, value in row.items() if name not in unknown | {"id"}}
            kept = insert_once(connection, recordings).values(row)
            await connection.execute(kept.on_conflict_do_update(index_elements=["id"], set_=changed))
            await _keep_all_names(connection, recording)
            await append(connection, await not_appended(connection, [leaf]))

        await self._store.write(work)

    async def find(self, query: RecordingQuery) -> list[Recording]:
        """Return recordings that fit every given field, newest first.

        Names fit by any part of them, in any case and with or without accents; the number fits whole. A recording fits
        a span when it was opened in it (`until_ms` is not part of it).
        """
        newest = select(recordings).where(
            *_conditions(query, "sqlite" if self._store.is_sqlite else "postgresql")
        )
        return await self._all(
            newest.order_by(recordings.c.opened_ms.desc(), recordings.c.id).limit(query.limit)
        )

    async def orphans(self) -> list[Recording]:
        """Return open recordings whose session was never kept."""
        kept = select(sessions.c.id).where(sessions.c.id == recordings.c.session).exists()
        still_open = select(recordings).where(recordings.c.state == RecordingState.OPEN, ~kept)
        return await self._all(still_open.order_by(recordings.c.opened_ms, recordings.c.id))

    async def of_ticket(self, ticket: TicketId) -> list[Recording]:
        """Return a ticket's recordings, newest first."""
        newest = select(recordings).where(recordings.c.ticket == ticket)
        return await self._all(newest.order_by(recordings.c.opened_ms.desc(), recordings.c.id))

    async def _all(self, query: Select[*tuple[Any, ...]]) -> list[Recording]:
        async def work(connection: AsyncConnection) -> list[Recording]:
            rows = (await connection.execute(query)).mappings().all()
            names = await connection.execute(
                select(recording_names)
                .where(recording_names.c.recording.in_([row["id"] for row in rows]))
                .order_by(recording_names.c.position, recording_names.c.name)
            )
            return _with_names(rows, names.mappings().all())

        return await self._store.read(work)


def _conditions(query: RecordingQuery, dialect: str) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if number := query.ticket_number.strip().upper():
        where.append(recordings.c.ticket.in_(select(tickets.c.id).where(tickets.c.number == number)))
    for kind, name in (("person", fold(query.person)), ("company", fold(query.company))):
        if name:
            named = recording_names.c.folded.contains(name, autoescape=True)
            fits = select(recording_names.c.recording).where(recording_names.c.kind == kind, named)
            where.append(recordings.c.id.in_(fits))
    if query.from_ms is not None:
        where.append(recordings.c.opened_ms >= query.from_ms)
    if query.until_ms is not None:
        where.append(recordings.c.opened_ms < query.until_ms)
    if asked := asked_words(query.words):
        found = search.matches(dialect, asked).subquery("found")
        lines = select(search_lines).join(found, found.c.id == search_lines.c.id).subquery("lines")
        in_session = recordings.c.session.in_(select(lines.c.session).where(lines.c.session.is_not(None)))
        on_ticket = recordings.c.ticket.in_(select(lines.c.ticket).where(lines.c.session.is_(None)))
        where.append(or_(in_session, on_ticket))
    return where


def _row_of(recording: Recording) -> dict[str, object]:
    return {
        "id": recording.id,
        "session": recording.session,
        "ticket": recording.ticket,
        "state": recording.state,
        "opened_ms": recording.opened_ms,
        "closed_ms": recording.closed_ms,
        "keep_until_ms": recording.keep_until_ms,
        "host_name": recording.host_name,
        "customer_name": recording.customer_name,
        "outcome": recording.outcome,
        "kept_by": recording.kept_by,
    }


async def _keep_all_names(connection: AsyncConnection, recording: Recording) -> None:
    people = (recording.host_name, recording.customer_name, *recording.people)
    await keep_names(connection, recording.id, "person", people)
    await keep_names(connection, recording.id, "company", recording.companies)


def _with_names(rows: Sequence[RowMapping], names: Sequence[RowMapping]) -> list[Recording]:
    def of(recording: str, kind: str) -> tuple[str, ...]:
        return tuple(row["name"] for row in names if row["recording"] == recording and row["kind"] == kind)

    return [
        Recording(
            id=RecordingId(row["id"]),
            session=SessionId(row["session"]),
            ticket=TicketId(row["ticket"]),
            state=RecordingState(row["state"]),
            opened_ms=row["opened_ms"],
            closed_ms=row["closed_ms"],
            keep_until_ms=row["keep_until_ms"],
            host_name=row["host_name"],
            customer_name=row["customer_name"],
            people=of(row["id"], "person"),
            companies=of(row["id"], "company"),
            outcome=row["outcome"],
            kept_by=row["kept_by"],
        )
        for row in rows
    ]
