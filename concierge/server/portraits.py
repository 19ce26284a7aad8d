"""Portraits at the front door: one's own, set and removed on the account page and over the API; anybody's, by its address.

Rules: whoever was told an address may look, and nobody can list them; what is served was drawn by us, says that it is WebP,
and is kept by the reader's own cache alone. A picture comes from somebody who is signed in, or is not read at all.
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.errors import Refused
from concierge.domain.portrait import owner_of_person
from concierge.server import api_words as words
from concierge.server import finding
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.routing import Door, Open

ADDRESS_MAX_CHARS = 64
FAULTS = ("picture_too_large", "picture_too_many_pixels", "not_a_picture", "no_picture", "pictures_busy")
# What OpenAPI says of a body that the endpoint reads by itself.
TAKEN = {
    "requestBody": {
        "required": True,
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class PortraitOut(BaseModel):
    """Where one's portrait is now, as a path of this server; "" for none."""

    path: str


async def portrait(asked: Asked) -> Response:
    """Somebody's portrait."""
    address = asked.part("address")
    found = await asked.house.portraits.find(address) if len(address) <= ADDRESS_MAX_CHARS else None
    if found is None:
        raise Shut(404)
    kept = f"private, max-age={limits.PORTRAIT_KEPT_S}, immutable"
    return Response(found.image, media_type="image/webp", headers={"Cache-Control": kept})


async def upload(asked: Asked) -> Response:
    """Set one's own portrait by the form; what is wrong with it is said on the page."""
    given = asked.form.get("picture")
    data = await given.read() if isinstance(given, UploadFile) else b""
    try:
        await _put(asked, data)
    except Refused as error:
        if error.code not in FAULTS:
            raise
        return asked.go("account", {"picture": error.code})
    return asked.go("account")


async def remove(asked: Asked) -> Response:
    """Show initials again."""
    await asked.house.portraits.drop(owner_of_person(asked.person.id), asked.person.id)
    return asked.go("account")


async def api_put(asked: words.Caller) -> PortraitOut:
    """Set one's own picture: the body is the file. It is cut to a square and drawn anew."""
    # Not a parameter: the framework would read a stranger's body before it asks who sends it.
    return PortraitOut(path=await _put(asked, await asked.request.body()))


async def api_remove(asked: words.Caller) -> PortraitOut:
    """Remove one's own picture. There may be none."""
    await asked.house.portraits.drop(owner_of_person(asked.person.id), asked.person.id)
    return PortraitOut(path="")


async def _put(asked: Asked, data: bytes) -> str:
    if not data:
        raise Refused("no_picture", "nothing was sent")
    kept = await asked.house.portraits.put(owner_of_person(asked.person.id), data, asked.person.id)
    return asked.house.links.url("portrait", address=kept.address)


PAGES: tuple[Door, ...] = (
    Door("GET", "/portraits/{address}", portrait, Open.LINK),
    Door(
        "POST",
        "/account/picture",
        upload,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        uploads=True,
        rest=("PUT /api/v1/account/picture",),
    ),
    Door(
        "POST",
        "/account/picture/remove",
        remove,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("DELETE /api/v1/account/picture",),
    ),
)
API: tuple[Door, ...] = (
    Door(
        "PUT",
        "/api/v1/account/picture",
        api_put,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account_signed_in,
        uploads=True,
    ),
    Door("DELETE", "/api/v1/account/picture", api_remove, Act.MANAGE_OWN_ACCOUNT, finding.account_signed_in),
)
