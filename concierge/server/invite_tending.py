"""Looking after an invite at the front door: a new PIN, thawing, and what a vendor's test of the line said."""

from __future__ import annotations

from pydantic import BaseModel, Field
from starlette.responses import Response

from concierge.domain.access import Act
from concierge.domain.ids import InviteId
from concierge.domain.invite import Invite
from concierge.server import api_words as words
from concierge.server import finding
from concierge.server.asked import Asked
from concierge.server.proofs import Proof
from concierge.server.routing import Door, Open
from concierge.server.throttles import Bucket
from concierge.server.views.invites import NewPinView
from concierge.services import tending
from concierge.services.tending import Tested


class NewPinOut(BaseModel):
    """An invite's new PIN, given this once; the old one is dead."""

    id: str
    pin: str


class TestedGiven(words.Given):
    """How a test of the connection went."""

    result: Tested = Field(description="direct, relayed, no_media or no_socket")


def _named(asked: Asked) -> InviteId:
    return InviteId(asked.part_id("invite", "invite_id"))


async def pin(asked: Asked) -> Response:
    """Give a new PIN and show it, this once."""
    return _shown(
        asked, *await tending.new_pin(asked.house.tools, asked.principal, _named(asked)), thawed=False
    )


async def thaw(asked: Asked) -> Response:
    """Let a frozen invite be used again; the new PIN is shown this once."""
    return _shown(asked, *await tending.thaw(asked.house.tools, asked.principal, _named(asked)), thawed=True)


def _shown(asked: Asked, invite: Invite, pin: str, *, thawed: bool) -> Response:
    frame = asked.frame("invites")
    return asked.show(NewPinView(frame, invite.vendor_name, invite.company_name, pin, thawed))


async def api_pin(asked: words.Caller) -> NewPinOut:
    """Give a new PIN: the old one is dead, and nothing else changes."""
    invite, new = await tending.new_pin(asked.house.tools, asked.principal, _named(asked))
    return NewPinOut(id=invite.id, pin=new)


async def api_thaw(asked: words.Caller) -> NewPinOut:
    """Let an invite be used again that "not this person" has frozen, with a new PIN."""
    invite, new = await tending.thaw(asked.house.tools, asked.principal, _named(asked))
    return NewPinOut(id=invite.id, pin=new)


async def api_tested(asked: words.Caller, given: TestedGiven) -> None:
    """Tell the host how a test of the vendor's connection went (`Authorization: Invite …`)."""
    await asked.house.gate.admit(Bucket.LINK, asked.address)
    await tending.note_test(asked.house.tools, asked.proof(Proof.INVITE), given.result)


_PIN, _THAW = "/api/v1/invites/{invite_id}/pin", "/api/v1/invites/{invite_id}/thaw"
_TEND = Act.TEND_INVITE
PAGES: tuple[Door, ...] = (
    Door("POST", "/invites/{invite_id}/pin", pin, _TEND, finding.invite, rest=(f"POST {_PIN}",)),
    Door("POST", "/invites/{invite_id}/thaw", thaw, _TEND, finding.invite, rest=(f"POST {_THAW}",)),
)
API: tuple[Door, ...] = (
    Door("POST", _PIN, api_pin, _TEND, finding.invite),
    Door("POST", _THAW, api_thaw, _TEND, finding.invite),
    Door("POST", "/api/v1/redeem/tested", api_tested, Open.PROOF, status=204, proof=Proof.INVITE),
)
