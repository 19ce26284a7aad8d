from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from concierge.domain import limits
from concierge.server.limits import OwnPlace, check_framing
from concierge.server.settings import ServerSettings
from tests.server.front import Front


async def nothing(*_: object) -> None:
    """An application that does nothing."""


PLACE = OwnPlace(
    nothing, ServerSettings("https://desk.example.org:8443/help", trusted_hosts=("10.0.0.7", "::1"))
)


@pytest.mark.parametrize(
    "hosts",
    [["desk.example.org"], ["desk.example.org:8443"], ["DESK.example.org"], ["10.0.0.7:80"], ["[::1]:8443"]],
)
def test_our_own_names_are_known(hosts: list[str]) -> None:
    assert PLACE.knows(hosts)


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["evil.example"],
        ["desk.example.org.evil.example"],
        ["www.desk.example.org"],
        ["evil.example:desk.example.org"],
        ["evil@desk.example.org"],
        ["desk.example.org/evil"],
        ["desk.example.org:x"],
        ["desk.example.org\r\nX: y"],
        ["desk.example.org", "evil.example"],
        ["desk.example.org, evil.example"],
        ["localhost"],
    ],
)
def test_no_other_name_is(hosts: list[str]) -> None:
    assert not PLACE.knows(hosts)


def framing(*headers: tuple[bytes, bytes]) -> int:
    fault = check_framing({"headers": list(headers)})
    return 200 if fault is None else fault[0]


def test_a_length_said_twice_is_refused() -> None:
    chunked = (b"transfer-encoding", b"chunked")
    assert framing((b"content-length", b"5"), chunked) == 400
    assert framing((b"content-length", b"5"), (b"content-length", b"6")) == 400
    assert framing((b"content-length", b"-5")) == 400
    assert framing((b"content-length", b"+5")) == 400
    assert framing((b"content-length", b"\xb2")) == 400
    assert framing(chunked) == 200


def test_what_says_that_it_is_too_big_is_not_read() -> None:
    assert framing((b"content-length", str(200 * 1024 * 1024).encode())) == 413
    assert framing((b"content-length", str(limits.BODY_MAX_BYTES).encode())) == 200
    assert framing((b"x", b"y" * limits.HEADER_MAX_BYTES)) == 431


async def test_what_turns_out_too_big_is_cut_off(front: Front) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 64 * 1024
            yield b"x" * (64 * 1024)

    answer = await front.browser().http.post(
        "/join", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert "too much" in answer.text
    headers = await front.key(front.desk.anna)
    api = await front.browser().http.post(
        "/api/v1/tickets", content=endless(), headers=headers | {"content-type": "application/json"}
    )
    assert (api.status_code, api.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"host": "localhost.evil.example"}, {"host": "evil@localhost"}]
)
async def test_a_foreign_host_is_refused_and_never_repeated(front: Front, headers: dict[str, str]) -> None:
    for path in ("/", "/sign-in", "/api/openapi.json", "/healthz"):
        answer = await front.browser().get(path, **headers)
        assert answer.status_code == 400
        assert "evil" not in answer.text


async def test_a_forwarded_host_changes_no_address(front: Front) -> None:
    answer = await front.browser().get(
        "/desk", **{"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    )
    assert answer.headers["location"].startswith("/sign-in")
    assert "evil" not in (await front.browser().get("/", **{"x-forwarded-host": "evil.example"})).text
