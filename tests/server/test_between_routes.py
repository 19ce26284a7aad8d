from __future__ import annotations

from concierge.server.between_routes import API, PAGES


def test_every_page_that_changes_something_has_its_call_with_the_same_act() -> None:
    calls = {(door.method, door.path.removeprefix("/api/v1")): door for door in API}
    for page in PAGES:
        call = calls[page.method, page.path]
        assert (call.need, call.on) == (page.need, page.on)
