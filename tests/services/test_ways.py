"""One list of checks in one wording, and the ways that a network has to let through."""

from __future__ import annotations

import re

import pytest

from concierge.services.ways import TITLES, Check, RelayAddress, relay_address, ways_of
from concierge.wire.messages import IceServer, Way
from tests.architecture.sources import ROOT


@pytest.mark.parametrize(
    ("url", "address", "check"),
    [
        ("turn:a.example", RelayAddress("a.example", 3478, "udp", secure=False), Check.TURN_UDP),
        (
            "turn:a.example:53?transport=tcp",
            RelayAddress("a.example", 53, "tcp", secure=False),
            Check.TURN_TLS,
        ),
        ("turns:a.example", RelayAddress("a.example", 5349, "tcp", secure=True), Check.TURN_TLS),
        (
            "turns:[2001:db8::1]:443?transport=tcp",
            RelayAddress("2001:db8::1", 443, "tcp", secure=True),
            Check.TURN_TLS,
        ),
    ],
)
def test_a_relay_is_known_by_its_url(url: str, address: RelayAddress, check: Check) -> None:
    found = relay_address(url)
    assert found == address
    assert found.check is check


@pytest.mark.parametrize(
    "url", ["stun:a.example", "https://a.example", "turn:", "turn:a b", "turn:a:99999999"]
)
def test_what_is_no_relay_has_no_address(url: str) -> None:
    assert relay_address(url) is None


def test_the_ways_are_told_in_the_order_of_the_ladder() -> None:
    servers = (
        IceServer(("turns:relay.example.org:443?transport=tcp", "turn:relay.example.org"), "", ""),
        IceServer(("stun:relay.example.org",), "", ""),
    )
    assert ways_of("https://desk.example.org", "192.0.2.1", (50000, 50199), servers) == (
        Way("signalling", "HTTPS, WSS", "desk.example.org", "443"),
        Way("media_udp", "UDP", "192.0.2.1", "50000-50199"),
        Way("turn_udp", "UDP", "relay.example.org", "3478"),
        Way("turn_tls", "TLS", "relay.example.org", "443"),
    )


def test_without_settings_the_ways_are_those_of_the_public_address() -> None:
    assert ways_of("http://localhost:8080", "", None, ()) == (
        Way("signalling", "HTTP, WS", "localhost", "8080"),
        Way("media_udp", "UDP", "localhost", ""),
    )


def test_pages_and_command_line_say_the_same_words() -> None:
    source = (ROOT / "web/src/ways.ts").read_text(encoding="utf-8")
    told = dict(re.findall(r'case "(\w+)": return t\("([^"]+)"\)', source))
    assert told == {check.value: title for check, title in TITLES.items()}
    assert list(TITLES) == list(Check)
