from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from concierge.server.origins import is_own_origin

OWN = "https://desk.example.org"
OTHERS: list[list[str]] = [
    [],
    ["null"],
    [""],
    ["https://evil.example"],
    ["https://www.desk.example.org"],
    ["https://desk.example.org.evil.example"],
    ["https://evildesk.example.org"],
    ["https://desk.example.org:8443"],
    ["https://desk.example.org:443"],
    ["http://desk.example.org"],
    ["https://desk.example.org/"],
    ["HTTPS://DESK.EXAMPLE.ORG"],
    ["https://desk.example.org, https://evil.example"],
    [OWN, "https://evil.example"],
    [OWN, OWN],
]


def of(values: list[str]) -> Headers:
    return Headers(raw=[(b"origin", value.encode()) for value in values])


@pytest.mark.parametrize("values", OTHERS)
def test_every_other_origin_is_foreign(values: list[str]) -> None:
    assert not is_own_origin(of(values), OWN)


def test_our_own_origin_is_ours() -> None:
    assert is_own_origin(of([OWN]), OWN)
