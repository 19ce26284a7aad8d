"""One request as endpoints see it: who asks, in which language, what was typed, and how to answer.

Rule: an endpoint never looks at a cookie, a header or the policy engine except through this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from concierge.domain.access import AccessRequest, Act, Attribute, Principal, Resource
from concierge.domain.errors import BadIdentifier
from concierge.domain.ids import check_id
from concierge.domain.person import Person
from concierge.domain.portrait import owner_of_person
from concierge.server.cookies import Preference
from concierge.server.errors import Shut
from concierge.server.house import PRODUCT, House
from concierge.server.languages import Reader
from concierge.server.proofs import Proof, proof_in
from concierge.server.views.frame import Area, Face, Frame, Notice, SignedIn, Theme, View
from concierge.server.views.rendering import render
from concierge.services.account_port import SignIn
from concierge.services.permission import check

DESK = Resource("Desk", "desk")
AREAS: tuple[tuple[Area, Act], ...] = (
    ("desk", Act.VIEW_DESK),
    ("invites", Act.VIEW_INVITES),
    ("recordings", Act.FIND_RECORDINGS),
    ("people", Act.VIEW_PEOPLE),
)
THEMES: dict[str, Theme] = {"system": "system", "light": "light", "dark": "dark"}
FIELD_MAX_CHARS = 16_384


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a person who is signed in, or a program with a person's key (then `sign_in` is None)."""

    person: Person
    principal: Principal
    sign_in: SignIn | None


@dataclass(slots=True)
class Asked:
    """A request. `secret` is what the form's hidden field is derived from: the sign-in's cookie, or the visit's."""

    request: Request
    house: House
    reader: Reader
    identity: Identity | None
    secret: str = field(repr=False)
    visit: str = field(repr=False)
    form: FormData = field(default_factory=FormData, repr=False)

    # --- who and what ---

    @property
    def who(self) -> Identity:
        """Who asks; a route that declares an act has one."""
        if self.identity is None:
            raise Shut(401)
        return self.identity

    def require(self, *, browser: bool) -> None:
        """Raise Shut unless somebody asks who is signed in; with `browser`, not by a key."""
        if self.identity is None:
            raise Shut(401)
        if browser and self.identity.sign_in is None:
            raise Shut(403)

    @property
    def person(self) -> Person:
        """The person who asks."""
        return self.who.person

    @property
    def principal(self) -> Principal:
        """The person as the policies know them."""
        return self.who.principal

    @property
    def sign_in(self) -> SignIn:
        """The browser's sign-in; a key has none."""
        if self.who.sign_in is None:
            raise Shut(403)
        return self.who.sign_in

    @property
    def address(self) -> str:
        """Where the request came from, as far as the socket or a trusted proxy says."""
        return self.request.client.host if self.request.client else ""

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def part_id(self, kind: str, name: str) -> str:
        """Return an identifier in the path; one of another shape names nothing: 404."""
        try:
            return check_id(kind, self.part(name))
        except BadIdentifier:
            raise Shut(404) from None

    def proof(self, proof: Proof) -> str:
        """Return the secret that the Authorization header carries. Raises Shut."""
        secret = proof_in(self.request, proof)
        if not secret:
            raise Shut(401)
        return secret

    def typed(self, name: str) -> str:
        """Return a field of the form, trimmed; "" when it is not there or a file."""
        value = self.form.get(name, "")
        return value.strip()[:FIELD_MAX_CHARS].replace("\0", "") if isinstance(value, str) else ""

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return every value of a field that may stand there many times."""
        return tuple(value for value in self.form.getlist(name) if isinstance(value, str))

    def query(self, name: str) -> str:
        """Return a part of the query, trimmed."""
        return self.request.query_params.get(name, "").strip()[:FIELD_MAX_CHARS].replace("\0", "")

    # --- may they ---

    def check(self, act: Act, resource: Resource, context: Mapping[str, Attribute] | None = None) -> None:
        """Raise Refused unless the policy permits it."""
        check(self.house.tools.policy, AccessRequest(self.principal, act, resource, context or {}))

    def may(
        self, act: Act, resource: Resource = DESK, context: Mapping[str, Attribute] | None = None
    ) -> bool:
        """Whether the policy permits it: for what a page offers, never instead of a check."""
        request = AccessRequest(self.principal, act, resource, context or {})
        return self.house.tools.policy.decide(request).permitted

    # --- answering ---

    def frame(self, area: Area | None = None, query: str = "", notices: tuple[Notice, ...] = ()) -> Frame:
        """Return what surrounds a page."""
        installation = self.house.tools.installation
        theme = self.house.cookies.preference(self.request, Preference.THEME)
        return Frame(
            product=PRODUCT,
            organisation=installation.organisation,
            csrf=self.house.accounts.csrf_of(self.secret),
            locale=self.reader.language,
            theme=THEMES.get(theme, "system"),
            person=self._signed_in(),
            area=area,
            desk_phone=installation.desk_phone or None,
            query=query,
            notices=notices,
        )

    def _signed_in(self) -> SignedIn | None:
        if self.identity is None:
            return None
        person = self.identity.person
        areas = tuple(area for area, act in AREAS if self.may(act))
        picture = self.portrait_of(owner_of_person(person.id))
        return SignedIn(person.name, initials(person.name), person.role.value, areas, picture)

    def face(self, name: str, organisation: str | None = None, owner: str = "") -> Face:
        """Return somebody as others see them; of our own organisation unless another is named.

        `owner` is whose portrait it is (domain.portrait); without one, or without a portrait, initials stand for the name.
        """
        own = self.house.tools.installation.organisation
        picture = self.portrait_of(owner) if owner else None
        return Face(name, initials(name), own if organisation is None else organisation, picture)

    def portrait_of(self, owner: str) -> str | None:
        """Return the path of an owner's portrait, or None."""
        address = self.house.tools.album.of(owner)
        return self.house.links.url("portrait", address=address) if address else None

    def show(self, view: View, status: int = 200) -> HTMLResponse:
        """Answer with a page."""
        return HTMLResponse(render(self.house.environment(self.reader.language), view), status)

    def go(self, name: str, query: dict[str, str] | None = None, **parts: str) -> Response:
        """Answer a form: look there now (RFC 9110 section 15.4.4)."""
        return RedirectResponse(self.house.links.url(name, query, **parts), 303)

    def go_to(self, path: str) -> Response:
        """As `go`, for a path of ours that already includes the base."""
        return RedirectResponse(path, 303)


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "") if words else "?"
    return letters.upper()
