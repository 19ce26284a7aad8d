"""Invites as people use them, on the real database."""

from __future__ import annotations

import asyncio

import pytest

from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import Presence
from concierge.domain.person import PersonState
from concierge.services.inviting import (
    InviteWish,
    NewInvite,
    create_invite,
    look_at_invite,
    redeem_invite,
    revoke_invite,
)
from concierge.services.live import LiveSession
from concierge.services.ports import AuditLeaf
from concierge.wire import messages as wire
from tests.services.desk import Desk

HOUR_MS = 3_600_000
LOOK_AND_TALK = frozenset({Capability.VIEW_SCREEN, Capability.CHAT})


def wish(desk: Desk, **changes: object) -> InviteWish:
    now = desk.clock.wall()
    fields: dict[str, object] = {
        "ticket": desk.ticket.id,
        "company": desk.company.id,
        "vendor_name": "Jonas Lind",
        "vendor_email": "jonas@printworks.example",
        "capabilities": LOOK_AND_TALK,
        "from_ms": now,
        "until_ms": now + HOUR_MS,
        "brief": "The queue stops after the update.",
    }
    return InviteWish(**(fields | changes))  # type: ignore[arg-type]


async def new_invite(desk: Desk, **changes: object) -> tuple[NewInvite, str]:
    made = await create_invite(desk.tools, desk.principal(desk.anna), desk.anna.id, wish(desk, **changes))
    return made, made.link.rpartition("/")[2]


async def admitted(desk: Desk) -> tuple[LiveSession, ParticipantId, NewInvite, str]:
    live, _customer, _surface = await desk.sharing()
    made, secret = await new_invite(desk)
    seat = await redeem_invite(desk.tools, desk.registry, secret, made.pin)
    await desk.page(live, seat.participant)
    await desk.send(live, live.decided.host, wire.Admit(seat.participant))
    return live, seat.participant, made, secret


async def test_looking_changes_nothing(desk: Desk) -> None:
    await desk.sharing()
    made, secret = await new_invite(desk)
    for _ in range(20):
        assert (await look_at_invite(desk.tools, secret)).id == made.invite.id
    assert (await redeem_invite(desk.tools, desk.registry, secret, made.pin)).participant


async def test_a_vendor_sees_only_after_admission_and_the_customers_yes(desk: Desk) -> None:
    live, _customer, surface = await desk.sharing()
    made, secret = await new_invite(desk)
    seat = await redeem_invite(desk.tools, desk.registry, secret, made.pin)
    page = await desk.page(live, seat.participant)
    assert live.decided.seats[seat.participant].presence is Presence.LOBBY
    assert page.view["surfaces"] == []
    assert page.view["ticket_title"] == ""
    assert page.view["brief"] == "The queue stops after the update."
    await desk.send(live, live.decided.host, wire.Admit(seat.participant))
    assert (surface, seat.participant) not in desk.plane.permitted
    await desk.yes(live, Capability.VIEW_SCREEN, seat.participant)
    assert (surface, seat.participant) in desk.plane.permitted
    with pytest.raises(Refused):
        await desk.send(live, live.decided.host, wire.Ask(Capability.VOICE, seat.participant))


async def test_fifty_redeems_at_once_seat_one(desk: Desk) -> None:
    live, _customer, _surface = await desk.sharing()
    made, secret = await new_invite(desk)
    results = await asyncio.gather(
        *(redeem_invite(desk.tools, desk.registry, secret, made.pin) for _ in range(50)),
        return_exceptions=True,
    )
    refusals = [result for result in results if isinstance(result, Refused)]
    assert len(results) - len(refusals) == 1
    assert {refusal.code for refusal in refusals} == {"invite_redeemed"}
    assert len(live.decided.vendors()) == 1


async def test_wrong_pins_lock_the_invite(desk: Desk) -> None:
    await desk.sharing()
    made, secret = await new_invite(desk)
    wrong = f"{(int(made.pin) + 1) % 10**6:06d}"
    codes = []
    for _ in range(6):
        with pytest.raises(Refused) as caught:
            await redeem_invite(desk.tools, desk.registry, secret, wrong)
        codes.append(caught.value.code)
    assert codes[0] == "wrong_pin"
    assert codes[-1] == "invite_locked"
    with pytest.raises(Refused, match="locked"):
        await redeem_invite(desk.tools, desk.registry, secret, made.pin)


async def test_without_a_session_nothing_is_used_up(desk: Desk) -> None:
    made, secret = await new_invite(desk)
    with pytest.raises(Refused) as caught:
        await redeem_invite(desk.tools, desk.registry, secret, made.pin)
    assert caught.value.code == "session_not_open"
    await desk.sharing()
    seat = await redeem_invite(desk.tools, desk.registry, secret, made.pin)
    assert seat.secret != secret


async def test_before_after_and_unknown(desk: Desk) -> None:
    await desk.sharing()
    now = desk.clock.wall()
    later, later_secret = await new_invite(desk, from_ms=now + HOUR_MS, until_ms=now + 2 * HOUR_MS)
    with pytest.raises(Refused, match="not_yet"):
        await redeem_invite(desk.tools, desk.registry, later_secret, later.pin)
    desk.clock.offset_ms = 3 * HOUR_MS
    with pytest.raises(Refused, match="expired"):
        await redeem_invite(desk.tools, desk.registry, later_secret, later.pin)
    with pytest.raises(Refused) as caught:
        await look_at_invite(desk.tools, "never-made")
    assert caught.value.code == "invite_unknown"


async def test_revoking_stops_the_picture_before_it_returns_and_the_link_for_good(desk: Desk) -> None:
    live, vendor, made, secret = await admitted(desk)
    await desk.yes(live, Capability.VIEW_SCREEN, vendor)
    page = desk.pages[vendor]
    await revoke_invite(desk.tools, desk.registry, desk.principal(desk.anna), made.invite.id)
    assert not [flow for flow in desk.plane.permitted if flow[1] == vendor]
    assert page.of("farewell")[-1]["reason"] == "invite_revoked"
    with pytest.raises(Refused, match="revoked"):
        await redeem_invite(desk.tools, desk.registry, secret, made.pin)


async def test_another_host_cannot_revoke_it(desk: Desk) -> None:
    _live, _vendor, made, _secret = await admitted(desk)
    with pytest.raises(Refused):
        await revoke_invite(desk.tools, desk.registry, desk.principal(desk.ben), made.invite.id)


async def test_a_frozen_vendor_sees_nothing_and_keeps_the_seat(desk: Desk) -> None:
    live, vendor, _made, _secret = await admitted(desk)
    await desk.yes(live, Capability.VIEW_SCREEN, vendor)
    await desk.send(live, live.decided.host, wire.Freeze(vendor))
    assert not [flow for flow in desk.plane.permitted if flow[1] == vendor]
    with pytest.raises(Refused):
        await desk.send(live, vendor, wire.Say("hello"))
    await desk.send(live, live.decided.host, wire.Unfreeze(vendor))
    assert [flow for flow in desk.plane.permitted if flow[1] == vendor]


@pytest.mark.parametrize(
    "changes",
    [
        {"capabilities": frozenset({Capability.RECORD})},
        {"capabilities": frozenset({Capability.SHELL})},
        {"capabilities": frozenset()},
        {"vendor_name": "  "},
        {"vendor_name": "x" * 81},
        {"from_ms": 5, "until_ms": 5},
        {"until_ms": 1},
        {"company": "com_" + "z" * 26},
        {"ticket": "tic_" + "z" * 26},
        {"brief": "x" * 8001},
    ],
    ids="-".join,
)
async def test_an_invite_that_makes_no_sense_is_not_made(desk: Desk, changes: dict[str, object]) -> None:
    with pytest.raises((Refused, BadInput)):
        await new_invite(desk, **changes)
    assert await desk.tools.invites.every(10) == []


async def test_the_invites_of_a_disabled_person_are_frozen(desk: Desk) -> None:
    made, secret = await new_invite(desk)
    await desk.sharing()
    accounts = desk.database.accounts
    leaf = AuditLeaf(0, "PersonDisabled", "test", desk.anna.id, "{}")
    assert await accounts.set_state(desk.anna.id, PersonState.DISABLED, desk.clock.now(), leaf)
    with pytest.raises(Refused) as caught:
        await redeem_invite(desk.tools, desk.registry, secret, made.pin)
    assert caught.value.code == "invite_revoked"
    assert await accounts.set_state(desk.anna.id, PersonState.ENABLED, desk.clock.now(), leaf)
    seat = await redeem_invite(desk.tools, desk.registry, secret, made.pin)
    assert seat.secret
