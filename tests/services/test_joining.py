"""Coming in by code, by link, and from the desk."""

from __future__ import annotations

import asyncio

import pytest

from concierge.domain import limits
from concierge.domain.errors import Refused
from concierge.domain.participant import Presence, Role
from concierge.services.joining import find_by_pairing, join_as_customer, join_from_desk, seat_of
from concierge.services.opening import new_code
from concierge.wire import messages as wire
from tests.services.desk import Desk


async def test_looking_a_code_up_uses_nothing(desk: Desk) -> None:
    live = await desk.open()
    assert live.backdrop.code is not None
    for _ in range(20):
        assert await find_by_pairing(desk.tools, desk.registry, "code", live.backdrop.code.digits) is live
    assert (await desk.customer(live)).session == live.decided.id


async def test_one_of_fifty_takes_the_code(desk: Desk) -> None:
    live = await desk.open()
    assert live.backdrop.code is not None
    digits = live.backdrop.code.digits
    results = await asyncio.gather(
        *(join_as_customer(desk.tools, desk.registry, "code", digits) for _ in range(50)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 49
    assert [seat.who.role for seat in live.decided.present()] == [Role.HOST, Role.CUSTOMER]


async def test_code_and_link_die_together(desk: Desk) -> None:
    live = await desk.open()
    assert live.backdrop.code is not None
    code = live.backdrop.code
    await desk.customer(live)
    for kind, secret in (("code", code.digits), ("link", code.link.rpartition("/")[2])):
        with pytest.raises(Refused) as caught:
            await find_by_pairing(desk.tools, desk.registry, kind, secret)
        assert caught.value.code == "pairing_unknown"


async def test_a_code_lives_ten_minutes_and_a_new_one_kills_the_old(desk: Desk) -> None:
    live = await desk.open()
    assert live.backdrop.code is not None
    old = live.backdrop.code.digits
    new = await new_code(desk.tools, live)
    with pytest.raises(Refused):
        await find_by_pairing(desk.tools, desk.registry, "code", old)
    desk.clock.now_ms += limits.CODE_LIFE_MS
    with pytest.raises(Refused):
        await find_by_pairing(desk.tools, desk.registry, "code", new.digits)


async def test_the_seat_can_be_taken_again_by_its_secret_alone(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    assert await seat_of(desk.tools, "seat", seat.secret) == (live.decided.id, seat.participant)
    receipt = live.backdrop.receipts[seat.participant].rpartition("/")[2]
    assert await seat_of(desk.tools, "receipt", receipt) == (live.decided.id, seat.participant)
    assert await seat_of(desk.tools, "seat", receipt) is None
    assert await seat_of(desk.tools, "receipt", seat.secret) is None
    desk.clock.now_ms += limits.SEAT_LIFE_MS
    assert await seat_of(desk.tools, "seat", seat.secret) is None


async def test_the_customer_waits_in_the_lobby_with_the_name_on_the_ticket(desk: Desk) -> None:
    live = await desk.open()
    seat = await desk.customer(live)
    waiting = live.decided.seats[seat.participant]
    assert (waiting.who.name, waiting.presence, waiting.admitted) == ("Maria Keller", Presence.LOBBY, False)
    with pytest.raises(Refused):
        await desk.send(live, seat.participant, wire.Say("hello?"))


async def test_the_host_gets_the_own_seat_and_a_colleague_none_uninvited(desk: Desk) -> None:
    live = await desk.open()
    assert await join_from_desk(desk.tools, live, desk.principal(desk.anna), desk.anna) == live.decided.host
    with pytest.raises(Refused):
        await join_from_desk(desk.tools, live, desk.principal(desk.ben), desk.ben)
    assert len(live.decided.present()) == 1
