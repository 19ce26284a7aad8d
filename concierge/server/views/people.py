"""The people of the desk, and who of them may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.server.views.frame import Face, View


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person; `face.organisation` is the name they sign in by. `you` marks who reads the page."""

    person_id: str
    face: Face
    role: Literal["host", "supervisor", "auditor"]
    state: Literal["enabled", "disabled"]
    you: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class PeopleView(View):
    """`/people`."""

    template: ClassVar[str] = "people.html"
    people: tuple[PersonRow, ...]
