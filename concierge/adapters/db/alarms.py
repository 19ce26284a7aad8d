"""Alarms of customers (port Alarms): kept until a supervisor has looked at them, and afterwards too.

Rule: an alarm raised in a session is kept in the transaction that keeps its event (sessions.py).
"""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import alarms
from concierge.domain.ids import PersonId, SessionId, TicketId
from concierge.domain.trust import Alarm, AlarmPlace
from concierge.services.ports import AuditLeaf


async def keep_alarm(connection: AsyncConnection, alarm: Alarm) -> None:
    """Keep an alarm inside the caller's transaction; once."""
    await connection.execute(insert_once(connection, alarms).values(asdict(alarm)).on_conflict_do_nothing())


class DatabaseAlarms:
    """The Alarms port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, alarm: Alarm, leaf: AuditLeaf) -> None:
        """Keep an alarm that was raised outside a live session, with its leaf."""

        async def work(connection: AsyncConnection) -> None:
            await keep_alarm(connection, alarm)
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def newest(self, limit: int, *, unseen: bool) -> list[Alarm]:
        """Return alarms, newest first; with `unseen` only those that nobody has acknowledged."""

        async def work(connection: AsyncConnection) -> list[Alarm]:
            query = select(alarms).order_by(alarms.c.at_ms.desc(), alarms.c.id).limit(limit)
            if unseen:
                query = query.where(alarms.c.seen_ms.is_(None))
            return [_alarm(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.read(work)

    async def acknowledge(self, alarm: str, by: PersonId, by_name: str, now_ms: int, leaf: AuditLeaf) -> bool:
        """Note who looked at it, with a leaf; False when there is no such alarm, or somebody has."""

        async def work(connection: AsyncConnection) -> bool:
            seen = await connection.scalar(
                update(alarms)
                .where(alarms.c.id == alarm, alarms.c.seen_ms.is_(None))
                .values(seen_ms=now_ms, seen_by=by, seen_by_name=by_name)
                .returning(alarms.c.id)
            )
            if seen is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)


def _alarm(row: RowMapping) -> Alarm:
    return Alarm(
        id=row["id"],
        place=AlarmPlace(row["place"]),
        at_ms=row["at_ms"],
        session=None if row["session"] is None else SessionId(row["session"]),
        ticket=None if row["ticket"] is None else TicketId(row["ticket"]),
        host_name=row["host_name"],
        seen_ms=row["seen_ms"],
        seen_by=None if row["seen_by"] is None else PersonId(row["seen_by"]),
        seen_by_name=row["seen_by_name"],
    )
