"""The AuditTree port: sizes, subtrees, leaves and kept checkpoints, each question a handful of rows whatever the size."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.audit import COUNTER, SEALED, append, canonical
from concierge.adapters.db.audit_tables import audit_checkpoints
from concierge.adapters.db.audit_tree import Subtree, subtree_hashes
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.tables import audit_leaves, counters
from concierge.services.audit_port import KeptLeaf, NoSuchLeaf
from concierge.services.ports import AuditLeaf

_EPOCH = "audit epoch"


class DatabaseAuditTree:
    """The AuditTree port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def size(self) -> int:
        """Return how many leaves there are."""

        async def work(connection: AsyncConnection) -> int:
            names = counters.c.name.in_((COUNTER, SEALED))
            return int(await connection.scalar(select(counters.c.value).where(names)) or 0)

        return await self._store.read(work)

    async def epoch(self) -> int:
        """Return when the log was last restored, in seconds since the epoch; 0 for never."""
        return await self._counter(_EPOCH) or 0

    async def sealed(self) -> bool:
        """Return whether the log takes nothing."""
        return await self._counter(SEALED) is not None

    async def seal(self) -> None:
        """Let the log take nothing from now on. Idempotent."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(counters).where(counters.c.name == COUNTER).values(name=SEALED))

        await self._store.write(work)

    async def restore(self, at_s: int, leaf: AuditLeaf) -> int:
        """Begin a new epoch with this leaf, and take leaves again; return its number."""

        async def work(connection: AsyncConnection) -> int:
            await connection.execute(update(counters).where(counters.c.name == SEALED).values(name=COUNTER))
            once = insert_once(connection, counters).values(name=_EPOCH, value=at_s)
            await connection.execute(
                once.on_conflict_do_update(index_elements=["name"], set_={"value": at_s})
            )
            return await append(connection, [leaf])

        return await self._store.write(work)

    async def subtree_hashes(self, keys: Collection[Subtree]) -> dict[Subtree, bytes]:
        """Return the hashes of complete subtrees. Raises NoSuchLeaf."""

        async def work(connection: AsyncConnection) -> dict[Subtree, bytes]:
            return await subtree_hashes(connection, keys)

        try:
            return await self._store.read(work)
        except KeyError:
            raise NoSuchLeaf("the audit log does not reach that far") from None

    async def leaves(self, first: int, count: int) -> list[KeptLeaf]:
        """Return so many leaves from a number on, in order."""

        async def work(connection: AsyncConnection) -> list[KeptLeaf]:
            number = audit_leaves.c.number
            query = select(audit_leaves).where(number >= first, number < first + count).order_by(number)
            return [_kept(row) for row in (await connection.execute(query)).mappings()]

        return await self._store.read(work)

    async def within(self, from_ms: int, until_ms: int, size: int) -> tuple[int, int]:
        """Return the first and last number of the stretch that holds every leaf of these times; reads every leaf's time."""

        async def work(connection: AsyncConnection) -> tuple[int, int]:
            number, at_ms = audit_leaves.c.number, audit_leaves.c.at_ms
            fits = select(func.min(number), func.max(number)).where(
                at_ms >= from_ms, at_ms < until_ms, number <= size
            )
            first, last = (await connection.execute(fits)).one()
            return (1, 0) if first is None else (int(first), int(last))

        return await self._store.read(work)

    async def about(self, subject: str, kinds: Sequence[str] = ()) -> list[KeptLeaf]:
        """Return the leaves about a subject, in order; of these kinds, if any are given."""

        async def work(connection: AsyncConnection) -> list[KeptLeaf]:
            query = select(audit_leaves).where(audit_leaves.c.subject == subject)
            if kinds:
                query = query.where(audit_leaves.c.kind.in_(kinds))
            rows = await connection.execute(query.order_by(audit_leaves.c.number))
            return [_kept(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def keep_checkpoint(self, size: int, at_ms: int, note: bytes) -> None:
        """Keep a signed checkpoint; it takes the place of another of the same size."""

        async def work(connection: AsyncConnection) -> None:
            row = {"size": size, "at_ms": at_ms, "note": note}
            once = insert_once(connection, audit_checkpoints).values(row)
            await connection.execute(
                once.on_conflict_do_update(index_elements=["size"], set_={"at_ms": at_ms, "note": note})
            )

        await self._store.write(work)

    async def checkpoint_below(self, size: int) -> bytes | None:
        """Return the newest kept checkpoint of at most `size` leaves, or None."""

        async def work(connection: AsyncConnection) -> bytes | None:
            newest = select(audit_checkpoints.c.note).where(audit_checkpoints.c.size <= size)
            note = await connection.scalar(newest.order_by(audit_checkpoints.c.size.desc()).limit(1))
            return None if note is None else bytes(note)

        return await self._store.read(work)

    async def checkpoints(self, limit: int) -> list[bytes]:
        """Return at most so many kept checkpoints, spread evenly, oldest first; the newest is always among them."""

        async def work(connection: AsyncConnection) -> list[bytes]:
            place = func.row_number().over(order_by=audit_checkpoints.c.size.desc()).label("place")
            numbered = select(audit_checkpoints.c.size, audit_checkpoints.c.note, place).subquery("numbered")
            count = await connection.scalar(select(func.count()).select_from(audit_checkpoints)) or 0
            step = max(1, -(-count // limit))
            query = select(numbered.c.note).where(
                or_(numbered.c.place == 1, numbered.c.place % step == 1 % step)
            )
            rows = await connection.execute(query.order_by(numbered.c.size))
            return [bytes(row.note) for row in rows]

        return await self._store.read(work)

    async def _counter(self, name: str) -> int | None:
        async def work(connection: AsyncConnection) -> int | None:
            value = await connection.scalar(select(counters.c.value).where(counters.c.name == name))
            return None if value is None else int(value)

        return await self._store.read(work)


def _kept(row: RowMapping) -> KeptLeaf:
    leaf = AuditLeaf(row["at_ms"], row["kind"], row["actor"], row["subject"], row["detail"])
    return KeptLeaf(row["number"], leaf, canonical(leaf))
