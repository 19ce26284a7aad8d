"""The API of invites: create, list, revoke."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from concierge.domain.errors import BadIdentifier, BadInput
from concierge.domain.ids import CompanyId, InviteId, TicketId, check_id
from concierge.domain.invite import Invite
from concierge.domain.refusals import N_
from concierge.server import api_words as words
from concierge.server.errors import Shut
from concierge.server.wishes import company_called
from concierge.services.inviting import InviteWish, create_invite, revoke_invite

Limit = Annotated[int, Query(ge=1, le=500)]


def invite_out(invite: Invite, now_ms: int) -> words.InviteOut:
    """Return an invite as the API gives it."""
    return words.InviteOut(
        id=invite.id,
        ticket=invite.ticket,
        person=invite.vendor_name,
        company=invite.company_name,
        capabilities=sorted(invite.capabilities),
        state=invite.state(now_ms),
        from_ms=invite.from_ms,
        until_ms=invite.until_ms,
        created_by=invite.created_by,
        redeemed_ms=invite.redeemed_ms,
        revoked_ms=invite.revoked_ms,
    )


async def invites(asked: words.Caller, limit: Limit = 100) -> list[words.InviteOut]:
    """Return invites, newest first."""
    tools = asked.house.tools
    now = tools.clock.wall()
    return [invite_out(one, now) for one in await tools.invites.every(limit)]


async def create(asked: words.Caller, given: words.InviteGiven) -> words.InviteMade:
    """Create an invite; link and PIN are given this once."""
    tools = asked.house.tools
    now = tools.clock.wall()
    ticket = _ticket(given.ticket)
    begin = given.from_ms if given.from_ms is not None else now
    end = given.until_ms if given.minutes is None else begin + given.minutes * 60_000
    if end is None:
        raise BadInput(N_("Please say from when until when."))
    company = _company_id(given.company)
    if company is None:
        company = await company_called(tools, asked.principal, ticket, given.company)
    wish = InviteWish(
        ticket, company, given.person, given.email, frozenset(given.capabilities), begin, end, given.brief
    )
    made = await create_invite(tools, asked.principal, asked.person.id, wish)
    shown = invite_out(made.invite, now).model_dump()
    return words.InviteMade(**shown, link=made.link, pin=made.pin)


def _ticket(text: str) -> TicketId:
    try:
        return TicketId(check_id("ticket", text))
    except BadIdentifier:
        raise Shut(404) from None


def _company_id(text: str) -> CompanyId | None:
    try:
        return CompanyId(check_id("company", text))
    except BadIdentifier:
        return None


async def invite(asked: words.Caller) -> words.InviteOut:
    """Return one invite."""
    found = await asked.house.tools.invites.get(InviteId(asked.part_id("invite", "invite_id")))
    if found is None:
        raise Shut(404)
    return invite_out(found, asked.house.tools.clock.wall())


async def revoke(asked: words.Caller) -> words.InviteOut:
    """Revoke now: nobody can redeem it, and whoever came in by it is out."""
    wanted = InviteId(asked.part_id("invite", "invite_id"))
    await revoke_invite(asked.house.tools, asked.house.registry, asked.principal, wanted)
    return await invite(asked)
