"""The API of the end of a shift: what is open, offering and answering, signing off. The pages take the same use case."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from concierge.domain.errors import BadIdentifier, BadInput
from concierge.domain.ids import InviteId, PersonId, check_id
from concierge.domain.shift import CareState
from concierge.server.api_words import Caller, Given
from concierge.services.shifts import Duty

Back = Annotated[int, Query(ge=0, description="Until when you are away, in wall-clock milliseconds")]


class ShiftGiven(Given):
    """Until when one is away, in wall-clock milliseconds."""

    back_ms: int = Field(ge=0)


class CareGiven(Given):
    """To whom an invite is offered."""

    to: str = Field(max_length=64)


class AnswerGiven(Given):
    """Yes or no."""

    yes: bool


class CareOut(BaseModel):
    """An invite and the offer that is out for it."""

    invite: str
    person: str
    company: str
    from_ms: int
    offered_to: str | None
    state: CareState | None
    until_ms: int | None


class ShiftOut(BaseModel):
    """What is open (nothing in both: signing off is possible), and what is offered to oneself."""

    sessions: list[str]
    invites: list[CareOut]
    offered: list[CareOut]


def _care(duty: Duty) -> CareOut:
    invite, care = duty.invite, duty.care
    return CareOut(
        invite=invite.id,
        person=invite.vendor_name,
        company=invite.company_name,
        from_ms=invite.from_ms,
        offered_to=care.to if care is not None else None,
        state=care.state if care is not None else None,
        until_ms=care.until_ms if care is not None else None,
    )


async def shift(asked: Caller, back_ms: Back) -> ShiftOut:
    """Return what is open for somebody who is away until then, and what is offered to them."""
    duties = await asked.house.shifts.duties(asked.person.id, back_ms)
    offered = await asked.house.shifts.offered_to(asked.person.id)
    return ShiftOut(
        sessions=[one.id for one in duties.sessions],
        invites=[_care(one) for one in duties.invites],
        offered=[_care(one) for one in offered],
    )


async def sign_off(asked: Caller, given: ShiftGiven) -> ShiftOut:
    """Sign off; refused with `shift_open` while anything is open."""
    await asked.house.shifts.sign_off(asked.principal, asked.person, given.back_ms)
    return await shift(asked, given.back_ms)


async def hand_on(asked: Caller, given: CareGiven) -> CareOut:
    """Offer an invite to a colleague."""
    invite = InviteId(asked.part_id("invite", "invite_id"))
    try:
        to = PersonId(check_id("person", given.to))
    except BadIdentifier:
        raise BadInput("choose a colleague who may host") from None
    care = await asked.house.shifts.hand_on(asked.principal, invite, to)
    found = await asked.house.tools.invites.get(invite)
    if found is None:
        raise BadInput("choose an invite")
    return _care(Duty(found, care))


async def take_on(asked: Caller, given: AnswerGiven) -> list[CareOut]:
    """Answer an invite that is offered; return what else waits."""
    invite = InviteId(asked.part_id("invite", "invite_id"))
    await asked.house.shifts.answer(asked.principal, invite, yes=given.yes)
    return [_care(one) for one in await asked.house.shifts.offered_to(asked.person.id)]
