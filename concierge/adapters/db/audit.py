"""The append-only audit log: leaves numbered from 1 without a gap, hashed as RFC 6962 leaves.

Rule: other repositories call `append` last in their own transaction, so that a row, its leaf and the tree above it are
kept together and the one lock that numbers leaves is held briefly. Nothing here changes or removes a leaf; triggers refuse
it too. A log that was found rolled back is sealed: nothing is appended, so nothing that needs a leaf happens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.audit_tree import keep_nodes
from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import audit_leaves, counters
from concierge.adapters.db.words import clean
from concierge.services.ports import AuditLeaf, StoreUnavailable

COUNTER = "audit"
SEALED = "audit sealed"
"""The counter's name while the log takes nothing."""
_LEAF_PREFIX = b"\x00"  # RFC 6962, section 2.1: domain separation between leaves and nodes


def canonical(leaf: AuditLeaf) -> bytes:
    """Return the leaf as canonical JSON (RFC 8785: sorted names, no spaces, UTF-8), exactly as it is kept."""
    document = {
        "actor": clean(leaf.actor),
        "at_ms": leaf.at_ms,
        "detail": clean(leaf.detail),
        "kind": clean(leaf.kind),
        "subject": clean(leaf.subject),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_hash(leaf: AuditLeaf) -> bytes:
    """Return SHA-256(0x00 || canonical JSON), 32 bytes."""
    return hashlib.sha256(_LEAF_PREFIX + canonical(leaf)).digest()


async def append(connection: AsyncConnection, leaves: Sequence[AuditLeaf]) -> int:
    """Append leaves inside the caller's transaction; return the number of the last leaf there is. Raises LogSealed."""
    # The row's lock is held until the commit: whoever is next takes the next number, and a rollback gives it back.
    last = await connection.scalar(
        update(counters)
        .where(counters.c.name == COUNTER)
        .values(value=counters.c.value + len(leaves))
        .returning(counters.c.value)
    )
    if last is None:
        raise LogSealed("the audit log was rolled back and takes nothing until it is restored")
    number = int(last)
    if leaves:
        first = number - len(leaves) + 1
        hashes = [leaf_hash(leaf) for leaf in leaves]
        rows = [
            {
                "number": first + place,
                "at_ms": leaf.at_ms,
                "kind": leaf.kind,
                "actor": leaf.actor,
                "subject": leaf.subject,
                "detail": leaf.detail,
                "leaf_hash": hashes[place],
            }
            for place, leaf in enumerate(leaves)
        ]
        await connection.execute(insert(audit_leaves), rows)
        await keep_nodes(connection, first - 1, hashes)
    return number


async def not_appended(connection: AsyncConnection, leaves: Sequence[AuditLeaf]) -> list[AuditLeaf]:
    """Return those leaves of which there is no exact copy: for work that start-up may do a second time."""
    hashes = [leaf_hash(leaf) for leaf in leaves]
    found = await connection.scalars(
        select(audit_leaves.c.leaf_hash).where(audit_leaves.c.leaf_hash.in_(hashes))
    )
    known = {bytes(value) for value in found}
    return [leaf for leaf, value in zip(leaves, hashes, strict=True) if value not in known]


class LogSealed(StoreUnavailable):
    """A witness or anchor knows more of this log than the database does: nothing is appended until it is restored."""


class DatabaseAudit:
    """The Audit port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def append(self, leaf: AuditLeaf) -> int:
        """Append one leaf durably; return its number."""
        return await self._store.write(lambda connection: append(connection, [leaf]))

    async def append_all(self, leaves: Sequence[AuditLeaf]) -> int:
        """Append leaves durably, all or none; return the number of the last."""
        return await self._store.write(lambda connection: append(connection, leaves))

    async def tail(self, limit: int) -> list[tuple[int, AuditLeaf]]:
        """Return the newest leaves, newest first."""

        async def work(connection: AsyncConnection) -> list[tuple[int, AuditLeaf]]:
            newest = select(audit_leaves).order_by(audit_leaves.c.number.desc()).limit(limit)
            rows = (await connection.execute(newest)).mappings()
            return [(row["number"], _leaf(row)) for row in rows]

        return await self._store.read(work)


def _leaf(row: RowMapping) -> AuditLeaf:
    return AuditLeaf(row["at_ms"], row["kind"], row["actor"], row["subject"], row["detail"])
