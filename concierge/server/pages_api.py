"""What the API can do: the OpenAPI document for programs, and a plain page of it for people."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from concierge.server.asked import Asked
from concierge.server.house import PRODUCT
from concierge.server.views.api import ApiDocsView, Operation

ABOUT = "Everything a page can do. Send a bearer key; every answer that is a no has a stable `code` and a sentence."


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
        known.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
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
