"""Signing in by password and one-time code or by link, and signing out.

Rule: whatever was wrong, the answer is the same; a sign-in always gets a new cookie, and the old one is dead.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.errors import Refused
from concierge.domain.person import Person
from concierge.domain.portrait import owner_of_person
from concierge.server.asked import AREAS, DESK, Asked, Identity
from concierge.server.coming import by_password, by_sign_in_link, digits_of
from concierge.server.cookies import Kind
from concierge.server.entering import principal_of, safe_next
from concierge.server.views.public import EnterView, SignInView
from concierge.services.accounts import SignedIn

LOCK_MINUTES = limits.SIGN_IN_LOCK_MS // 60_000


async def sign_in_form(asked: Asked) -> Response:
    """Name and password."""
    if asked.identity is not None:
        return asked.go_to(_home(asked, asked.identity, asked.query("next")))
    return asked.show(SignInView(asked.frame(), next_path=asked.query("next")))


async def sign_in(asked: Asked) -> Response:
    """Check name and password; ask for the six digits when this person has them."""
    return await _try(asked, asked.typed("name"), _password(asked), "")


def _password(asked: Asked) -> str:
    """A password may begin and end with spaces."""
    value = asked.form.get("password", "")
    return value if isinstance(value, str) else ""


async def sign_in_totp(asked: Asked) -> Response:
    """Check the six digits of somebody whose password was right."""
    pending = asked.house.pending.look(asked.visit, asked.house.tools.clock.now())
    following = asked.typed("next")
    if pending is None:
        return asked.show(SignInView(asked.frame(), next_path=following, fault="expired"), 403)
    return await _try(asked, pending.name, pending.password, digits_of(asked.typed("totp")) or "0")


async def _try(asked: Asked, name: str, password: str, code: str) -> Response:
    following, frame, house = asked.typed("next"), asked.frame(), asked.house
    try:
        done = await by_password(asked, name, password, code)
    except Refused as error:
        if error.code == "totp_needed":
            house.pending.put(asked.visit, name, password, house.tools.clock.now())
            return asked.show(SignInView(frame, step="totp", name=name, next_path=following))
        if error.code == "sign_in_locked":
            house.pending.drop(asked.visit)
            view = SignInView(
                frame, name=name, fault="locked", locked_minutes=LOCK_MINUTES, next_path=following
            )
            return asked.show(view, 429)
        if code:
            view = SignInView(frame, step="totp", name=name, next_path=following, fault="bad_code")
            return asked.show(view, 403)
        return asked.show(SignInView(frame, name=name, fault="mismatch", next_path=following), 403)
    house.pending.drop(asked.visit)
    return _signed_in(asked, done, following)


def _signed_in(asked: Asked, done: SignedIn, following: str) -> Response:
    identity = Identity(done.person, principal_of(done.person), done.sign_in)
    response = asked.go_to(_home(asked, identity, following))
    asked.house.cookies.write_sign_in(response, done.secret)
    asked.house.cookies.clear(response, Kind.VISIT)
    return response


def _home(asked: Asked, identity: Identity, following: str) -> str:
    """Where somebody begins: what they came for, else the first part of the desk that is open to them."""
    if following:
        chosen = safe_next(asked.house, following)
        if chosen != asked.house.links.url("desk"):
            return chosen
    asked.identity = identity
    areas = [area for area, act in AREAS if asked.may(act, DESK)]
    return asked.house.links.url(areas[0] if areas else "account")


async def enter_landing(asked: Asked) -> Response:
    """Where a sign-in link leads. Changes nothing."""
    secret = asked.part("secret")
    person = await asked.house.accounts.look_at_link(secret)
    return asked.show(_enter_view(asked, secret, person), 200 if person is not None else 410)


def _enter_view(asked: Asked, secret: str, person: Person | None) -> EnterView:
    if person is None:
        return EnterView(asked.frame(), secret, None)
    face = asked.face(person.name, owner=owner_of_person(person.id))
    return EnterView(asked.frame(), secret, face, person.role.value)


async def enter(asked: Asked) -> Response:
    """The button under the link signs in."""
    secret = asked.part("secret")
    try:
        done = await by_sign_in_link(asked, secret)
    except Refused:
        return asked.show(_enter_view(asked, secret, None), 410)
    return _signed_in(asked, done, "")


async def sign_out(asked: Asked) -> Response:
    """End this sign-in, and ask the browser to forget what it kept of us."""
    if asked.identity is not None:
        await asked.house.accounts.sign_out(asked.sign_in)
    response = asked.go("sign_in")
    asked.house.cookies.clear(response, Kind.SIGN_IN)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
