"""Looking after an invite that was given out: a new PIN, the freeze after "not this person", and what a test of the line said.

Rules: a new PIN kills the old one and changes nothing else (wrong PINs are counted anew: they were of the old one). Whoever
was sent away from the lobby knows link and PIN, so thawing always brings a new PIN.
"""

from __future__ import annotations

from enum import StrEnum

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import InviteId, ParticipantId
from concierge.domain.invite import Invite, InviteState, check_new_pin
from concierge.domain.participant import LeaveReason
from concierge.services.inviting import invite_leaf, pin_digest
from concierge.services.live import LiveSession
from concierge.services.permission import check
from concierge.services.tools import Tools


class Tested(StrEnum):
    """How a test of a vendor's connection went, as the vendor's page saw it. Closed list."""

    DIRECT = "direct"
    RELAYED = "relayed"
    NO_MEDIA = "no_media"
    NO_SOCKET = "no_socket"


async def new_pin(tools: Tools, principal: Principal, invite_id: InviteId) -> tuple[Invite, str]:
    """Return the invite and its new PIN, shown this once. Raises Refused."""
    invite = await _mine(tools, principal, invite_id)
    check_new_pin(invite, tools.clock.wall())
    return await _renewed(tools, principal, invite, "InvitePinRenewed", thaw=False)


async def thaw(tools: Tools, principal: Principal, invite_id: InviteId) -> tuple[Invite, str]:
    """Let a frozen invite be redeemed again, with a new PIN. Raises Refused, also `invite_not_frozen`."""
    invite = await _mine(tools, principal, invite_id)
    if invite.state(tools.clock.wall()) is not InviteState.FROZEN:
        raise Refused("invite_not_frozen", "only a frozen invite is thawed")
    return await _renewed(tools, principal, invite, "InviteThawed", thaw=True)


async def not_this_person(
    tools: Tools, live: LiveSession, by: ParticipantId, participant: ParticipantId
) -> None:
    """Send somebody away from the lobby; the invite they came by is frozen, so that nobody comes by it meanwhile."""
    seat = live.decided.seat(participant)
    await live.submit(cmd.Remove(by=by, participant=participant, reason=LeaveReason.DENIED))
    invite = (
        await tools.invites.get(seat.who.invite) if seat is not None and seat.who.invite is not None else None
    )
    if invite is not None:
        leaf = invite_leaf(tools, "InviteFrozen", by, invite)
        await tools.invites.freeze(invite.id, tools.clock.wall(), leaf)


async def note_test(tools: Tools, secret: str, result: str) -> None:
    """Keep how a vendor's test of the connection went, for the host to see. Raises BadInput, Refused."""
    if result not in {item.value for item in Tested}:
        raise BadInput("a test says: direct, relayed, no_media or no_socket")
    digest = tools.secrets.digest("invite", secret)
    if not await tools.invites.note_test(digest, result, tools.clock.wall()):
        raise Refused("invite_unknown", "no invite has that link")


async def _mine(tools: Tools, principal: Principal, invite_id: InviteId) -> Invite:
    invite = await tools.invites.get(invite_id)
    if invite is None:
        raise Refused("invite_unknown", "no such invite")
    resource = Resource("Invite", invite.id, {"created_by": invite.created_by})
    check(tools.policy, AccessRequest(principal, Act.TEND_INVITE, resource))
    return invite


async def _renewed(
    tools: Tools, principal: Principal, invite: Invite, kind: str, *, thaw: bool
) -> tuple[Invite, str]:
    link_hash = await tools.invites.link_hash(invite.id)
    if link_hash is None:
        raise Refused("invite_unknown", "no such invite")
    pin = tools.mint.digits(limits.PIN_DIGITS)
    leaf = invite_leaf(tools, kind, principal.id, invite)
    if not await tools.invites.renew(invite.id, pin_digest(tools, link_hash, pin), leaf, thaw=thaw):
        raise Refused("invite_redeemed", "the invite was used or withdrawn meanwhile")
    return invite, pin
