"""Turns a request into an Asked: language, who it is, the form and its secret field. The one way in for pages and API.

Rules: a form that changes something carries the hidden field of its own browser; the API takes a bearer key, or the
sign-in's cookie together with that same field in `X-CSRF`; where it lets strangers in, it takes nothing but JSON, which
no form of another site can send. A link from outside arrives without our strict cookies:
the browser is then asked to come again by itself, before anybody is told to sign in.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from concierge.domain.access import Principal
from concierge.domain.person import Person
from concierge.server.asked import Asked, Identity
from concierge.server.cookies import Kind, Preference
from concierge.server.errors import Shut, is_api
from concierge.server.house import House
from concierge.server.languages import Reader, preferred, zone_of
from concierge.server.routing import Door, Open
from concierge.server.throttles import Bucket

SAFE = frozenset({"GET", "HEAD"})
FORM_FIELDS_MAX = 64
CSRF_HEADER = "x-csrf"
STRANGERS = (Open.ANYONE, Open.PROOF)
AGAIN = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0">'
    "<title>…</title></head><body></body></html>"
)


def reader_of(house: House, request: HTTPConnection) -> Reader:
    """Return whose language and clock to use."""
    chosen = house.cookies.preference(request, Preference.LANGUAGE)
    language = preferred(chosen, request.headers.get("accept-language", ""))
    zone = zone_of(house.cookies.preference(request, Preference.ZONE), house.settings.time_zone)
    return Reader(language, zone, str(zone), house.tools.clock.wall())


async def enter(house: House, door: Door, request: Request) -> Asked:
    """Return the request, checked. Raises Shut, Refused, TooManyTries, StoreUnavailable."""
    reader = reader_of(house, request)
    request.state.reader = reader
    secret, visit = house.cookies.read(request, Kind.SIGN_IN), house.cookies.read(request, Kind.VISIT)
    identity = await _by_key(house, request) if is_api(request) else None
    by_key = identity is not None
    if identity is None and secret:
        identity = await _by_cookie(house, secret)
    request.state.signed_in = identity is not None
    if not visit:
        visit = house.tools.mint.secret()
        request.state.new_visit = visit
    base = secret if identity is not None and not by_key else visit
    asked = Asked(request, house, reader, identity, base, visit)
    if request.method not in SAFE and not by_key:
        if identity is None and is_api(request):
            _check_stranger(door, request)
        else:
            await _check_form(asked, uploads=door.uploads)
    await door.check(asked)
    return asked


async def _by_cookie(house: House, secret: str) -> Identity | None:
    found = await house.accounts.recall(secret)
    if found is None:
        return None
    sign_in, person = found
    return Identity(person, principal_of(person), sign_in)


async def _by_key(house: House, request: Request) -> Identity | None:
    """A bearer key that is no good is an error; none at all leaves the cookie to speak."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    found = await house.keys.recall(key.strip())
    if found is None:
        await house.gate.admit(Bucket.KEY, request.client.host if request.client else "")
        raise Shut(401)
    kept, person = found
    scopes = tuple(act.value for act in kept.scopes)
    return Identity(person, Principal("Person", person.id, person.role.value, {"scopes": scopes}), None)


def principal_of(person: Person) -> Principal:
    """Return somebody signed in as the policies know them."""
    return Principal("Person", person.id, person.role.value)


def _check_stranger(door: Door, request: Request) -> None:
    if door.need not in STRANGERS:
        raise Shut(401)
    if door.proof is None and _media_type(request) != "application/json":
        raise Shut(415)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _check_form(asked: Asked, *, uploads: bool) -> None:
    request = asked.request
    if is_api(request):
        given = request.headers.get(CSRF_HEADER, "")
    else:
        if uploads:
            asked.require(browser=True)
        if _media_type(request) != (
            "multipart/form-data" if uploads else "application/x-www-form-urlencoded"
        ):
            raise Shut(400)
        asked.form = await request.form(max_files=1 if uploads else 0, max_fields=FORM_FIELDS_MAX)
        given = asked.typed("csrf")
    if not asked.house.accounts.csrf_fits(asked.secret, given):
        raise Shut(403, "form_expired")


def come_again(house: House, door: Door, request: Request) -> Response | None:
    """Return what makes a browser that came from elsewhere ask anew, now with its strict cookies; else None.

    The page reloads itself, and that second request is our own: Sec-Fetch-Site says same-origin, so it never loops.
    """
    from_elsewhere = request.headers.get("sec-fetch-site", "") in ("cross-site", "same-site")
    if request.method != "GET" or not from_elsewhere or door.need in (Open.ANYONE, Open.LINK):
        return None
    if request.headers.get("sec-fetch-mode") != "navigate" or house.cookies.read(request, Kind.SIGN_IN):
        return None
    return HTMLResponse(AGAIN, headers={"Cache-Control": "no-store"})


def to_sign_in(house: House, request: Request) -> Response:
    """Send somebody to sign in, and back here afterwards."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    there = house.links.url("sign_in", {"next": here} if request.method == "GET" else None)
    return Response(status_code=303, headers={"Location": there})


def safe_next(house: House, path: str) -> str:
    """Return where to go after signing in: a path of ours, or the start of the desk.

    Only a path is ever taken: no scheme, no host, no backslash, nothing that a browser would read as another origin.
    """
    home = house.links.url("desk")
    plain = path.isprintable() and path.isascii() and len(path) <= 500 and "\\" not in path
    ours = path.startswith(f"{house.settings.base}/") and not path.startswith("//")
    if not plain or not ours or path != quote(path, safe="/?&=%+.,:~@!$'()*;_-"):
        return home
    # A browser takes "//host" anywhere a path may begin after dots are resolved.
    return home if "//" in path.partition("?")[0] or "/." in path.partition("?")[0] else path


def keep_visit(asked_of: Request, house: House, response: Response) -> None:
    """Hand a new visitor the cookie that the forms of this page are bound to."""
    visit = getattr(asked_of.state, "new_visit", "")
    if visit and asked_of.method in SAFE and response.media_type == "text/html":
        house.cookies.write(response, Kind.VISIT, visit, None)
