"""What is known of recordings in the bucket (port StorageLedger): pieces planned and placed, copies gone and come back.

Rule: a piece is planned here before it is sent, so that a crash in between leaves a name to send again and never two
ideas of where a piece ends. What lies in the bucket can be read without any of this.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import recordings, stored_pieces, stored_recordings
from concierge.domain.ids import RecordingId
from concierge.domain.recording import RecordingState
from concierge.services.storage_port import KnownPiece, Piece, Totals, Unstored


class DatabaseStorage:
    """The StorageLedger port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def pieces(self, recording: RecordingId) -> list[KnownPiece]:
        """As the port says."""

        async def work(connection: AsyncConnection) -> list[KnownPiece]:
            table = stored_pieces
            known = select(table).where(table.c.recording == recording)
            rows = await connection.execute(known.order_by(table.c.file, table.c.from_byte))
            return [
                KnownPiece(
                    Piece(recording, row["file"], row["from_byte"], row["until_byte"], bytes(row["sha256"])),
                    row["placed_ms"],
                )
                for row in rows.mappings()
            ]

        return await self._store.read(work)

    async def plan(self, pieces: Sequence[Piece], at_ms: int) -> None:
        """As the port says."""
        rows = [
            {
                "recording": piece.recording,
                "file": piece.file,
                "from_byte": piece.start,
                "until_byte": piece.end,
                "sha256": piece.sha256,
                "planned_ms": at_ms,
            }
            for piece in pieces
        ]

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(
                insert_once(connection, stored_pieces).values(rows).on_conflict_do_nothing()
            )

        if rows:
            await self._store.write(work)

    async def placed(self, piece: Piece, at_ms: int) -> None:
        """As the port says."""

        async def work(connection: AsyncConnection) -> None:
            table = stored_pieces
            this = and_(
                table.c.recording == piece.recording,
                table.c.file == piece.file,
                table.c.from_byte == piece.start,
                table.c.until_byte == piece.end,
            )
            await connection.execute(update(table).where(this).values(placed_ms=at_ms))

        await self._store.write(work)

    async def unstored(self, limit: int) -> list[Unstored]:
        """As the port says."""

        async def work(connection: AsyncConnection) -> list[Unstored]:
            known = select(recordings.c.id, recordings.c.state).select_from(
                recordings.outerjoin(stored_recordings, stored_recordings.c.recording == recordings.c.id)
            )
            waiting = known.where(stored_recordings.c.recording.is_(None))
            rows = await connection.execute(waiting.order_by(recordings.c.opened_ms).limit(limit))
            return [Unstored(RecordingId(row[0]), row[1] != RecordingState.OPEN) for row in rows]

        return await self._store.read(work)

    async def stored(self, recording: RecordingId, at_ms: int) -> None:
        """As the port says."""

        async def work(connection: AsyncConnection) -> None:
            row = {"recording": recording, "stored_ms": at_ms}
            once = insert_once(connection, stored_recordings).values(row).on_conflict_do_nothing()
            await connection.execute(once)

        await self._store.write(work)

    async def is_stored(self, recording: RecordingId) -> bool:
        """As the port says."""

        async def work(connection: AsyncConnection) -> bool:
            table = stored_recordings
            known = select(table.c.recording).where(
                table.c.recording == recording, table.c.deleted_ms.is_(None)
            )
            return await connection.scalar(known) is not None

        return await self._store.read(work)

    async def releasable(
        self, closed_before_ms: int, fetched_before_ms: int, limit: int
    ) -> list[RecordingId]:
        """As the port says."""

        async def work(connection: AsyncConnection) -> list[RecordingId]:
            table = stored_recordings
            due = select(table.c.recording).select_from(
                table.join(recordings, recordings.c.id == table.c.recording)
            )
            never = table.c.released_ms.is_(None)
            came_back = and_(
                table.c.fetched_ms >= table.c.released_ms, table.c.fetched_ms <= fetched_before_ms
            )
            due = due.where(
                recordings.c.closed_ms <= closed_before_ms,
                table.c.deleted_ms.is_(None),
                or_(never, came_back),
            )
            rows = await connection.scalars(due.order_by(recordings.c.closed_ms).limit(limit))
            return [RecordingId(row) for row in rows]

        return await self._store.read(work)

    async def released(self, recording: RecordingId, at_ms: int) -> None:
        """As the port says."""
        await self._note(recording, "released_ms", at_ms)

    async def fetched(self, recording: RecordingId, at_ms: int) -> None:
        """As the port says."""
        await self._note(recording, "fetched_ms", at_ms)

    async def _note(self, recording: RecordingId, column: str, at_ms: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            this = update(stored_recordings).where(stored_recordings.c.recording == recording)
            await connection.execute(this.values({column: at_ms}))

        await self._store.write(work)

    async def forget(self, recording: RecordingId, at_ms: int) -> None:
        """As the port says."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(stored_pieces).where(stored_pieces.c.recording == recording))
            row = {"recording": recording, "stored_ms": at_ms}
            once = insert_once(connection, stored_recordings).values(row).on_conflict_do_nothing()
            await connection.execute(once)
            this = update(stored_recordings).where(stored_recordings.c.recording == recording)
            await connection.execute(this.values(deleted_ms=at_ms))

        await self._store.write(work)

    async def with_pieces(self) -> list[RecordingId]:
        """As the port says."""

        async def work(connection: AsyncConnection) -> list[RecordingId]:
            table = stored_pieces
            first = func.min(table.c.planned_ms)
            rows = await connection.scalars(
                select(table.c.recording).group_by(table.c.recording).order_by(first, table.c.recording)
            )
            return [RecordingId(row) for row in rows]

        return await self._store.read(work)

    async def totals(self) -> Totals:
        """As the port says."""

        async def work(connection: AsyncConnection) -> Totals:
            table, pieces = stored_recordings, stored_pieces
            kept = table.c.deleted_ms.is_(None)
            gone = and_(
                table.c.released_ms.is_not(None),
                or_(table.c.fetched_ms.is_(None), table.c.fetched_ms < table.c.released_ms),
            )
            size = func.sum(pieces.c.until_byte - pieces.c.from_byte)
            waiting = select(func.count(), size).where(pieces.c.placed_ms.is_(None))
            count, waiting_bytes = (await connection.execute(waiting)).one()
            return Totals(
                recordings=await _count(connection, select(func.count()).select_from(recordings)),
                stored=await _count(connection, select(func.count()).select_from(table).where(kept)),
                released=await _count(connection, select(func.count()).select_from(table).where(kept, gone)),
                waiting=int(count),
                waiting_bytes=int(waiting_bytes or 0),
            )

        return await self._store.read(work)


async def _count(connection: AsyncConnection, query: Select[int]) -> int:
    return int(await connection.scalar(query) or 0)
