"""What the API can do: the OpenAPI document for programs, and a plain page of it for people."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from concierge.server.asked import Asked
from concierge.server.cookies import Kind
from concierge.server.finding import account_signed_in
from concierge.server.house import PRODUCT
from concierge.server.proofs import Proof
from concierge.server.routing import Door, Open
from concierge.server.views.api import ApiDocsView, Operation

ABOUT = (
    "Everything a page can do. Send a bearer key; or sign in (POST /api/v1/sign-in), keep the cookie, and send `csrf` of "
    "the answer as X-CSRF with whatever changes something. One's own account takes a sign-in only, never a key. Every "
    "answer that is a no has a stable `code` and a sentence."
)
FAULTS = (401, 403, 404, 409, 410, 415, 422, 429, 503)
SIGNED_IN: dict[str, list[str]] = {"sign_in": [], "csrf": []}


def security_of(door: Door) -> list[dict[str, list[str]]]:
    """Return what a call shows, as OpenAPI says it: any one of these; none for what lets strangers in."""
    if door.proof is not None:
        return [{door.proof.value: []}]
    if door.need in (Open.ANYONE, Open.PROOF):
        return []
    way: dict[str, list[str]] = {"sign_in": []} if door.method == "GET" else SIGNED_IN
    if door.need is Open.SIGNED_IN or door.on is account_signed_in:
        return [way]
    return [{"key": []}, way]


def schemes(cookie: str) -> dict[str, Any]:
    """Return the ways to show who one is."""
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, within its scopes"},
        "sign_in": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "Set by signing in"},
        "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF", "description": "`csrf` of the sign-in"},
    } | {
        proof.value: {"type": "http", "scheme": proof.value, "description": "A secret, or the link it ends"}
        for proof in Proof
    }


def document(asked: Asked) -> dict[str, Any]:
    """Return the OpenAPI document."""
    app = asked.request.app
    known: dict[str, Any] | None = getattr(app.state, "openapi", None)
    if known is None:
        known = get_openapi(
            title=f"{PRODUCT} API",
            version="1",
            description=ABOUT,
            routes=[route for route in app.routes if isinstance(route, APIRoute)],
            servers=[{"url": asked.house.settings.public_url}],
        )
        cookie = asked.house.cookies.name_of(Kind.SIGN_IN)
        known.setdefault("components", {})["securitySchemes"] = schemes(cookie)
        app.state.openapi = known
    return known


async def openapi(asked: Asked) -> Response:
    """The document."""
    return JSONResponse(document(asked))


async def docs(asked: Asked) -> Response:
    """The page."""
    operations = [
        Operation(method.upper(), path, str(one.get("description", "")), str(one.get("x-act", "")))
        for path, methods in document(asked)["paths"].items()
        for method, one in methods.items()
    ]
    return asked.show(ApiDocsView(asked.frame(), ABOUT, tuple(operations)))
