from __future__ import annotations

import shutil
from pathlib import Path

from concierge import shipped
from concierge.domain.access import DeskRole, Principal
from concierge.services import searching
from concierge.services.ports import RecordingQuery
from concierge.services.replays import Replays
from concierge.wire import messages as wire
from tests.services.desk import desk_in

FORBID = """
@id("not_this_host")
@reason("This host sees no recordings.")
forbid(principal is Person, action == Action::"replay_recording", resource)
when { principal.id == "per_bbbbbbbbbbbbbbbbbbbbbbbbbb" };
"""


async def test_who_may_not_see_a_recording_gets_no_line_no_snippet_and_no_count_of_it(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    shutil.copytree(shipped.POLICIES, policies)
    (policies / "own.cedar").write_text(FORBID)
    async with desk_in(tmp_path, policies=policies) as desk:
        live, customer, surface = await desk.sharing()
        await desk.send(live, customer, wire.Hide(surface))
        await desk.send(live, customer, wire.Say("the password is hunter2"))
        await desk.send(live, live.decided.host, wire.End("resolved", "noted hunter2"))
        await desk.ended(live)
        anna, ben = desk.principal(desk.anna), desk.principal(desk.ben)
        replays = Replays(desk.tools, desk.reader)
        auditor = Principal("Person", "per_" + "d" * 26, DeskRole.AUDITOR)
        for principal, count in ((anna, 1), (auditor, 1), (ben, 0)):
            for query in (RecordingQuery(words="hunter2"), RecordingQuery(), RecordingQuery(person="anna")):
                assert len(await replays.find(principal, query)) == count
        assert len(await searching.search(desk.tools, anna, "hunter2", 50)) == 2
        assert await searching.search(desk.tools, ben, "hunter2", 50) == []
        assert [hit.where for hit in await searching.search(desk.tools, ben, "printer", 50)] == ["ticket"]
