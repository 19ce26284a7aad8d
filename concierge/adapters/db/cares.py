"""Who was asked to look after an invite, and what they said. One row an invite: the newest offer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store
from concierge.adapters.db.shift_tables import invite_cares
from concierge.domain.ids import InviteId, PersonId
from concierge.domain.shift import Care, CareState
from concierge.services.ports import AuditLeaf


class DatabaseCares:
    """The Cares port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, care: Care, leaf: AuditLeaf) -> None:
        """Keep an offer, in the place of an earlier one for the same invite."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(invite_cares).where(invite_cares.c.invite == care.invite))
            await connection.execute(insert(invite_cares).values(_row(care)))
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def answer(self, care: Care, now_ms: int, leaf: AuditLeaf) -> bool:
        """Keep an answer to an offer that still waits, atomically."""

        async def work(connection: AsyncConnection) -> bool:
            kept = await connection.scalar(
                update(invite_cares)
                .where(
                    invite_cares.c.invite == care.invite,
                    invite_cares.c.to_person == care.to,
                    invite_cares.c.state == CareState.OFFERED,
                    invite_cares.c.until_ms > now_ms,
                )
                .values(state=care.state)
                .returning(invite_cares.c.invite)
            )
            if kept is not None:
                await audit.append(connection, [leaf])
            return kept is not None

        return await self._store.write(work)

    async def of(self, invites: Sequence[InviteId]) -> dict[InviteId, Care]:
        """Return the newest offer for each of these invites."""

        async def work(connection: AsyncConnection) -> dict[InviteId, Care]:
            rows = await connection.execute(
                select(invite_cares).where(invite_cares.c.invite.in_(list(invites)))
            )
            cares = [_care(row) for row in rows.mappings()]
            return {care.invite: care for care in cares}

        return await self._store.read(work)

    async def offered_to(self, person: PersonId, now_ms: int) -> list[Care]:
        """Return what waits for somebody's answer, the most urgent first."""

        async def work(connection: AsyncConnection) -> list[Care]:
            rows = await connection.execute(
                select(invite_cares)
                .where(
                    invite_cares.c.to_person == person,
                    invite_cares.c.state == CareState.OFFERED,
                    invite_cares.c.until_ms > now_ms,
                )
                .order_by(invite_cares.c.until_ms)
            )
            return [_care(row) for row in rows.mappings()]

        return await self._store.read(work)


def _row(care: Care) -> dict[str, object]:
    return {
        "invite": care.invite,
        "by_person": care.by,
        "to_person": care.to,
        "to_name": care.to_name,
        "state": care.state,
        "until_ms": care.until_ms,
    }


def _care(row: RowMapping) -> Care:
    return Care(
        invite=InviteId(row["invite"]),
        by=PersonId(row["by_person"]),
        to=PersonId(row["to_person"]),
        to_name=row["to_name"],
        state=CareState(row["state"]),
        until_ms=row["until_ms"],
    )
