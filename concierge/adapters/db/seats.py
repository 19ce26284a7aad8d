"""Which browser may take which seat again, and who may read which receipt; secrets only as hashes."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import seats
from concierge.domain.ids import ParticipantId, SessionId


class DatabaseSeats:
    """The Seats port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self, secret_hash: bytes, session: SessionId, participant: ParticipantId, until_ms: int
    ) -> None:
        """Keep a seat's secret."""
        row = {
            "secret_hash": secret_hash,
            "session": session,
            "participant": participant,
            "until_ms": until_ms,
        }

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert_once(connection, seats).values(row).on_conflict_do_nothing())

        await self._store.write(work)

    async def find(self, secret_hash: bytes, now_ms: int) -> tuple[SessionId, ParticipantId] | None:
        """Return the seat of a secret that is still good."""

        async def work(connection: AsyncConnection) -> tuple[SessionId, ParticipantId] | None:
            good = (seats.c.secret_hash == secret_hash) & (seats.c.until_ms > now_ms)
            row = (await connection.execute(select(seats.c.session, seats.c.participant).where(good))).first()
            return None if row is None else (SessionId(row[0]), ParticipantId(row[1]))

        return await self._store.read(work)

    async def forget(self, secret_hash: bytes) -> None:
        """Drop a secret: it opens nothing any more."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(seats).where(seats.c.secret_hash == secret_hash))

        await self._store.write(work)
