"""Holds and tombstones (port CustodyStore).

Rule: the keys, everything derived from the recording, the tombstone and the leaf go in one transaction; a hold is looked
at inside it, so that no erasure slips past one that is being set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import RowMapping, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.derived import destroy_derived
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.scrubbing import scrub
from concierge.adapters.db.tables import erasures, holds, recordings, wrapped_keys
from concierge.domain.custody import Cause, Custody, Erasure, Hold
from concierge.domain.ids import RecordingId
from concierge.domain.recording import RecordingState
from concierge.domain.wrapped_key import EVERY
from concierge.services.ports import AuditLeaf


class DatabaseCustody:
    """The CustodyStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, wanted: Sequence[RecordingId]) -> dict[RecordingId, Custody]:
        """Return how recordings are kept; one without hold or tombstone is not there."""

        async def work(connection: AsyncConnection) -> dict[RecordingId, Custody]:
            held = await connection.execute(select(holds).where(holds.c.recording.in_(wanted)))
            found = {RecordingId(row["recording"]): Custody(_hold(row)) for row in held.mappings()}
            stones = select(erasures).where(erasures.c.recording.in_(wanted)).order_by(erasures.c.id)
            for row in (await connection.execute(stones)).mappings():
                erasure = _erasure(row)
                kept = found.get(erasure.recording, Custody())
                found[erasure.recording] = Custody(kept.hold, (*kept.erasures, erasure))
            return found

        return await self._store.read(work)

    async def hold(self, hold: Hold, leaf: AuditLeaf) -> bool:
        """Set a hold, with its leaf; False when there was one already, which stays."""

        async def work(connection: AsyncConnection) -> bool:
            await _lock(connection, hold.recording)
            row = {
                "recording": hold.recording,
                "at_ms": hold.at_ms,
                "by": hold.by,
                "by_name": hold.by_name,
                "reason": hold.reason,
            }
            once = insert_once(connection, holds).values(row).on_conflict_do_nothing()
            added = await connection.scalar(once.returning(holds.c.recording))
            if added is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def release(self, recording: RecordingId, leaf: AuditLeaf) -> bool:
        """Lift a hold, with its leaf; False when there was none."""

        async def work(connection: AsyncConnection) -> bool:
            done = await connection.execute(delete(holds).where(holds.c.recording == recording))
            if done.rowcount != 1:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def begin(self, erasure: Erasure, leaf: AuditLeaf) -> Erasure | None:
        """Destroy keys and derived rows, leave a tombstone and a leaf; None when the recording is held."""

        async def work(connection: AsyncConnection) -> Erasure | None:
            await _lock(connection, erasure.recording)
            held = await connection.scalar(
                select(holds.c.at_ms).where(holds.c.recording == erasure.recording)
            )
            if held is not None:
                return None
            gone = delete(wrapped_keys).where(wrapped_keys.c.recording == erasure.recording)
            if not erasure.whole:
                gone = gone.where(wrapped_keys.c.cls.in_(erasure.classes))
            await connection.execute(gone)
            await destroy_derived(connection, erasure)
            number = await connection.scalar(insert(erasures).values(_row(erasure)).returning(erasures.c.id))
            await audit.append(connection, [leaf])
            return replace(erasure, number=int(number or 0))

        return await self._store.write(work)

    async def unfinished(self) -> list[Erasure]:
        """Return tombstones whose copies outside the database may still be there."""

        async def work(connection: AsyncConnection) -> list[Erasure]:
            open_ones = select(erasures).where(erasures.c.done_ms.is_(None)).order_by(erasures.c.id)
            return [_erasure(row) for row in (await connection.execute(open_ones)).mappings()]

        return await self._store.read(work)

    async def scrub(self) -> None:
        """Make the database forget what was deleted from it, as far as this kind of database can."""
        await scrub(self._store)

    async def finish(self, erasure: Erasure, done_ms: int, leaf: AuditLeaf) -> None:
        """Note that every copy is gone, with its leaf."""

        async def work(connection: AsyncConnection) -> None:
            mine = update(erasures).where(erasures.c.id == erasure.number, erasures.c.done_ms.is_(None))
            done = await connection.execute(mine.values(done_ms=done_ms))
            if done.rowcount:
                await audit.append(connection, [leaf])

        await self._store.write(work)

    async def due(self, now_ms: int, limit: int) -> list[RecordingId]:
        """Return closed recordings whose time is over, that nobody holds and nobody erased, oldest first."""
        held = exists().where(holds.c.recording == recordings.c.id)
        gone = exists().where(
            erasures.c.recording == recordings.c.id,
            erasures.c.classes == EVERY,
            erasures.c.cause == Cause.RETENTION,
        )
        over = (
            select(recordings.c.id)
            .where(recordings.c.state == RecordingState.CLOSED, recordings.c.keep_until_ms <= now_ms)
            .where(~held, ~gone)
            .order_by(recordings.c.keep_until_ms, recordings.c.id)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[RecordingId]:
            return [RecordingId(found) for found in await connection.scalars(over)]

        return await self._store.read(work)


async def _lock(connection: AsyncConnection, recording: RecordingId) -> None:
    """Hold the recording's row until the commit: a hold and an erasure come one after the other."""
    await connection.execute(
        update(recordings).where(recordings.c.id == recording).values(state=recordings.c.state)
    )


def _row(erasure: Erasure) -> dict[str, object]:
    return {
        "recording": erasure.recording,
        "classes": ",".join(erasure.classes),
        "cause": erasure.cause,
        "begun_ms": erasure.begun_ms,
        "done_ms": erasure.done_ms,
        "by": erasure.by,
        "by_name": erasure.by_name,
        "reason": erasure.reason,
    }


def _hold(row: RowMapping) -> Hold:
    return Hold(RecordingId(row["recording"]), row["at_ms"], row["by"], row["by_name"], row["reason"])


def _erasure(row: RowMapping) -> Erasure:
    return Erasure(
        recording=RecordingId(row["recording"]),
        classes=tuple(row["classes"].split(",")),
        cause=Cause(row["cause"]),
        begun_ms=row["begun_ms"],
        by=row["by"],
        by_name=row["by_name"],
        reason=row["reason"],
        done_ms=row["done_ms"],
        number=row["id"],
    )
