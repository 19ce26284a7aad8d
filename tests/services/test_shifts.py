"""Signing off, over the real desk: refused while anything is open, possible when a colleague has said yes to each thing."""

from __future__ import annotations

import pytest

from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import InviteId
from concierge.services.inviting import InviteWish, create_invite
from concierge.services.joining import join_from_desk
from concierge.services.shifts import Shifts
from concierge.wire import messages as wire
from tests.services.desk import Desk

HOUR_MS = 60 * 60_000


def shifts(desk: Desk) -> Shifts:
    return Shifts(desk.tools, desk.registry, desk.database.cares)


async def invited(desk: Desk, in_ms: int) -> InviteId:
    now = desk.clock.wall()
    wish = InviteWish(
        desk.ticket.id, desk.company.id, "Victor Lang", "v@example.org", frozenset({Capability.CHAT}),
        now + in_ms, now + in_ms + HOUR_MS,
    )  # fmt: skip
    made = await create_invite(desk.tools, desk.principal(desk.anna), desk.anna.id, wish)
    return made.invite.id


async def signs_off(desk: Desk, in_ms: int = 16 * HOUR_MS) -> None:
    back_ms = desk.clock.wall() + in_ms
    await shifts(desk).sign_off(desk.principal(desk.anna), desk.anna, back_ms)


async def refused(desk: Desk) -> str:
    with pytest.raises(Refused) as caught:
        await signs_off(desk)
    return caught.value.code


async def test_with_nothing_open_a_shift_ends_on_the_record(desk: Desk) -> None:
    await signs_off(desk)
    (_, leaf), *_ = await desk.tools.audit.tail(1)
    assert (leaf.kind, leaf.actor) == ("ShiftSignedOff", desk.anna.id)


async def test_a_live_session_holds_its_host_until_a_colleague_has_taken_it_over(desk: Desk) -> None:
    live, customer, _surface = await desk.sharing()
    host = live.decided.host
    assert await refused(desk) == "shift_open"
    await desk.send(live, host, wire.OfferHandover(desk.ben.id, "The driver is at fault."))
    assert await refused(desk) == "shift_open"
    ben = await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    assert desk.pages[customer].view["handover"]["introduced"] is True
    assert desk.pages[customer].view["handover"]["to_name"] == desk.ben.name
    with pytest.raises(Refused) as caught:
        await desk.send(live, host, wire.Leave())
    assert caught.value.code == "handover_first"
    await desk.send(live, ben, wire.AcceptHandover(brief_read=True))
    await signs_off(desk)


async def test_an_invite_that_is_due_needs_a_colleagues_yes_and_a_later_one_does_not(desk: Desk) -> None:
    due, _later = await invited(desk, 2 * HOUR_MS), await invited(desk, 20 * HOUR_MS)
    service, ben = shifts(desk), desk.principal(desk.ben)
    assert await refused(desk) == "shift_open"
    await service.hand_on(desk.principal(desk.anna), due, desk.ben.id)
    assert [duty.invite.id for duty in await service.offered_to(desk.ben.id)] == [due]
    assert await refused(desk) == "shift_open"
    await service.answer(ben, due, yes=False)
    assert await refused(desk) == "shift_open"
    await service.hand_on(desk.principal(desk.anna), due, desk.ben.id)
    await service.answer(ben, due, yes=True)
    await signs_off(desk)
    assert await service.offered_to(desk.ben.id) == []
    # Now it is Ben's, who cannot sign off either.
    back_ms = desk.clock.wall() + 16 * HOUR_MS
    assert [one.invite.id for one in (await service.duties(desk.ben.id, back_ms)).invites] == [due]
    kinds = [leaf.kind for _, leaf in await desk.tools.audit.tail(5)]
    assert kinds[:2] == ["ShiftSignedOff", "InviteCareAccepted"]


async def test_who_may_offer_and_answer(desk: Desk) -> None:
    due, service = await invited(desk, HOUR_MS), shifts(desk)
    with pytest.raises(BadInput):
        await service.hand_on(desk.principal(desk.anna), due, desk.anna.id)
    with pytest.raises(Refused) as caught:
        await service.hand_on(desk.principal(desk.ben), due, desk.anna.id)
    assert caught.value.code == "no_policy_permits"
    with pytest.raises(Refused):
        await service.answer(desk.principal(desk.ben), due, yes=True)
    await service.hand_on(desk.principal(desk.anna), due, desk.ben.id)
    with pytest.raises(Refused):
        await service.answer(desk.principal(desk.anna), due, yes=True)
    desk.clock.now_ms += limits.CARE_OFFER_MS
    with pytest.raises(Refused):
        await service.answer(desk.principal(desk.ben), due, yes=True)
    with pytest.raises(Refused) as caught:
        await service.hand_on(desk.principal(desk.anna), InviteId("inv_" + "q" * 26), desk.ben.id)
    assert caught.value.code == "invite_unknown"


async def test_a_shift_ends_for_a_while_and_not_for_an_auditor(desk: Desk) -> None:
    for in_ms in (-1, 0, limits.AWAY_MAX_MS + 1):
        with pytest.raises(BadInput):
            await signs_off(desk, in_ms)
    with pytest.raises(Refused):
        await shifts(desk).sign_off(
            Principal("Person", desk.anna.id, DeskRole.AUDITOR), desk.anna, desk.clock.wall() + HOUR_MS
        )
