"""People and companies as the desk knows them. Credentials are not here: they live behind the sign-in port."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.access import DeskRole
from concierge.domain.ids import CompanyId, PersonId


class PersonState(StrEnum):
    """Whether a person may sign in at all."""

    ENABLED = "enabled"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the organisation who signs in. `sign_in_name` is unique, compared casefolded."""

    id: PersonId
    name: str
    sign_in_name: str
    email: str
    role: DeskRole
    state: PersonState = PersonState.ENABLED


@dataclass(frozen=True, slots=True)
class Company:
    """A vendor company."""

    id: CompanyId
    name: str
    contact: str
