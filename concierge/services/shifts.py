"""Signing off a shift: what somebody answers for, offering it to named colleagues, and the yes of each.

Rules: a live session changes hands by a warm hand-over alone; an invite by a colleague's recorded yes. Nobody signs off
while anything is open, and what was refused changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import InviteId, PersonId
from concierge.domain.invite import Invite
from concierge.domain.person import Person
from concierge.domain.session import Session
from concierge.domain.shift import Care, CareState, check_back, due_invites, hosted, in_care_of
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf
from concierge.services.registry import Registry
from concierge.services.shift_port import Cares
from concierge.services.tools import Tools

INVITES_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Duty:
    """An invite somebody answers for, and the offer that is out for it."""

    invite: Invite
    care: Care | None


@dataclass(frozen=True, slots=True)
class Duties:
    """What is open at the end of a shift. Nothing in either list: whoever it is may sign off."""

    sessions: tuple[Session, ...]
    invites: tuple[Duty, ...]


class Shifts:
    """The end of everybody's shift."""

    def __init__(self, tools: Tools, registry: Registry, cares: Cares) -> None:
        self._tools = tools
        self._registry = registry
        self._cares = cares

    async def duties(self, person: PersonId, back_ms: int) -> Duties:
        """Return what is open for somebody who is away until `back_ms` (wall clock). Raises BadInput."""
        now = self._tools.clock.wall()
        check_back(back_ms, now)
        invites = await self._tools.invites.every(INVITES_LOOKED_AT)
        cares = await self._cares.of([one.id for one in invites])
        due = due_invites(invites, cares, person, back_ms, now)
        sessions = hosted([live.decided for live in self._registry.all()], person)
        return Duties(tuple(sessions), tuple(Duty(one, cares.get(one.id)) for one in due))

    async def resource(self, invite: Invite) -> Resource:
        """Return an invite as the policies know it at the end of a shift."""
        care = (await self._cares.of([invite.id])).get(invite.id)
        attributes = {"created_by": str(invite.created_by), "care": str(in_care_of(invite, care))}
        if care is not None and care.waits(self._tools.clock.wall()):
            attributes["care_offered_to"] = care.to
        return Resource("Invite", invite.id, attributes)

    async def offered_to(self, person: PersonId) -> list[Duty]:
        """Return the invites that wait for somebody's yes."""
        waiting = await self._cares.offered_to(person, self._tools.clock.wall())
        found = [(await self._tools.invites.get(care.invite), care) for care in waiting]
        return [Duty(invite, care) for invite, care in found if invite is not None]

    async def hand_on(self, principal: Principal, invite_id: InviteId, to: PersonId) -> Care:
        """Offer an invite to a colleague, in the place of an earlier offer. Raises Refused, BadInput."""
        invite = await self._known(invite_id)
        check(self._tools.policy, AccessRequest(principal, Act.HAND_ON_INVITE, await self.resource(invite)))
        names = {one.id: one.name for one in await self._tools.people.hosts()}
        if to not in names or to == principal.id:
            raise BadInput("choose a colleague who may host")
        until_ms = self._tools.clock.wall() + limits.CARE_OFFER_MS
        care = Care(invite.id, PersonId(principal.id), to, names[to], CareState.OFFERED, until_ms)
        await self._cares.put(care, self._leaf("InviteCareOffered", principal.id, invite, to))
        return care

    async def answer(self, principal: Principal, invite_id: InviteId, *, yes: bool) -> None:
        """Say yes or no to looking after an invite. Raises Refused."""
        invite = await self._known(invite_id)
        check(self._tools.policy, AccessRequest(principal, Act.TAKE_ON_INVITE, await self.resource(invite)))
        care = (await self._cares.of([invite.id]))[invite.id]
        state = CareState.ACCEPTED if yes else CareState.DECLINED
        answered = Care(care.invite, care.by, care.to, care.to_name, state, care.until_ms)
        kind = "InviteCareAccepted" if yes else "InviteCareDeclined"
        leaf = self._leaf(kind, principal.id, invite, care.to)
        if not await self._cares.answer(answered, self._tools.clock.wall(), leaf):
            raise Refused("care_closed", "the offer has lapsed or was answered")

    async def sign_off(self, principal: Principal, person: Person, back_ms: int) -> None:
        """Put the end of a shift on the record. Raises Refused `shift_open` while anything is open, BadInput."""
        check(self._tools.policy, AccessRequest(principal, Act.SIGN_OFF, Resource("Desk", "desk")))
        duties = await self.duties(person.id, back_ms)
        if duties.sessions or duties.invites:
            raise Refused("shift_open", f"{len(duties.sessions)} sessions and {len(duties.invites)} invites")
        detail = json.dumps({"back_ms": back_ms})
        leaf = AuditLeaf(self._tools.clock.wall(), "ShiftSignedOff", person.id, person.id, detail)
        await self._tools.audit.append(leaf)

    async def _known(self, invite: InviteId) -> Invite:
        found = await self._tools.invites.get(invite)
        if found is None:
            raise Refused("invite_unknown", "no such invite")
        return found

    def _leaf(self, kind: str, actor: str, invite: Invite, to: PersonId) -> AuditLeaf:
        detail = json.dumps({"ticket": invite.ticket, "to": to}, sort_keys=True)
        return AuditLeaf(self._tools.clock.wall(), kind, actor, invite.id, detail)
