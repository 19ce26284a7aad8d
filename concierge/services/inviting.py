"""Invites as people use them: create, look at, redeem, revoke. Opening the link changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.capability import INVITABLE, Capability
from concierge.domain.decide import decide
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import CompanyId, InviteId, ParticipantId, PersonId, TicketId
from concierge.domain.invite import Invite, check_new
from concierge.domain.participant import Participant, Role
from concierge.domain.person import PersonState
from concierge.services.joining import TakenSeat, take_seat
from concierge.services.live import LiveSession
from concierge.services.permission import Ruling, check
from concierge.services.ports import AuditLeaf
from concierge.services.registry import Registry
from concierge.services.tools import Tools


@dataclass(frozen=True, slots=True)
class InviteWish:
    """What the inviter fills in. Times are wall-clock milliseconds."""

    ticket: TicketId
    company: CompanyId
    vendor_name: str
    vendor_email: str
    capabilities: frozenset[Capability]
    from_ms: int
    until_ms: int
    brief: str = ""


@dataclass(frozen=True, slots=True)
class NewInvite:
    """A created invite with the two things that are shown once and sent apart."""

    invite: Invite
    link: str
    pin: str


async def create_invite(tools: Tools, principal: Principal, creator: PersonId, wish: InviteWish) -> NewInvite:
    """Create an invite, never wider than its creator could hold. Raises Refused, BadInput."""
    if await tools.tickets.get(wish.ticket) is None:
        raise Refused("no_such_ticket", "that ticket does not exist")
    company = await tools.people.company(wish.company)
    if company is None:
        raise BadInput("choose the vendor's company")
    name = " ".join(wish.vendor_name.split())
    if not name or len(name) > limits.NAME_MAX_CHARS:
        raise BadInput(f"the vendor's name has 1 to {limits.NAME_MAX_CHARS} characters")
    if len(wish.brief) > limits.NOTE_MAX_CHARS:
        raise BadInput(f"a brief has at most {limits.NOTE_MAX_CHARS} characters")
    context = {"capabilities": tuple(sorted(wish.capabilities))}
    check(tools.policy, AccessRequest(principal, Act.CREATE_INVITE, Resource("Ticket", wish.ticket), context))
    now = tools.clock.wall()
    invite = Invite(
        id=InviteId(tools.mint.id("invite")),
        ticket=wish.ticket,
        session=None,
        company=company.id,
        company_name=company.name,
        vendor_name=name,
        vendor_email=wish.vendor_email.strip()[: limits.TITLE_MAX_CHARS],
        capabilities=check_new(wish.capabilities, INVITABLE, wish.from_ms, wish.until_ms, now),
        from_ms=wish.from_ms,
        until_ms=wish.until_ms,
        created_by=creator,
        created_ms=now,
        brief=wish.brief.strip(),
    )
    secret, pin = tools.mint.secret(), tools.mint.digits(limits.PIN_DIGITS)
    leaf = invite_leaf(tools, "InviteCreated", creator, invite)
    link_hash = tools.secrets.digest("invite", secret)
    await tools.invites.add(invite, link_hash, pin_digest(tools, link_hash, pin), leaf)
    return NewInvite(invite, f"{tools.installation.public_url}/invite/{secret}", pin)


async def look_at_invite(tools: Tools, secret: str) -> Invite:
    """Return what a link is for; changes nothing. Raises Refused `invite_unknown`."""
    invite = await tools.invites.by_link(tools.secrets.digest("invite", secret))
    if invite is None:
        raise Refused("invite_unknown", "no invite has that link")
    return invite


async def redeem_invite(tools: Tools, registry: Registry, secret: str, pin: str) -> TakenSeat:
    """Use an invite up, atomically and once, and wait in the lobby of the ticket's session.

    Raises Refused: invite_unknown, invite_<state>, session_not_open (nothing is used up), wrong_pin (counted).
    """
    invite = await look_at_invite(tools, secret)
    now = tools.clock.wall()
    invite.check_redeemable(now)
    await _check_inviter(tools, invite)
    principal = Principal("Participant", invite.id, Role.VENDOR, {"company": invite.company})
    live = registry.of_ticket(invite.ticket)
    if live is None or not live.decided.matched:
        raise Refused("session_not_open", "the host has not started the session yet")
    host = live.decided.seats[live.decided.host].who.person or ""
    resource = Resource("Invite", invite.id, {"created_by": invite.created_by, "host": host})
    ruling = live.rule(AccessRequest(principal, Act.REDEEM_INVITE, resource))
    return await _redeem(tools, live, invite, secret, pin, ruling)


async def _check_inviter(tools: Tools, invite: Invite) -> None:
    """Whoever is disabled invites nobody any more: the invite is frozen for as long as that lasts."""
    inviter = await tools.people.person(invite.created_by)
    if inviter is None or inviter.state is not PersonState.ENABLED:
        raise Refused("invite_revoked", "whoever made this invite is disabled")


async def _redeem(
    tools: Tools, live: LiveSession, invite: Invite, secret: str, pin: str, ruling: Ruling
) -> TakenSeat:
    now = tools.clock.wall()
    who = Participant(
        id=ParticipantId(tools.mint.id("participant")),
        role=Role.VENDOR,
        name=invite.vendor_name,
        organisation=invite.company_name,
        may_hold=invite.capabilities,
        company=invite.company,
        invite=invite.id,
        until_ms=tools.clock.now() + (invite.until_ms - now),
    )
    command = cmd.Arrive(participant=who)
    decide(live.decided, command, tools.clock.now())
    leaf = invite_leaf(tools, "InviteRedeemed", who.id, invite)
    link_hash = tools.secrets.digest("invite", secret)
    if not await tools.invites.redeem(link_hash, pin_digest(tools, link_hash, pin), who.id, now, leaf):
        again = await look_at_invite(tools, secret)
        again.check_redeemable(now)
        raise Refused("wrong_pin", "the PIN is not right")
    live.backdrop.briefs[who.id] = invite.brief
    seat = await take_seat(tools, live, who.id)
    await live.submit(command, ruling)
    live.send_views()
    return seat


async def revoke_invite(tools: Tools, registry: Registry, principal: Principal, invite_id: InviteId) -> None:
    """Revoke: no one can redeem it any more, and whoever came in by it is out at once. Raises Refused."""
    invite = await tools.invites.get(invite_id)
    if invite is None:
        raise Refused("invite_unknown", "no such invite")
    resource = Resource("Invite", invite.id, {"created_by": invite.created_by})
    check(tools.policy, AccessRequest(principal, Act.REVOKE_INVITE, resource))
    registry.remove_invited(invite.id)
    await tools.invites.revoke(
        invite.id, tools.clock.wall(), invite_leaf(tools, "InviteRevoked", principal.id, invite)
    )


def pin_digest(tools: Tools, link_hash: bytes, pin: str) -> bytes:
    """Return what is kept of a PIN: bound to its link, so that equal PINs of two invites have nothing in common at rest."""
    return tools.secrets.digest("pin", f"{link_hash.hex()} {pin}")


def invite_leaf(tools: Tools, kind: str, actor: str, invite: Invite) -> AuditLeaf:
    """Return what the audit log keeps of something that befell an invite: no name, no PIN, no link."""
    detail = {
        "ticket": invite.ticket,
        "company": invite.company,
        "capabilities": sorted(invite.capabilities),
        "from_ms": invite.from_ms,
        "until_ms": invite.until_ms,
    }
    return AuditLeaf(tools.clock.wall(), kind, actor, invite.id, json.dumps(detail, sort_keys=True))
