"""The clients of these tests find each other on 127.0.0.1 alone: no test needs a network."""

from __future__ import annotations

import aioice.ice
import pytest


@pytest.fixture(autouse=True)
def clients_stay_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
