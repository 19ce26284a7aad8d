from __future__ import annotations

from concierge.demo.people import COMPANIES, DESK, MATEO, PRIYA, lasting_id
from concierge.domain.access import DeskRole
from concierge.domain.ids import check_id


def test_identifiers_last_and_are_well_formed() -> None:
    assert lasting_id("person", "anna") == lasting_id("person", "anna")
    assert lasting_id("person", "anna") != lasting_id("person", "ben")
    assert check_id("ticket", lasting_id("ticket", "anna")).startswith("tic_")


def test_the_desk_has_two_hosts_a_supervisor_and_an_auditor() -> None:
    roles = [person.role for person in DESK]
    assert sorted(roles) == sorted([DeskRole.HOST, DeskRole.HOST, DeskRole.SUPERVISOR, DeskRole.AUDITOR])
    assert len({person.id for person in DESK}) == len({person.sign_in_name for person in DESK}) == len(DESK)


def test_nobody_can_be_written_to() -> None:
    addresses = [person.email for person in DESK] + [PRIYA.email, MATEO.email]
    assert all(address.endswith(".example") for address in addresses)


def test_a_company_sends_two_people_and_there_is_another() -> None:
    assert PRIYA.company == MATEO.company
    assert PRIYA.name != MATEO.name
    assert len({company.id for company in COMPANIES}) == 2
