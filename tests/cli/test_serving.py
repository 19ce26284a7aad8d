"""The running commands, as processes: ready, asked, told to end, started again."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from concierge import shipped
from tests.e2e.house import House, any_port


@asynccontextmanager
async def standing(folder: Path, log: Path, *options: str) -> AsyncIterator[tuple[House, httpx2.AsyncClient]]:
    """Return a running server and somebody who asks it with the printed key; it is gone afterwards."""
    house = House(folder, any_port(), log)
    try:
        await house.start(*options)
        headers = {"Authorization": f"Bearer {house.link('api_key')}"}
        async with httpx2.AsyncClient(base_url=house.base, headers=headers) as client:
            yield house, client
    finally:
        await house.end(signal.SIGKILL)


async def test_the_demonstration_starts_answers_ends_cleanly_and_keeps_its_data(tmp_path: Path) -> None:
    async with standing(tmp_path / "var", tmp_path / "log") as (house, client):
        assert house.links is not None
        keys = {"base_url", "websocket_path", "sign_in", "customer", "vendor", "api_key", "session_id"}
        assert keys <= house.links.keys()
        for path in ("/", "/healthz", "/readyz", "/metrics", "/api/openapi.json"):
            assert (await client.get(path)).status_code == 200, path
        tickets = {ticket["id"] for ticket in (await client.get("/api/v1/tickets")).json()}
        assert house.link("ticket_id") in tickets
        assert await house.end(signal.SIGINT) == 0

    async with standing(tmp_path / "var", tmp_path / "log2") as (again, client):
        assert {ticket["id"] for ticket in (await client.get("/api/v1/tickets")).json()} == tickets
        assert await again.end(signal.SIGTERM) == 0
        assert [line for line in again.logged() if line.get("level") == "error"] == []


async def test_policies_are_read_again_on_sighup_and_bad_ones_refused(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    for source in shipped.POLICIES.iterdir():
        if source.is_file():
            (policies / source.name).write_bytes(source.read_bytes())
    rules = policies / "unrecorded.cedar"
    closed = (
        '\n@id("none") @reason("Closed today.")\nforbid(principal, action == Action::"search", resource);\n'
    )
    async with standing(tmp_path / "var", tmp_path / "log", "--policies-dir", str(policies)) as (
        house,
        client,
    ):
        assert house.process is not None
        assert (await client.get("/api/v1/search?q=labels")).status_code == 200
        rules.write_text(rules.read_text(encoding="utf-8") + closed, encoding="utf-8")
        house.process.send_signal(signal.SIGHUP)
        await house.until_logged("policies_read_again")
        assert (await client.get("/api/v1/search?q=labels")).status_code == 403
        rules.write_text("permit(", encoding="utf-8")
        house.process.send_signal(signal.SIGHUP)
        await house.until_logged("policies_refused")
        assert (await client.get("/api/v1/search?q=labels")).status_code == 403
        assert (await client.get("/api/v1/tickets")).status_code == 200


async def test_a_host_disabled_on_the_command_line_is_out_of_the_running_server(tmp_path: Path) -> None:
    """Beside the server, in a process of its own: keys and sign-ins at once, the session within a second."""
    async with standing(tmp_path / "var", tmp_path / "log") as (house, client):
        queue, door = "/api/v1/tickets", house.link("customer", "join_url")
        assert (await client.get(queue)).status_code == 200
        assert (await client.get(door)).status_code == 200
        assert await person(house, "disable") == 0
        assert (await client.get(queue)).status_code == 401, "her key died with the command"
        await house.until_logged("person_put_out")
        # The session waited for its customer; without its host it ends, and the link opens nothing.
        assert (await client.get(door)).status_code == 410
        assert await person(house, "enable") == 0
        assert (await client.get(queue)).status_code == 401, "and does not come back"


async def person(house: House, verb: str) -> int:
    """Run `concierge person` on the demonstration's host, as an operator does beside the server."""
    command = [
        sys.executable,
        "-m",
        "concierge",
        "person",
        verb,
        "anna.berger",
        "--data-dir",
        str(house.data),
    ]
    return await (await asyncio.create_subprocess_exec(*command)).wait()
