"""Credentials, tries, sign-ins and sign-in links. Lock-outs are counted here, so they hold across restarts and processes.

Rules: every change and its audit leaves are one transaction; what is counted or used up is one atomic statement; a
disabled person is found by nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db import audit
from concierge.adapters.db.auditor_links import revoke_made_by
from concierge.adapters.db.engine import Store, insert_once
from concierge.adapters.db.people import person_of, sign_in_key
from concierge.adapters.db.tables import (
    api_keys,
    credentials,
    people,
    sign_in_links,
    sign_in_tries,
    sign_ins,
)
from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import PersonId
from concierge.domain.person import Person, PersonState
from concierge.services.account_port import Credentials, SignIn, SignInLink
from concierge.services.digests import digest_of
from concierge.services.ports import AuditLeaf

_ENABLED = people.c.state == PersonState.ENABLED


class DatabaseAccounts:
    """The AccountStore port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # --- credentials and tries ---

    async def credentials(self, sign_in_name: str) -> Credentials | None:
        """Find by sign-in name, compared casefolded."""
        return await self._credentials(people.c.sign_in_key == sign_in_key(sign_in_name))

    async def credentials_of(self, person: PersonId) -> Credentials | None:
        """Find by person."""
        return await self._credentials(people.c.id == person)

    async def _credentials(self, where: ColumnElement[bool]) -> Credentials | None:
        async def work(connection: AsyncConnection) -> Credentials | None:
            joined = people.join(credentials, credentials.c.person == people.c.id)
            found = await connection.execute(select(people, credentials).select_from(joined).where(where))
            row = found.mappings().first()
            return None if row is None else _credentials_of(row)

        return await self._store.read(work)

    async def count_try(self, sign_in_name: str, now_ms: int) -> int | None:
        """Count a try before it is made; None while the name is locked."""
        row = {"name_hash": _name_hash(sign_in_name), "failed": 1, "last_ms": now_ms}
        # Tries are forgotten after the time a lock lasts; last_ms in the future is a clock that was set back.
        old = or_(
            sign_in_tries.c.last_ms <= now_ms - limits.SIGN_IN_LOCK_MS,
            sign_in_tries.c.last_ms > now_ms + limits.SIGN_IN_LOCK_MS,
        )

        async def work(connection: AsyncConnection) -> int | None:
            count = await connection.scalar(
                insert_once(connection, sign_in_tries)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["name_hash"],
                    set_={"failed": case((old, 1), else_=sign_in_tries.c.failed + 1), "last_ms": now_ms},
                    where=or_(old, sign_in_tries.c.failed < limits.SIGN_IN_TRIES),
                )
                .returning(sign_in_tries.c.failed)
            )
            if count == 1:
                forgotten = sign_in_tries.c.last_ms <= now_ms - limits.SIGN_IN_LOCK_MS
                await connection.execute(delete(sign_in_tries).where(forgotten))
            return None if count is None else int(count)

        return await self._store.write(work)

    async def note(self, leaves: Sequence[AuditLeaf]) -> None:
        """Append audit leaves about a try that changed nothing."""
        await self._store.write(lambda connection: audit.append(connection, leaves))

    # --- sign-ins ---

    async def open_sign_in(
        self,
        sign_in: SignIn,
        secret_hash: bytes,
        leaf: AuditLeaf,
        *,
        totp_step: int | None = None,
        password_hash: str | None = None,
        replaced_hash: bytes | None = None,
    ) -> bool:
        """Keep a sign-in and forget the tries; False, and nothing kept, when the person is disabled or the step used."""

        async def work(connection: AsyncConnection) -> bool:
            name = await _enabled_name(connection, sign_in.person)
            if name is None or not await _use_step(connection, sign_in.person, totp_step):
                return False
            tried = sign_in_tries.c.name_hash == _name_hash(name)
            await connection.execute(delete(sign_in_tries).where(tried))
            if password_hash is not None:
                kept = update(credentials).where(credentials.c.person == sign_in.person)
                await connection.execute(kept.values(password_hash=password_hash))
            if replaced_hash is not None:
                await connection.execute(delete(sign_ins).where(sign_ins.c.secret_hash == replaced_hash))
            await _keep_sign_in(connection, sign_in, secret_hash)
            await audit.append(connection, [leaf])
            return True

        return await self._store.write(work)

    async def find_sign_in(self, secret_hash: bytes, now_ms: int) -> tuple[SignIn, Person] | None:
        """Return a sign-in that is still good, of an enabled person, and note now and then that it was seen."""

        async def work(connection: AsyncConnection) -> tuple[SignIn, Person] | None:
            joined = sign_ins.join(people, people.c.id == sign_ins.c.person)
            # The two tables share the column name "id": the sign-in's is asked for under another.
            found = await connection.execute(
                select(people, *(column.label(f"sign_in_{column.name}") for column in sign_ins.c))
                .select_from(joined)
                .where(sign_ins.c.secret_hash == secret_hash, _good(now_ms), _ENABLED)
            )
            row = found.mappings().first()
            return None if row is None else (_sign_in(row, "sign_in_"), person_of(row))

        found = await self._store.read(work)
        if found is not None and now_ms - found[0].seen_ms >= limits.SIGN_IN_SEEN_EVERY_MS:
            await self._seen(found[0].id, now_ms)
        return found

    async def _seen(self, sign_in: str, now_ms: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            row = update(sign_ins).where(sign_ins.c.id == sign_in, sign_ins.c.seen_ms < now_ms)
            await connection.execute(row.values(seen_ms=now_ms))

        await self._store.write(work)

    async def sign_ins(self, person: PersonId, now_ms: int) -> list[SignIn]:
        """Return a person's good sign-ins, last seen first."""

        async def work(connection: AsyncConnection) -> list[SignIn]:
            rows = await connection.execute(
                select(sign_ins)
                .where(sign_ins.c.person == person, _good(now_ms))
                .order_by(sign_ins.c.seen_ms.desc(), sign_ins.c.id)
            )
            return [_sign_in(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def end_sign_ins(
        self, person: PersonId, leaf: AuditLeaf, *, only: str | None = None, keep: str | None = None
    ) -> int:
        """End the sign-in `only`, or all but `keep`; return how many there were. The leaf is kept if any."""

        async def work(connection: AsyncConnection) -> int:
            count = await _end(connection, person, only=only, keep=keep)
            if count:
                await audit.append(connection, [leaf])
            return count

        return await self._store.write(work)

    # --- links ---

    async def add_link(self, link: SignInLink, secret_hash: bytes, leaf: AuditLeaf) -> None:
        """Keep a sign-in link."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(
                insert(sign_in_links).values(asdict(link) | {"secret_hash": secret_hash})
            )
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def look_at_link(self, link_hash: bytes, now_ms: int) -> Person | None:
        """Return whom a good link signs in, or None; changes nothing."""
        good = and_(
            sign_in_links.c.secret_hash == link_hash,
            sign_in_links.c.until_ms > now_ms,
            or_(sign_in_links.c.uses_left.is_(None), sign_in_links.c.uses_left > 0),
            _ENABLED,
        )

        async def work(connection: AsyncConnection) -> Person | None:
            found = select(people).join(sign_in_links, sign_in_links.c.person == people.c.id).where(good)
            row = (await connection.execute(found)).mappings().one_or_none()
            return None if row is None else person_of(row)

        return await self._store.read(work)

    async def use_link(
        self, link_hash: bytes, sign_in: SignIn, secret_hash: bytes, leaf: AuditLeaf
    ) -> Person | None:
        """Use a link once, atomically, and open the sign-in for its person; None when the link is not good."""
        enabled = select(people.c.id).where(_ENABLED)
        good = and_(
            sign_in_links.c.secret_hash == link_hash,
            sign_in_links.c.until_ms > sign_in.created_ms,
            or_(sign_in_links.c.uses_left.is_(None), sign_in_links.c.uses_left > 0),
            sign_in_links.c.person.in_(enabled),
        )

        async def work(connection: AsyncConnection) -> Person | None:
            used = update(sign_in_links).where(good).values(uses_left=sign_in_links.c.uses_left - 1)
            person_id = await connection.scalar(used.returning(sign_in_links.c.person))
            if person_id is None or await _enabled_name(connection, person_id) is None:
                return None
            row = (await connection.execute(select(people).where(people.c.id == person_id))).mappings().one()
            await _keep_sign_in(connection, replace(sign_in, person=PersonId(person_id)), secret_hash)
            await audit.append(connection, [replace(leaf, actor=person_id)])
            return person_of(row)

        return await self._store.write(work)

    # --- changes ---

    async def set_password(
        self, person: PersonId, password_hash: str, leaf: AuditLeaf, *, keep: str | None = None
    ) -> None:
        """Keep a new password and end every sign-in but `keep`, and every sign-in link."""

        async def work(connection: AsyncConnection) -> None:
            await _change(connection, person, {"password_hash": password_hash})
            await connection.execute(delete(sign_in_links).where(sign_in_links.c.person == person))
            await _end(connection, person, keep=keep)
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def offer_totp(self, person: PersonId, sealed: bytes, leaf: AuditLeaf) -> None:
        """Keep an offered TOTP secret; the one in force stays in force."""

        async def work(connection: AsyncConnection) -> None:
            await _change(connection, person, {"totp_offered": sealed})
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def set_totp(
        self, person: PersonId, sealed: bytes | None, step: int, leaf: AuditLeaf, *, keep: str | None = None
    ) -> None:
        """Put a TOTP secret in force, or none; the offer is gone, and so is every sign-in but `keep`."""

        async def work(connection: AsyncConnection) -> None:
            await _change(
                connection, person, {"totp_sealed": sealed, "totp_offered": None, "totp_step": step}
            )
            await _end(connection, person, keep=keep)
            await audit.append(connection, [leaf])

        await self._store.write(work)

    async def set_state(self, person: PersonId, state: PersonState, now_ms: int, leaf: AuditLeaf) -> bool:
        """Enable or disable; True when that changed something. Disabling ends sign-ins, links (to sign in, and for auditors)
        and keys for good.
        """

        async def work(connection: AsyncConnection) -> bool:
            changed = update(people).where(people.c.id == person, people.c.state != state)
            if await connection.scalar(changed.values(state=state).returning(people.c.id)) is None:
                return False
            if state is PersonState.DISABLED:
                await _end(connection, person)
                await connection.execute(delete(sign_in_links).where(sign_in_links.c.person == person))
                in_force = (api_keys.c.person == person) & api_keys.c.revoked_ms.is_(None)
                await connection.execute(update(api_keys).where(in_force).values(revoked_ms=now_ms))
            await audit.append(connection, [leaf])
            if state is PersonState.DISABLED:
                await revoke_made_by(connection, person, now_ms, leaf.actor)
            return True

        return await self._store.write(work)


def _good(now_ms: int) -> ColumnElement[bool]:
    return and_(sign_ins.c.until_ms > now_ms, sign_ins.c.seen_ms > now_ms - limits.SIGN_IN_IDLE_MS)


async def _enabled_name(connection: AsyncConnection, person: PersonId) -> str | None:
    """Return the sign-in name of an enabled person, and hold the row so that disabling comes before or after."""
    row = select(people.c.sign_in_name).where(people.c.id == person, _ENABLED)
    name: str | None = await connection.scalar(row.with_for_update())
    return name


async def _use_step(connection: AsyncConnection, person: PersonId, step: int | None) -> bool:
    """Use a TOTP step up: True for exactly one caller."""
    if step is None:
        return True
    later = (credentials.c.person == person) & (credentials.c.totp_step < step)
    used = update(credentials).where(later).values(totp_step=step).returning(credentials.c.person)
    return await connection.scalar(used) is not None


async def _keep_sign_in(connection: AsyncConnection, sign_in: SignIn, secret_hash: bytes) -> None:
    await connection.execute(insert(sign_ins).values(asdict(sign_in) | {"secret_hash": secret_hash}))
    own = (sign_ins.c.person == sign_in.person) & (sign_ins.c.id != sign_in.id)
    await connection.execute(
        delete(sign_ins).where(
            own, or_(~_good(sign_in.created_ms), sign_ins.c.id.in_(_surplus(sign_in.person)))
        )
    )


def _surplus(person: PersonId) -> Select[str]:
    newest = select(sign_ins.c.id).where(sign_ins.c.person == person)
    ordered = newest.order_by(sign_ins.c.created_ms.desc(), sign_ins.c.id)
    return ordered.offset(limits.SIGN_INS_PER_PERSON_MAX)


async def _end(
    connection: AsyncConnection, person: PersonId, *, only: str | None = None, keep: str | None = None
) -> int:
    where = [sign_ins.c.person == person]
    if only is not None:
        where.append(sign_ins.c.id == only)
    if keep is not None:
        where.append(sign_ins.c.id != keep)
    ended = await connection.scalars(delete(sign_ins).where(*where).returning(sign_ins.c.id))
    return len(ended.all())


async def _change(connection: AsyncConnection, person: PersonId, values: dict[str, object]) -> None:
    row = update(credentials).where(credentials.c.person == person).values(values)
    if await connection.scalar(row.returning(credentials.c.person)) is None:
        raise BadInput("there is no such person")


def _name_hash(sign_in_name: str) -> bytes:
    return digest_of(sign_in_key(sign_in_name))


def _credentials_of(row: RowMapping) -> Credentials:
    return Credentials(
        person=person_of(row),
        password_hash=row["password_hash"],
        totp_sealed=None if row["totp_sealed"] is None else bytes(row["totp_sealed"]),
        totp_offered=None if row["totp_offered"] is None else bytes(row["totp_offered"]),
        totp_step=row["totp_step"],
    )


def _sign_in(row: RowMapping, prefix: str = "") -> SignIn:
    return SignIn(
        id=row[f"{prefix}id"],
        person=PersonId(row[f"{prefix}person"]),
        created_ms=row[f"{prefix}created_ms"],
        seen_ms=row[f"{prefix}seen_ms"],
        until_ms=row[f"{prefix}until_ms"],
        address=row[f"{prefix}address"],
    )
