"""The people of the desk: who there is, and a supervisor's way to disable somebody and to enable them again.

Rule: the page and the API make the same call; the policy decides about each person, never the page.
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import Response

from concierge.domain.access import Act, Resource
from concierge.domain.errors import Refused
from concierge.domain.ids import PersonId
from concierge.domain.person import Person, PersonState
from concierge.domain.portrait import owner_of_person
from concierge.server import api_words as words
from concierge.server.asked import Asked
from concierge.server.routing import Door
from concierge.server.views.people import PeopleView, PersonRow
from concierge.services.disabling import set_person_state


class DeskPersonOut(BaseModel):
    """Somebody of the desk."""

    id: str
    name: str
    sign_in_name: str
    role: str
    state: PersonState
    portrait: str


async def account_of(asked: Asked) -> Resource:
    """The account of the person in the path."""
    return _account(_named(asked))


def _named(asked: Asked) -> PersonId:
    return PersonId(asked.part_id("person", "person_id"))


def _account(person: PersonId) -> Resource:
    return Resource("Account", person, {"owner": person})


async def people(asked: Asked) -> Response:
    """The page."""
    rows = tuple(_row(asked, one) for one in await asked.house.tools.people.every())
    return asked.show(PeopleView(asked.frame(area="people"), rows))


def _row(asked: Asked, person: Person) -> PersonRow:
    return PersonRow(
        person_id=person.id,
        face=asked.face(person.name, person.sign_in_name, owner_of_person(person.id)),
        role=person.role.value,
        state=person.state.value,
        you=person.id == asked.person.id,
        may_change=asked.may(Act.MANAGE_PEOPLE, _account(person.id)),
    )


async def disable(asked: Asked) -> Response:
    """Shut somebody out, at once."""
    await _set(asked, PersonState.DISABLED)
    return asked.go("people")


async def enable(asked: Asked) -> Response:
    """Let somebody sign in again."""
    await _set(asked, PersonState.ENABLED)
    return asked.go("people")


async def api_people(asked: words.Caller) -> list[DeskPersonOut]:
    """Return the people of the desk by name, the disabled too."""
    return [_out(asked, one) for one in await asked.house.tools.people.every()]


async def api_disable(asked: words.Caller) -> DeskPersonOut:
    """Shut somebody out at once: sign-ins, links, keys and seats. Doing it again changes nothing."""
    return _out(asked, await _set(asked, PersonState.DISABLED))


async def api_enable(asked: words.Caller) -> DeskPersonOut:
    """Let somebody sign in again. Keys, links and seats do not come back."""
    return _out(asked, await _set(asked, PersonState.ENABLED))


async def _set(asked: Asked, state: PersonState) -> Person:
    house, person = asked.house, _named(asked)
    await set_person_state(house.accounts, house.tools.people, house.registry, person, state, asked.person.id)
    found = await house.tools.people.person(person)
    if found is None:
        raise Refused("no_such_person", f"there is no {person}")
    return found


def _out(asked: Asked, person: Person) -> DeskPersonOut:
    return DeskPersonOut(
        id=person.id,
        name=person.name,
        sign_in_name=person.sign_in_name,
        role=person.role.value,
        state=person.state,
        portrait=asked.house.tools.album.of(owner_of_person(person.id)),
    )


_DISABLE, _ENABLE = "/api/v1/people/{person_id}/disable", "/api/v1/people/{person_id}/enable"
PAGES: tuple[Door, ...] = (
    Door("GET", "/people", people, Act.VIEW_PEOPLE),
    Door(
        "POST",
        "/people/{person_id}/disable",
        disable,
        Act.MANAGE_PEOPLE,
        account_of,
        rest=(f"POST {_DISABLE}",),
    ),
    Door(
        "POST", "/people/{person_id}/enable", enable, Act.MANAGE_PEOPLE, account_of, rest=(f"POST {_ENABLE}",)
    ),
)
API: tuple[Door, ...] = (
    Door("GET", "/api/v1/people", api_people, Act.VIEW_PEOPLE),
    Door("POST", _DISABLE, api_disable, Act.MANAGE_PEOPLE, account_of),
    Door("POST", _ENABLE, api_enable, Act.MANAGE_PEOPLE, account_of),
)
