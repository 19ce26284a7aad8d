from __future__ import annotations

from starlette.requests import Request

from concierge.server.fault_page import fault_page
from tests.server.front import Front


async def test_the_error_page_needs_nothing_but_the_request(front: Front) -> None:
    scope = {"type": "http", "headers": [(b"accept-language", b"de")], "app": front.app, "path": "/x"}
    page = fault_page(Request(scope), 429, "12345678", 60)
    assert '<html lang="de"' in page
    assert "12345678" in page
    assert 'data-retry-seconds="60"' in page
    assert 'name="csrf" value' not in page
