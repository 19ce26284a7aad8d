"""Portraits: the picture by which a person is recognised, beside name and organisation.

Rule: a portrait is always one of our own drawing of what was sent (a fixed square, no metadata), never the bytes that came
from outside. Whoever knows its address may see it; there is no list of faces.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.ids import CompanyId, PersonId
from concierge.domain.participant import Participant


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is kept: WebP bytes, whose they are, and the address that is their address until they are replaced."""

    owner: str
    address: str
    image: bytes
    set_ms: int


def owner_of_person(person: PersonId) -> str:
    """Return the owner under which somebody of the desk has a portrait."""
    return person


def owner_of_vendor(company: CompanyId, name: str) -> str:
    """Return the owner of a vendor's person, who has no account: the company and the name an invite gives."""
    return f"{company} {' '.join(name.split()).casefold()}"


def owner_of(who: Participant) -> str:
    """Return the owner of a participant's portrait, or "" for somebody who cannot have one (a customer)."""
    if who.person is not None:
        return owner_of_person(who.person)
    return "" if who.company is None else owner_of_vendor(who.company, who.name)
