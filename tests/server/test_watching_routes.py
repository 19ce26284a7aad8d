"""Watching a recording while it is made, over HTTP: nothing is there for others than a supervisor, only ranges, only what is durable."""

from __future__ import annotations

from typing import Any

from concierge.domain import commands as cmd
from concierge.domain.reasons import EndReason
from tests.server.front import Front


async def test_a_supervisor_is_given_the_durable_part_and_nobody_else_anything(front: Front) -> None:
    live, customer, _ = await front.desk.sharing()
    here = f"/api/v1/recordings/{live.decided.recording}/live"
    for person in (front.auditor, front.desk.anna):
        browser = await front.signed_in(person)
        for place in ("script", "sealed", "sealed/epoch-0000.crec"):
            assert (await browser.get(f"{here}/{place}")).status_code == 404
    assert not live.decided.watchers
    supervisor = await front.signed_in(front.supervisor)
    script: dict[str, Any] = (await supervisor.get(f"{here}/script")).json()
    assert script["verification"]["verdict"] == "open"
    assert list(live.decided.watchers.values()) == [front.supervisor.name]
    assert customer in live.decided.seats
    found: dict[str, Any] = (await supervisor.get(f"{here}/sealed")).json()
    known = len(found["segments"]["offset"])
    assert known > 0
    assert found["told"] > 0
    assert found["keys"]
    later: dict[str, Any] = (await supervisor.get(f"{here}/sealed?after={known}")).json()
    assert (later["after"], later["segments"]["offset"]) == (known, [])
    size = found["files"][0]["size"]
    held = front.desk.folder / "recordings" / live.decided.recording / "epoch-0000.crec"
    with held.open("ab") as file:
        file.write(b"not durable")
    part = await supervisor.get(f"{here}/sealed/epoch-0000.crec", Range=f"bytes={size - 4}-{size + 100}")
    assert (part.status_code, len(part.content)) == (206, 4)
    assert (await supervisor.get(f"{here}/sealed/epoch-0000.crec")).status_code == 400
    behind = await supervisor.get(f"{here}/sealed/epoch-0000.crec", Range=f"bytes={size}-")
    assert behind.status_code == 416
    assert (await supervisor.get(f"{here}/sealed/epoch-0009.crec", Range="bytes=0-1")).status_code == 404
    assert (await supervisor.get(f"{here}/sealed?after=-1")).status_code == 422


async def test_its_page_follows_and_a_closed_one_is_sent_to_its_replay(front: Front) -> None:
    live, _, _ = await front.desk.sharing()
    place = f"/recordings/{live.decided.recording}"
    supervisor = await front.signed_in(front.supervisor)
    desk = await supervisor.get("/desk")
    assert f"{place}/live" in desk.text
    page = await supervisor.get(f"{place}/live")
    assert f'data-live="{place}"' in page.text
    assert not live.decided.watchers
    await live.submit(cmd.End(by=live.decided.host, reason=EndReason.COMPLETED, outcome="", note="", told=""))
    await front.desk.ended(live)
    closed = await supervisor.get(f"{place}/live")
    assert (closed.status_code, closed.headers["location"]) == (303, place)
    assert (await supervisor.get(f"/api/v1{place}/live/sealed")).status_code == 409
