"""A TURN server is tried for real: it allocates for those it knows, and silence has an end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from concierge.domain.limits import TURN_GATHER_MS
from concierge.media.relay_trial import try_relay
from concierge.services.relays import turn_credentials
from tests.peers.turn import SECRET, turn_server

pytestmark = pytest.mark.peer
HOUR_MS = 3_600_000


async def test_it_allocates_with_a_credential_until_that_expires(tmp_path: Path) -> None:
    async with turn_server(tmp_path / "turn") as server:
        now = int(time.time() * 1000)

        async def tried(wall_ms: int, secret: str = SECRET) -> str:
            known = turn_credentials(secret, "par_ana", wall_ms)
            return await try_relay("127.0.0.1", server.port, *known, transport="udp", secure=False)

        assert await tried(now) == ""
        assert await tried(now - HOUR_MS) != "", "what has expired is taken no more"
        assert await tried(now, "a secret of somebody else's") != ""
        assert ":par_ana" in server.log.read_text(encoding="utf-8", errors="replace")


async def test_silence_has_an_end() -> None:
    began = time.monotonic()
    assert await try_relay("192.0.2.1", 9, "u", "c", transport="tcp", secure=True) != ""
    assert time.monotonic() - began < 10 * TURN_GATHER_MS / 1000
