from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.people import sign_in_key
from concierge.adapters.db.repositories import Database
from concierge.domain.access import DeskRole
from concierge.domain.errors import BadInput
from concierge.domain.ids import CompanyId, PersonId
from concierge.domain.person import Company, Person, PersonState
from tests.adapters.db.samples import ALEX


def another(number: int, name: str, role: DeskRole, state: PersonState = PersonState.ENABLED) -> Person:
    return Person(PersonId(f"per_{number}"), name, f"name{number}", "", role, state)


async def test_a_person_is_read_back_as_they_were(database: Database) -> None:
    await database.people.add_person(ALEX, "hash")
    assert await database.people.person(ALEX.id) == ALEX
    assert await database.people.person(PersonId("per_nobody")) is None
    known = await database.accounts.credentials_of(ALEX.id)
    assert known is not None
    assert known.password_hash == "hash"


@pytest.mark.parametrize("name", ["alex", "ALEX", " Alex ", "ａｌｅｘ"])
async def test_a_sign_in_name_is_taken_however_it_is_spelled(database: Database, name: str) -> None:
    await database.people.add_person(ALEX, None)
    with pytest.raises(BadInput, match="taken"):
        await database.people.add_person(replace(ALEX, id=PersonId("per_other"), sign_in_name=name), None)


def test_names_are_compared_casefolded() -> None:
    assert sign_in_key("Straße") == sign_in_key("STRASSE")
    assert sign_in_key("é") == sign_in_key("e\u0301")


async def test_hosts_are_the_enabled_people_who_may_host_by_name(database: Database) -> None:
    people = [
        another(1, "Zoe", DeskRole.HOST),
        another(2, "Sam", DeskRole.SUPERVISOR),
        another(3, "Aud", DeskRole.AUDITOR),
        another(4, "Gone", DeskRole.HOST, PersonState.DISABLED),
    ]
    for person in people:
        await database.people.add_person(person, None)
    assert [person.name for person in await database.people.hosts()] == ["Sam", "Zoe"]


async def test_companies_are_listed_by_name(database: Database) -> None:
    zeta, acme = Company(CompanyId("com_z"), "Zeta", "z@z"), Company(CompanyId("com_a"), "Acme", "a@a")
    for company in (zeta, acme):
        await database.people.add_company(company)
    assert await database.people.companies() == [acme, zeta]
    assert await database.people.company(acme.id) == acme
    assert await database.people.company(CompanyId("com_none")) is None
