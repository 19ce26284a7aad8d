"""Desk people and vendor companies. How people prove who they are is in accounts."""

from __future__ import annotations

import unicodedata

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.engine import Store
from concierge.adapters.db.tables import companies, credentials, people
from concierge.adapters.db.words import clean
from concierge.domain.access import DeskRole
from concierge.domain.errors import BadInput
from concierge.domain.ids import CompanyId, PersonId
from concierge.domain.person import Company, Person, PersonState

_MAY_HOST = (DeskRole.HOST, DeskRole.SUPERVISOR)


def sign_in_key(name: str) -> str:
    """Return the form in which sign-in names are compared: NFKC and casefolded (Unicode standard, section 3.13)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", clean(name)).casefold()).strip()


def person_of(row: RowMapping) -> Person:
    """Return the person of a row of the people table."""
    return Person(
        id=PersonId(row["id"]),
        name=row["name"],
        sign_in_name=row["sign_in_name"],
        email=row["email"],
        role=DeskRole(row["role"]),
        state=PersonState(row["state"]),
    )


class DatabasePeople:
    """The People port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add_person(self, person: Person, password_hash: str | None) -> None:
        """Keep a new person. Raises BadInput when the sign-in name is taken."""

        async def work(connection: AsyncConnection) -> None:
            key = sign_in_key(person.sign_in_name)
            taken = await connection.scalar(select(people.c.id).where(people.c.sign_in_key == key))
            if taken is not None:
                raise BadInput("this sign-in name is taken")
            row = {
                "id": person.id,
                "name": person.name,
                "sign_in_name": person.sign_in_name,
                "sign_in_key": key,
                "email": person.email,
                "role": person.role,
                "state": person.state,
            }
            await connection.execute(insert(people).values(row))
            await connection.execute(
                insert(credentials).values(person=person.id, password_hash=password_hash)
            )

        await self._store.write(work)

    async def person(self, person: PersonId) -> Person | None:
        """Return a person, or None."""

        async def work(connection: AsyncConnection) -> Person | None:
            row = (await connection.execute(select(people).where(people.c.id == person))).mappings().first()
            return None if row is None else person_of(row)

        return await self._store.read(work)

    async def hosts(self) -> list[Person]:
        """Return enabled people who may host (hosts and supervisors), by name."""

        async def work(connection: AsyncConnection) -> list[Person]:
            rows = await connection.execute(
                select(people)
                .where(people.c.state == PersonState.ENABLED, people.c.role.in_(_MAY_HOST))
                .order_by(people.c.name, people.c.id)
            )
            return [person_of(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def every(self) -> list[Person]:
        """Return everybody of the desk by name, the disabled too."""

        async def work(connection: AsyncConnection) -> list[Person]:
            rows = await connection.execute(select(people).order_by(people.c.name, people.c.id))
            return [person_of(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def named(self, sign_in_name: str) -> Person | None:
        """Find by sign-in name, compared casefolded."""

        async def work(connection: AsyncConnection) -> Person | None:
            where = people.c.sign_in_key == sign_in_key(sign_in_name)
            row = (await connection.execute(select(people).where(where))).mappings().first()
            return None if row is None else person_of(row)

        return await self._store.read(work)

    async def disabled(self) -> frozenset[PersonId]:
        """Return who may not sign in."""

        async def work(connection: AsyncConnection) -> frozenset[PersonId]:
            found = await connection.scalars(
                select(people.c.id).where(people.c.state == PersonState.DISABLED)
            )
            return frozenset(PersonId(one) for one in found)

        return await self._store.read(work)

    async def add_company(self, company: Company) -> None:
        """Keep a new vendor company."""

        async def work(connection: AsyncConnection) -> None:
            row = {"id": company.id, "name": company.name, "contact": company.contact}
            await connection.execute(insert(companies).values(row))

        await self._store.write(work)

    async def companies(self) -> list[Company]:
        """Return vendor companies by name."""

        async def work(connection: AsyncConnection) -> list[Company]:
            rows = await connection.execute(select(companies).order_by(companies.c.name, companies.c.id))
            return [_company(row) for row in rows.mappings()]

        return await self._store.read(work)

    async def company(self, company: CompanyId) -> Company | None:
        """Return a company, or None."""

        async def work(connection: AsyncConnection) -> Company | None:
            found = await connection.execute(select(companies).where(companies.c.id == company))
            row = found.mappings().first()
            return None if row is None else _company(row)

        return await self._store.read(work)


def _company(row: RowMapping) -> Company:
    return Company(CompanyId(row["id"]), row["name"], row["contact"])
