"""Codes and links by which a customer finds a session. They pair and give no right of their own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import pairings
from concierge.domain.ids import SessionId


class DatabasePairings:
    """The Pairings port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, kind: str, secret_hash: bytes, session: SessionId, until_ms: int) -> None:
        """Keep a pairing; a session's new code replaces its old one.

        Raises BadInput when another session has this very secret: mint another (nine digits can meet).
        """

        async def work(connection: AsyncConnection) -> None:
            old = (pairings.c.kind == kind) & (pairings.c.session == session)
            await connection.execute(delete(pairings).where(old))
            row = {"kind": kind, "secret_hash": secret_hash, "session": session, "until_ms": until_ms}
            await connection.execute(insert(pairings).values(row))

        await self._store.write(work)

    async def find(self, kind: str, secret_hash: bytes, now_ms: int) -> SessionId | None:
        """Return the session of a pairing that is still good and unused."""

        async def work(connection: AsyncConnection) -> SessionId | None:
            found = select(pairings.c.session).where(_good(kind, secret_hash, now_ms))
            session = await connection.scalar(found)
            return None if session is None else SessionId(session)

        return await self._store.read(work)

    async def use(self, kind: str, secret_hash: bytes, now_ms: int) -> bool:
        """Use a pairing up atomically: True for exactly one caller."""

        async def work(connection: AsyncConnection) -> bool:
            used = await connection.scalar(
                update(pairings)
                .where(_good(kind, secret_hash, now_ms))
                .values(used_ms=now_ms)
                .returning(pairings.c.session)
            )
            return used is not None

        return await self._store.write(work)

    async def drop(self, session: SessionId) -> None:
        """Forget every pairing of a session."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(pairings).where(pairings.c.session == session))

        await self._store.write(work)


def _good(kind: str, secret_hash: bytes, now_ms: int) -> ColumnElement[bool]:
    return and_(
        pairings.c.kind == kind,
        pairings.c.secret_hash == secret_hash,
        pairings.c.until_ms > now_ms,
        pairings.c.used_ms.is_(None),
    )
