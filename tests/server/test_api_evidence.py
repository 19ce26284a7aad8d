from __future__ import annotations

from concierge.wire import messages as wire
from tests.server.front import Front


async def test_recordings_and_the_audit_log_are_read(front: Front) -> None:
    live = await front.matched()
    await front.desk.send(live, live.decided.host, wire.End("resolved", ""))
    await front.desk.until(lambda: not front.desk.registry.all())
    headers, program = await front.key(front.auditor), front.browser()
    found = (await program.http.get("/api/v1/recordings?ticket_number=INC-1042", headers=headers)).json()
    assert [one["id"] for one in found] == [live.decided.recording]
    one = (await program.http.get(f"/api/v1/recordings/{live.decided.recording}", headers=headers)).json()
    assert one["customer_name"] == "Maria Keller"
    assert (await program.http.get("/api/v1/recordings?person=nobody", headers=headers)).json() == []
    leaves = (await program.http.get("/api/v1/audit?limit=500", headers=headers)).json()
    assert "SessionOpened" in {leaf["kind"] for leaf in leaves}
    assert [leaf["number"] for leaf in leaves] == sorted((leaf["number"] for leaf in leaves), reverse=True)


async def test_the_audit_log_is_for_auditors(front: Front) -> None:
    for person in (front.desk.anna, front.supervisor):
        headers = await front.key(person)
        assert (await front.browser().http.get("/api/v1/audit", headers=headers)).status_code == 403
