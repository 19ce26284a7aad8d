"""One question, one click: nothing before the end, the first answer stays, the thanks reach the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.domain.errors import Refused
from concierge.domain.impression import Felt, Side
from concierge.services.impressing import LINES, host_says, say_how_it_was, thanks_for
from concierge.wire import messages as wire
from tests.services.desk import desk_in


def test_every_answer_has_its_line() -> None:
    assert LINES.keys() == {(side, felt) for side in Side for felt in Felt}


async def test_a_session_is_judged_when_it_is_over(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        live, _, _ = await desk.sharing()
        row = await desk.tools.sessions.summary(live.decided.id)
        assert row is not None
        with pytest.raises(Refused, match="judged when it is over"):
            await say_how_it_was(desk.tools, row, Side.CUSTOMER, Felt.GOOD, "Grace")
        await desk.send(live, live.decided.host, wire.End("resolved", "Done"))
        await desk.ended(live)
        row = await desk.tools.sessions.summary(live.decided.id)
        assert row is not None
        assert await say_how_it_was(desk.tools, row, Side.CUSTOMER, Felt.GOOD, "Grace")
        assert not await say_how_it_was(desk.tools, row, Side.CUSTOMER, Felt.BAD, "Grace")
        assert [one.name for one in await thanks_for(desk.tools, desk.anna.id)] == ["Grace"]
        with pytest.raises(Refused, match="only who hosted"):
            await host_says(desk.tools, row, desk.ben.id, "Ben", Felt.BAD)
