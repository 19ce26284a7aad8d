from __future__ import annotations

import pytest

from concierge.server.views.links import Links


def test_a_name_becomes_a_path_below_the_base() -> None:
    assert Links("/help").url("ticket", ticket_id="tic_1") == "/help/tickets/tic_1"
    assert Links().url("portal") == "/"
    assert Links("/help").static("css/base.css") == "/help/static/css/base.css"


def test_parts_are_quoted_so_that_they_cannot_leave_their_place() -> None:
    assert Links().url("join", secret="a/../b?c#d") == "/join/a%2F..%2Fb%3Fc%23d"


def test_a_query_is_encoded() -> None:
    assert Links().url("search", query={"q": "blank labels&x=1"}) == "/search?q=blank+labels%26x%3D1"


@pytest.mark.parametrize(
    "parts", [{}, {"ticket_id": ""}, {"ticket_id": "a", "more": "b"}, {"session_id": "a"}]
)
def test_missing_surplus_and_empty_parts_are_errors(parts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="needs exactly"):
        Links().url("ticket", None, **parts)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        Links().url("nowhere")
