"""The doctor tries the same ways as a browser does, against a real TURN server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from concierge.cli import doctor_ways
from concierge.config import Config, load
from concierge.services.ways import TITLES, Check
from tests.peers.turn import SECRET, turn_server

pytestmark = pytest.mark.peer


def configured(folder: Path, urls: list[str], secret: str = SECRET) -> Config:
    servers = json.dumps([{"urls": urls}])
    return load({"data_dir": str(folder), "ice_servers": servers, "turn_secret": secret}, {})


def test_what_is_not_configured_is_said_and_nothing_to_mend(tmp_path: Path) -> None:
    config = load({"data_dir": str(tmp_path)}, {})
    for check, look in ((Check.TURN_UDP, doctor_ways.turn_udp), (Check.TURN_TLS, doctor_ways.turn_tls)):
        assert look(config) == (True, f"{TITLES[check]}: none is configured")
    good, words = doctor_ways.signalling(config)
    assert good
    assert words.startswith(TITLES[Check.SIGNALLING])


async def test_relays_are_tried_with_credentials_like_a_participants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with turn_server(tmp_path / "turn") as server:
        config = configured(tmp_path, server.urls)
        # Nobody vouches for the test's certificate …
        good, words = await asyncio.to_thread(doctor_ways.turn_tls, config)
        assert not good
        assert "certificate" in words
        # … until the system is told to.
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        for look in (doctor_ways.turn_udp, doctor_ways.turn_tls):
            good, words = await asyncio.to_thread(look, config)
            assert good, words
            assert words.endswith("relays")
        wrong = configured(tmp_path, server.urls[:1], "another secret altogether")
        good, words = await asyncio.to_thread(doctor_ways.turn_udp, wrong)
        assert not good
        assert SECRET not in words


def test_a_dead_relay_is_to_be_mended(tmp_path: Path) -> None:
    good, words = doctor_ways.turn_udp(configured(tmp_path, ["turn:127.0.0.1:9"]))
    assert not good
    assert "does not relay" in words
