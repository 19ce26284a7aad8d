"""Impressions of sessions (port Impressions)."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import impressions
from concierge.adapters.db.tickets import keep_entry
from concierge.domain.ids import PersonId, SessionId, TicketId
from concierge.domain.impression import Felt, Impression, Side
from concierge.domain.ticket import ThreadEntry
from concierge.services.ports import AuditLeaf


class DatabaseImpressions:
    """The Impressions port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, impression: Impression, entry: ThreadEntry, leaf: AuditLeaf) -> bool:
        """Keep an answer with its line on the ticket and its leaf; False when this side has answered, which stays."""

        async def work(connection: AsyncConnection) -> bool:
            added = await connection.scalar(
                insert_once(connection, impressions)
                .values(asdict(impression))
                .on_conflict_do_nothing()
                .returning(impressions.c.session)
            )
            if added is None:
                return False
            await keep_entry(connection, entry)
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def of_session(self, session: SessionId) -> list[Impression]:
        """Return the answers about a session."""

        async def work(connection: AsyncConnection) -> list[Impression]:
            query = select(impressions).where(impressions.c.session == session)
            return [_impression(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.read(work)

    async def thanks(self, host: PersonId, since_ms: int, limit: int) -> list[Impression]:
        """Return the good answers of customers whom this person helped, newest first."""
        good = (
            (impressions.c.host == host)
            & (impressions.c.side == Side.CUSTOMER)
            & (impressions.c.answer == Felt.GOOD)
            & (impressions.c.at_ms >= since_ms)
        )

        async def work(connection: AsyncConnection) -> list[Impression]:
            query = select(impressions).where(good).order_by(impressions.c.at_ms.desc()).limit(limit)
            return [_impression(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.read(work)


def _impression(row: RowMapping) -> Impression:
    return Impression(
        session=SessionId(row["session"]),
        side=Side(row["side"]),
        ticket=TicketId(row["ticket"]),
        host=None if row["host"] is None else PersonId(row["host"]),
        name=row["name"],
        answer=Felt(row["answer"]),
        at_ms=row["at_ms"],
    )
