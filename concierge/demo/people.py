"""The people of the demonstration: an invented organisation, its desk, and two vendor companies. Nobody here exists.

Addresses end in .example (RFC 2606). Identifiers follow from names, so that a second run meets the same people.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from concierge.domain.access import DeskRole
from concierge.domain.ids import CompanyId, PersonId, form_id
from concierge.domain.person import Company, Person

ORGANISATION: Final = "Lindmoor Clinics Service Desk"
DESK_PHONE: Final = "+49 30 23125 100"


def lasting_id(kind: str, name: str) -> str:
    """Return the identifier of `kind` that belongs to this name in every demonstration."""
    return form_id(kind, hashlib.sha256(f"demonstration {kind} {name}".encode()).digest())


def _person(name: str, sign_in_name: str, role: DeskRole) -> Person:
    email = f"{sign_in_name}@lindmoor.example"
    return Person(PersonId(lasting_id("person", sign_in_name)), name, sign_in_name, email, role)


ANNA: Final = _person("Anna Berger", "anna.berger", DeskRole.HOST)
BEN: Final = _person("Ben Okafor", "ben.okafor", DeskRole.HOST)
SOFIA: Final = _person("Sofia Marchetti", "sofia.marchetti", DeskRole.SUPERVISOR)
HARUTO: Final = _person("Haruto Ishida", "haruto.ishida", DeskRole.AUDITOR)
DESK: Final = (ANNA, BEN, SOFIA, HARUTO)


@dataclass(frozen=True, slots=True)
class VendorPerson:
    """Somebody of a vendor company, as an invite names them."""

    name: str
    email: str
    company: Company


def _company(name: str, contact: str) -> Company:
    return Company(CompanyId(lasting_id("company", name)), name, contact)


PRINTERS: Final = _company("Orvanta Print Systems", "support@orvanta.example, +1 206 555 0142")
NETWORKS: Final = _company("Kelvane Networks", "noc@kelvane.example, +44 20 7946 0321")
COMPANIES: Final = (PRINTERS, NETWORKS)

PRIYA: Final = VendorPerson("Priya Raman", "priya.raman@orvanta.example", PRINTERS)
MATEO: Final = VendorPerson("Mateo Villar", "mateo.villar@orvanta.example", PRINTERS)
