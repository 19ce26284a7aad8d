"""The AuditorLinkStore port. Links are kept when they are over: the list says who could look."""

from __future__ import annotations

import json

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    RowMapping,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import Words, metadata, recordings
from concierge.domain import limits
from concierge.domain.auditor_link import AuditorLink
from concierge.domain.ids import PersonId, RecordingId
from concierge.services.ports import AuditLeaf

auditor_links = Table(
    "auditor_links",
    metadata,
    Column("id", Words, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("recording", Words, nullable=False, index=True),
    Column("viewer", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("made_by_name", Words, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    UniqueConstraint("digest"),
)


class DatabaseAuditorLinks:
    """The AuditorLinkStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, link: AuditorLink, digest: bytes, now_ms: int, leaf: AuditLeaf) -> bool:
        """Keep a link; False when the recording has AUDITOR_LINKS_MAX good ones."""
        row = {
            "id": link.id,
            "digest": digest,
            "recording": link.recording,
            "viewer": link.viewer,
            "reason": link.reason,
            "made_by": link.made_by,
            "made_by_name": link.made_by_name,
            "made_ms": link.made_ms,
            "until_ms": link.until_ms,
        }
        good = select(func.count()).where(
            auditor_links.c.recording == link.recording,
            auditor_links.c.until_ms > now_ms,
            auditor_links.c.revoked_ms.is_(None),
        )

        async def work(connection: AsyncConnection) -> bool:
            # The recording's row is held: links made side by side are counted one after the other.
            await connection.scalar(
                select(recordings.c.id).where(recordings.c.id == link.recording).with_for_update()
            )
            if (await connection.scalar(good) or 0) >= limits.AUDITOR_LINKS_MAX:
                return False
            await connection.execute(insert(auditor_links).values(row))
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def find(self, digest: bytes) -> AuditorLink | None:
        """Return the link of a secret, good or not."""

        async def work(connection: AsyncConnection) -> AuditorLink | None:
            found = await connection.execute(select(auditor_links).where(auditor_links.c.digest == digest))
            row = found.mappings().first()
            return None if row is None else _link(row)

        return await self._store.read(work)

    async def of(self, recording: RecordingId) -> list[AuditorLink]:
        """Return a recording's links, newest first, also those that are over."""

        async def work(connection: AsyncConnection) -> list[AuditorLink]:
            query = select(auditor_links).where(auditor_links.c.recording == recording)
            rows = await connection.execute(
                query.order_by(auditor_links.c.made_ms.desc(), auditor_links.c.id)
            )
            return [_link(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def revoke(self, recording: RecordingId, link: str, now_ms: int, leaf: AuditLeaf) -> bool:
        """Revoke a link of a recording; True when it was not revoked before."""

        async def work(connection: AsyncConnection) -> bool:
            own = (auditor_links.c.id == link) & (auditor_links.c.recording == recording)
            change = (
                update(auditor_links)
                .where(own, auditor_links.c.revoked_ms.is_(None))
                .values(revoked_ms=now_ms)
            )
            if await connection.scalar(change.returning(auditor_links.c.id)) is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)


async def revoke_made_by(connection: AsyncConnection, maker: PersonId, now_ms: int, by: str) -> None:
    """Revoke what a person made, each link with its leaf, within a transaction that disables them."""
    change = (
        update(auditor_links)
        .where(auditor_links.c.made_by == maker, auditor_links.c.revoked_ms.is_(None))
        .where(auditor_links.c.until_ms > now_ms)
        .values(revoked_ms=now_ms)
        .returning(auditor_links.c.id, auditor_links.c.recording)
    )
    leaves = [
        AuditLeaf(
            now_ms,
            "AuditorLinkRevoked",
            by,
            link,
            json.dumps({"reason": "maker_disabled", "recording": recording}, sort_keys=True),
        )
        for link, recording in sorted((one.id, one.recording) for one in await connection.execute(change))
    ]
    await audit.append(connection, leaves)


def _link(row: RowMapping) -> AuditorLink:
    return AuditorLink(
        id=row["id"],
        recording=RecordingId(row["recording"]),
        viewer=row["viewer"],
        reason=row["reason"],
        made_by=PersonId(row["made_by"]),
        made_by_name=row["made_by_name"],
        made_ms=row["made_ms"],
        until_ms=row["until_ms"],
        revoked_ms=row["revoked_ms"],
    )
