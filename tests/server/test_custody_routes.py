from __future__ import annotations

from concierge.domain.access import Act
from concierge.server.custody_routes import API, PAGES


def test_every_page_that_changes_something_has_its_call_with_the_same_act() -> None:
    calls = {door.path.removeprefix("/api/v1"): door for door in API}
    for page in PAGES:
        call = calls[page.path]
        assert (call.method, call.need, call.on) == (page.method, page.need, page.on)
    assert {door.need for door in PAGES if door.method == "POST"} == {Act.HOLD_RECORDING, Act.ERASE_RECORDING}
