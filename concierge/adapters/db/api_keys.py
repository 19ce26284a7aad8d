"""API keys: hashes, scopes and when they end. A disabled person's keys are found by nothing here."""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, RowMapping, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.engine import Store
from concierge.adapters.db.people import person_of
from concierge.adapters.db.tables import api_keys, people
from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.ids import PersonId
from concierge.domain.person import Person, PersonState
from concierge.services.account_port import ApiKey
from concierge.services.ports import AuditLeaf

_ENABLED = people.c.state == PersonState.ENABLED


class DatabaseApiKeys:
    """The ApiKeyStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, key: ApiKey, secret_hash: bytes, leaf: AuditLeaf) -> bool:
        """Keep a key; False when the person is disabled or has API_KEYS_PER_PERSON_MAX good ones."""
        row = {
            "id": key.id,
            "person": key.person,
            "secret_hash": secret_hash,
            "name": key.name,
            "scopes": json.dumps(key.scopes),
            "created_ms": key.created_ms,
            "until_ms": key.until_ms,
        }

        async def work(connection: AsyncConnection) -> bool:
            # The person's row is held: keys issued side by side are counted one after the other.
            holder = select(people.c.id).where(people.c.id == key.person, _ENABLED).with_for_update()
            if await connection.scalar(holder) is None:
                return False
            good = select(func.count()).where(api_keys.c.person == key.person, _good(key.created_ms))
            if (await connection.scalar(good) or 0) >= limits.API_KEYS_PER_PERSON_MAX:
                return False
            await connection.execute(insert(api_keys).values(row))
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def find(self, secret_hash: bytes, now_ms: int) -> tuple[ApiKey, Person] | None:
        """Return a key that is still good, of an enabled person, and note now and then that it was used."""

        async def work(connection: AsyncConnection) -> tuple[ApiKey, Person] | None:
            joined = api_keys.join(people, people.c.id == api_keys.c.person)
            # The two tables share column names: the key's are asked for under others.
            found = await connection.execute(
                select(people, *(column.label(f"key_{column.name}") for column in api_keys.c))
                .select_from(joined)
                .where(api_keys.c.secret_hash == secret_hash, _good(now_ms), _ENABLED)
            )
            row = found.mappings().first()
            return None if row is None else (_key(row, "key_"), person_of(row))

        found = await self._store.read(work)
        if found is not None and now_ms - (found[0].used_ms or 0) >= limits.SIGN_IN_SEEN_EVERY_MS:
            await self._used(found[0].id, now_ms)
        return found

    async def _used(self, key: str, now_ms: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(api_keys).where(api_keys.c.id == key).values(used_ms=now_ms))

        await self._store.write(work)

    async def of_person(self, person: PersonId) -> list[ApiKey]:
        """Return a person's keys, newest first, the revoked and expired too."""

        async def work(connection: AsyncConnection) -> list[ApiKey]:
            rows = await connection.execute(
                select(api_keys)
                .where(api_keys.c.person == person)
                .order_by(api_keys.c.created_ms.desc(), api_keys.c.id)
            )
            return [_key(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def revoke(self, person: PersonId, key: str, now_ms: int, leaf: AuditLeaf) -> bool:
        """Revoke a person's own key; True when it was not revoked before."""

        async def work(connection: AsyncConnection) -> bool:
            own = and_(api_keys.c.id == key, api_keys.c.person == person, api_keys.c.revoked_ms.is_(None))
            revoked = update(api_keys).where(own).values(revoked_ms=now_ms).returning(api_keys.c.id)
            if await connection.scalar(revoked) is None:
                return False
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)


def _good(now_ms: int) -> ColumnElement[bool]:
    return and_(api_keys.c.until_ms > now_ms, api_keys.c.revoked_ms.is_(None))


def _key(row: RowMapping, prefix: str = "") -> ApiKey:
    return ApiKey(
        id=row[f"{prefix}id"],
        person=PersonId(row[f"{prefix}person"]),
        name=row[f"{prefix}name"],
        scopes=tuple(Act(name) for name in json.loads(row[f"{prefix}scopes"])),
        created_ms=row[f"{prefix}created_ms"],
        until_ms=row[f"{prefix}until_ms"],
        used_ms=row[f"{prefix}used_ms"],
        revoked_ms=row[f"{prefix}revoked_ms"],
    )
