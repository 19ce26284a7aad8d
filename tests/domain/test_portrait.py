from __future__ import annotations

from concierge.domain.ids import CompanyId, ParticipantId, PersonId
from concierge.domain.participant import Participant, Role
from concierge.domain.portrait import owner_of, owner_of_person, owner_of_vendor

ANNA, ACME = PersonId("per_anna"), CompanyId("com_acme")


def seat(
    role: Role, name: str, person: PersonId | None = None, company: CompanyId | None = None
) -> Participant:
    return Participant(ParticipantId("par_1"), role, name, "", frozenset(), person=person, company=company)


def test_desk_people_are_known_by_their_account_and_vendors_by_company_and_name() -> None:
    assert owner_of(seat(Role.HOST, "Anna", person=ANNA)) == owner_of_person(ANNA)
    assert owner_of(seat(Role.VENDOR, "Vera  VOGEL ", company=ACME)) == owner_of_vendor(ACME, "Vera Vogel")
    assert owner_of_vendor(ACME, "Vera") != owner_of_vendor(CompanyId("com_other"), "Vera")


def test_a_customer_has_no_portrait_and_no_vendor_can_borrow_a_hosts() -> None:
    assert owner_of(seat(Role.CUSTOMER, "Anna")) == ""
    assert owner_of(seat(Role.VENDOR, str(ANNA), company=ACME)) != owner_of_person(ANNA)
