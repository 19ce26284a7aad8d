"""Looking after invites: who may, and that a vendor turned away leaves the invite frozen and a colleague's seat alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.domain.errors import BadInput, Refused
from concierge.domain.invite import InviteState
from concierge.services.tending import new_pin, note_test, thaw
from concierge.wire import messages as wire
from tests.services.desk import desk_in


async def test_a_vendor_turned_away_leaves_the_invite_frozen(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        live, _, _ = await desk.sharing()
        seat = await desk.knock(live)
        invite_id = live.decided.seats[seat.participant].who.invite
        assert invite_id is not None
        with pytest.raises(Refused):
            await thaw(desk.tools, desk.principal(desk.anna), invite_id)
        await desk.send(live, live.decided.host, wire.Deny(seat.participant))
        frozen = await desk.tools.invites.get(invite_id)
        assert frozen is not None
        assert frozen.state(desk.clock.wall()) is InviteState.FROZEN
        with pytest.raises(Refused):
            await thaw(desk.tools, desk.principal(desk.ben), invite_id)
        invite, pin = await thaw(desk.tools, desk.principal(desk.anna), invite_id)
        assert (invite.id, len(pin)) == (invite_id, 6)


async def test_a_used_invite_gets_no_new_pin_and_a_test_has_a_closed_list_of_results(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        live, _, _ = await desk.sharing()
        seat = await desk.knock(live)
        invite_id = live.decided.seats[seat.participant].who.invite
        assert invite_id is not None
        with pytest.raises(Refused):
            await new_pin(desk.tools, desk.principal(desk.anna), invite_id)
        with pytest.raises(BadInput):
            await note_test(desk.tools, "secret", "perfect")
        with pytest.raises(Refused):
            await note_test(desk.tools, "secret", "direct")
