from __future__ import annotations

import pytest

from concierge.server.headers import headers_of
from concierge.server.settings import ServerSettings
from tests.server.front import Front

PATHS = ["/", "/nothing-here", "/desk", "/api/v1/tickets", "/static/nothing.js", "/healthz"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_says_what_browsers_may_do(front: Front, path: str) -> None:
    headers = (await front.browser().get(path)).headers
    policy = headers["content-security-policy"]
    assert "'unsafe" not in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "display-capture=(self)" in headers["permissions-policy"]
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/desk", "/api/v1/tickets", "/join/x", "/receipts/x"])
async def test_nothing_personal_is_kept_by_a_cache(front: Front, path: str) -> None:
    assert (await front.browser().get(path)).headers["cache-control"] == "no-store"


def test_sockets_are_allowed_to_our_own_origin_alone() -> None:
    policy = dict(headers_of(ServerSettings("https://desk.example.org/help")))["Content-Security-Policy"]
    assert "connect-src 'self' wss://desk.example.org;" in policy


def test_https_is_remembered_by_browsers() -> None:
    assert "Strict-Transport-Security" in dict(headers_of(ServerSettings("https://desk.example.org")))
    assert "Strict-Transport-Security" not in dict(headers_of(ServerSettings("http://localhost:1")))
