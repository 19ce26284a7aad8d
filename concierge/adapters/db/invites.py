"""Invites: found by the hash of the link's secret, used up by one atomic UPDATE.

Rule: there is no check before the UPDATE; its WHERE is the check. A wrong PIN counts in the same way, and the count locks.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import invites
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import CompanyId, InviteId, ParticipantId, PersonId, SessionId, TicketId
from concierge.domain.invite import Invite
from concierge.services.ports import AuditLeaf


class DatabaseInvites:
    """The Invites port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, invite: Invite, link_hash: bytes, pin_hash: bytes, leaf: AuditLeaf) -> None:
        """Keep a new invite."""

        async def work(connection: AsyncConnection) -> None:
            row = asdict(invite) | {
                "capabilities": json.dumps(sorted(invite.capabilities)),
                "link_hash": link_hash,
                "pin_hash": pin_hash,
            }
            await connection.execute(insert(invites).values(row))
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def by_link(self, link_hash: bytes) -> Invite | None:
        """Find by the hash of the link's secret; changes nothing."""
        return await self._one(invites.c.link_hash == link_hash)

    async def get(self, invite: InviteId) -> Invite | None:
        """Return an invite, or None."""
        return await self._one(invites.c.id == invite)

    async def _one(self, where: ColumnElement[bool]) -> Invite | None:
        async def work(connection: AsyncConnection) -> Invite | None:
            row = (await connection.execute(select(invites).where(where))).mappings().first()
            return None if row is None else _invite(row)

        return await self._store.read(work)

    async def every(self, limit: int) -> list[Invite]:
        """Return all invites, newest first."""

        async def work(connection: AsyncConnection) -> list[Invite]:
            newest = select(invites).order_by(invites.c.created_ms.desc(), invites.c.id).limit(limit)
            return [_invite(row) for row in (await connection.execute(newest)).mappings()]

        return await self._store.read(work)

    async def redeem(
        self, link_hash: bytes, pin_hash: bytes, participant: ParticipantId, now_ms: int, leaf: AuditLeaf
    ) -> bool:
        """Use it up: True for exactly one caller, ever.

        A wrong PIN on an invite that could be redeemed counts a failure, with an InvitePinFailed leaf of its own.
        """
        open_now = (
            (invites.c.link_hash == link_hash)
            & invites.c.redeemed_ms.is_(None)
            & invites.c.revoked_ms.is_(None)
            & invites.c.frozen_ms.is_(None)
            & (invites.c.from_ms <= now_ms)
            & (invites.c.until_ms > now_ms)
            & (invites.c.failed_pins < limits.PIN_TRIES)
        )

        async def work(connection: AsyncConnection) -> bool:
            redeemed = await connection.scalar(
                update(invites)
                .where(open_now, invites.c.pin_hash == pin_hash)
                .values(redeemed_ms=now_ms, redeemed_as=participant)
                .returning(invites.c.id)
            )
            if redeemed is not None:
                await audit.append(connection, [leaf])
                return True
            failed = await connection.execute(
                update(invites)
                .where(open_now, invites.c.pin_hash != pin_hash)
                .values(failed_pins=invites.c.failed_pins + 1)
                .returning(invites.c.id, invites.c.failed_pins)
            )
            for invite, count in failed.all():
                detail = json.dumps({"failed_pins": count, "tries": limits.PIN_TRIES})
                await audit.append(
                    connection, [AuditLeaf(leaf.at_ms, "InvitePinFailed", leaf.actor, invite, detail)]
                )
            return False

        return await self._store.write(work)

    async def revoke(self, invite: InviteId, now_ms: int, leaf: AuditLeaf) -> bool:
        """Revoke; True when it was not revoked before."""

        async def work(connection: AsyncConnection) -> bool:
            revoked = await connection.scalar(
                update(invites)
                .where(invites.c.id == invite, invites.c.revoked_ms.is_(None))
                .values(revoked_ms=now_ms)
                .returning(invites.c.id)
            )
            if revoked is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def freeze(self, invite: InviteId, now_ms: int, leaf: AuditLeaf) -> bool:
        """Freeze; True when it was not frozen before."""
        return await self._change(invite, leaf, invites.c.frozen_ms.is_(None), frozen_ms=now_ms)

    async def renew(self, invite: InviteId, pin_hash: bytes, leaf: AuditLeaf, *, thaw: bool) -> bool:
        """Put a new PIN in the place of the old one, and count wrong ones anew; `thaw`: a frozen one can be redeemed again."""
        if thaw:
            cleared = {"frozen_ms": None, "redeemed_ms": None, "redeemed_as": None}
            frozen = invites.c.frozen_ms.is_not(None) & invites.c.revoked_ms.is_(None)
            return await self._change(invite, leaf, frozen, pin_hash=pin_hash, failed_pins=0, **cleared)
        unused = invites.c.redeemed_ms.is_(None) & invites.c.revoked_ms.is_(None)
        return await self._change(invite, leaf, unused, pin_hash=pin_hash, failed_pins=0)

    async def note_test(self, link_hash: bytes, result: str, now_ms: int) -> bool:
        """Note how a test of the connection went; False when no invite has that link."""

        async def work(connection: AsyncConnection) -> bool:
            noted = await connection.scalar(
                update(invites)
                .where(invites.c.link_hash == link_hash)
                .values(tested=result, tested_ms=now_ms)
                .returning(invites.c.id)
            )
            return noted is not None

        return await self._store.write(work)

    async def link_hash(self, invite: InviteId) -> bytes | None:
        """Return the hash that an invite's PIN is bound to."""

        async def work(connection: AsyncConnection) -> bytes | None:
            found: bytes | None = await connection.scalar(
                select(invites.c.link_hash).where(invites.c.id == invite)
            )
            return found

        return await self._store.read(work)

    async def _change(
        self, invite: InviteId, leaf: AuditLeaf, where: ColumnElement[bool], **values: object
    ) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            changed = await connection.scalar(
                update(invites).where(invites.c.id == invite, where).values(**values).returning(invites.c.id)
            )
            if changed is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)


def _invite(row: RowMapping) -> Invite:
    return Invite(
        id=InviteId(row["id"]),
        ticket=TicketId(row["ticket"]),
        session=None if row["session"] is None else SessionId(row["session"]),
        company=CompanyId(row["company"]),
        company_name=row["company_name"],
        vendor_name=row["vendor_name"],
        vendor_email=row["vendor_email"],
        capabilities=frozenset(Capability(name) for name in json.loads(row["capabilities"])),
        from_ms=row["from_ms"],
        until_ms=row["until_ms"],
        created_by=PersonId(row["created_by"]),
        created_ms=row["created_ms"],
        brief=row["brief"],
        redeemed_ms=row["redeemed_ms"],
        redeemed_as=None if row["redeemed_as"] is None else ParticipantId(row["redeemed_as"]),
        revoked_ms=row["revoked_ms"],
        failed_pins=row["failed_pins"],
        frozen_ms=row["frozen_ms"],
        tested_ms=row["tested_ms"],
        tested=row["tested"],
    )
