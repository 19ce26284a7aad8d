from __future__ import annotations

from pathlib import Path

import pytest

from concierge.domain.errors import BadInput
from concierge.server.settings import ServerSettings


@pytest.mark.parametrize(
    ("url", "origin", "base", "host"),
    [
        ("http://localhost:8080", "http://localhost:8080", "", "localhost"),
        ("https://Desk.Example.org", "https://desk.example.org", "", "desk.example.org"),
        ("https://desk.example.org:443/help", "https://desk.example.org", "/help", "desk.example.org"),
        ("http://[::1]:8080/a/b", "http://[::1]:8080", "/a/b", "::1"),
    ],
)
def test_origin_base_and_host_follow_from_the_public_url(url: str, origin: str, base: str, host: str) -> None:
    settings = ServerSettings(url)
    assert (settings.origin, settings.base, settings.host) == (origin, base, host)


@pytest.mark.parametrize(
    "url",
    [
        "desk.example.org",
        "ftp://desk.example.org",
        "https://",
        "https://me@desk.example.org",
        "https://desk.example.org/",
        "https://desk.example.org/a b",
        "https://desk.example.org/help?x",
        "https://desk.example.org/help#x",
        "https://desk.example.org//help",
    ],
)
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        ServerSettings(url)


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(BadInput):
        ServerSettings("https://desk.example.org", cert_file=Path("cert.pem"))


@pytest.mark.parametrize(
    ("url", "can_share"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.1:1", True),
        ("https://desk.example.org", True),
        ("http://desk.example.org", False),
        ("http://192.0.2.7:8080", False),
    ],
)
def test_screens_are_shared_only_from_a_secure_place(url: str, *, can_share: bool) -> None:
    assert ServerSettings(url).can_share is can_share
