from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from concierge.domain import limits
from concierge.domain.errors import BadInput, EvidenceUnavailable, Refused
from concierge.server.languages import Reader, zone_of
from concierge.server.sockets import refusal_of
from concierge.services.live import LiveSession
from concierge.services.ports import StoreUnavailable
from concierge.wire import messages as wire
from tests.server.serving import WAIT_S, Served, Socket, served

FOREIGN = [
    "",
    "null",
    "https://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://evil.example#http://127.0.0.1:{port}",
    "http://localhost:{port}",
    "http://sub.127.0.0.1:{port}",
    "http://127.0.0.1:{port}/",
    "HTTP://127.0.0.1:{port}",
    "file://",
]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as place:
        yield place


async def cookie_of_customer(place: Served, live: LiveSession) -> str:
    seat = await place.front.desk.customer(live)
    return f"concierge_seat_{live.decided.id}={seat.secret}"


async def cookie_of_anna(place: Served) -> str:
    _, link = await place.front.accounts.make_link(place.front.desk.anna.id, "test")
    done = await place.front.accounts.sign_in_by_link(link, "127.0.0.1")
    return f"concierge_sign_in={done.secret}"


async def refused(place: Served, live: LiveSession, cookie: str, origin: str | None) -> int:
    headers = {"Cookie": cookie} | ({} if origin is None else {"Origin": origin})
    with pytest.raises(InvalidStatus) as raised:
        async with connect(
            f"ws://127.0.0.1:{place.port}/ws/sessions/{live.decided.id}",
            additional_headers=headers,
            proxy=None,
        ):
            pass
    return raised.value.response.status_code


async def test_no_other_site_opens_a_socket(place: Served) -> None:
    """Cross-site WebSocket hijacking (threats.md row 7), with cookies that would open it."""
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)
    for origin in (None, *FOREIGN):
        told = None if origin is None else origin.format(port=place.port)
        assert await refused(place, live, cookie, told) == 403, origin
    async with place.socket(live.decided.id, cookie) as page:
        assert (await page.hello())["role"] == "customer"


async def test_strangers_are_refused_before_accept(place: Served) -> None:
    live = await place.front.desk.open()
    for cookie in ("", f"concierge_seat_{live.decided.id}=wrong", "concierge_sign_in=wrong"):
        assert await refused(place, live, cookie, place.origin) == 403


async def test_a_page_is_greeted_sees_and_acts(place: Served) -> None:
    live = await place.front.desk.open()
    customer_cookie, anna = await cookie_of_customer(place, live), await cookie_of_anna(place)
    async with (
        place.socket(live.decided.id, customer_cookie) as customer,
        place.socket(live.decided.id, anna, query="?as=desk") as host,
    ):
        await customer.hello()
        digits = (await customer.until("view"))["view"]["match_digits"]
        assert (await host.hello())["role"] == "host"
        seat = next(iter(live.backdrop.digits))
        wrong = f"{(int(digits) + 1) % 10**limits.MATCH_DIGITS:0{limits.MATCH_DIGITS}d}"
        await host.send(id=1, type="match", participant=seat, digits=wrong)
        refusal = await host.until("refusal")
        assert (refusal["reply_to"], refusal["code"]) == (1, "match_wrong")
        assert refusal["text"].startswith("Those are not the digits")
        await host.send(id=2, type="match", participant=seat, digits=live.backdrop.digits[seat])
        assert (await host.until("done"))["reply_to"] == 2
        await host.send(id=3, type="say", text="Hello, Maria")
        assert (await customer.until("line"))["text"] == "Hello, Maria"


async def test_refusals_are_told_in_the_pages_language(place: Served) -> None:
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)
    async with place.socket(live.decided.id, f"{cookie}; language=de") as page:
        await page.hello()
        await page.send(id=1, type="say", text="too early")
        refusal = await page.until("refusal")
        assert refusal["text"] != ""
        assert refusal["code"] in ("still_in_lobby", "not_granted", "not_now")


async def test_hello_comes_first_and_soon(place: Served) -> None:
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)
    async with place.socket(live.decided.id, cookie) as page:
        await page.send(id=1, type="say", text="no hello")
        assert await page.closed() == 1008
    async with place.socket(live.decided.id, cookie) as silent:
        assert await silent.closed() == 1008


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        "{}",
        '{"type":"no_such_message"}',
        '{"type":"say"}',
        '{"type":"say","text":1}',
        '{"a":' * 9000,
    ],
)
async def test_a_malformed_message_costs_this_socket_alone(place: Served, text: str) -> None:
    live = await place.front.desk.open()
    cookie, anna = await cookie_of_customer(place, live), await cookie_of_anna(place)
    async with place.socket(live.decided.id, cookie) as page, place.socket(live.decided.id, anna) as host:
        await page.hello()
        await host.hello()
        await page.raw.send(text)
        assert (await page.until("refusal"))["code"] == "bad_message"
        assert await page.closed() == 1008
        await host.send(id=7, type="new_code")
        assert (await host.until("refusal", "done"))["reply_to"] == 7


async def test_what_is_too_big_or_no_text_closes_this_socket(place: Served) -> None:
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)
    async with place.socket(live.decided.id, cookie) as page:
        await page.hello()
        with contextlib.suppress(ConnectionClosed):
            await page.raw.send("x" * (10 * 1024 * 1024))
        assert await page.closed() == 1009
    async with place.socket(live.decided.id, cookie) as page:
        await page.hello()
        await page.raw.send(b"\x00\x01")
        assert await page.closed() == 1003


async def _flood(page: Socket, text: str) -> None:
    for _ in range(100_000):
        await page.raw.send(text)


async def test_a_flood_closes_its_own_socket_and_nobody_elses(place: Served) -> None:
    live = await place.front.desk.open()
    cookie, anna = await cookie_of_customer(place, live), await cookie_of_anna(place)
    async with place.socket(live.decided.id, cookie) as flooder, place.socket(live.decided.id, anna) as host:
        await flooder.hello()
        await host.hello()
        beat = json.dumps({"type": "beat", "n": 1})
        with contextlib.suppress(ConnectionClosed):
            await asyncio.wait_for(_flood(flooder, beat), WAIT_S)
        assert await flooder.closed() == 1008
        for number in range(1, 6):
            await host.send(id=number, type="clear_marks")
            async with asyncio.timeout(1):
                assert (await host.until("refusal", "done"))["reply_to"] == number


async def test_the_newest_tab_takes_the_seat(place: Served) -> None:
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)
    async with (
        place.socket(live.decided.id, cookie) as first,
        place.socket(live.decided.id, cookie) as second,
    ):
        await first.hello()
        await second.hello()
        await first.until("displaced")
        assert await first.closed() == 4001
        await second.send(type="beat", n=1)
        assert live.hub.connected() == [next(iter(live.backdrop.digits))]


async def test_a_seat_that_is_gone_gets_a_farewell_with_its_receipt(place: Served) -> None:
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)
    async with place.socket(live.decided.id, cookie) as page:
        await page.hello()
        await place.front.desk.send(live, live.decided.host, wire.End("resolved", ""))
        farewell = await page.until("farewell")
        assert farewell["reason"] == "completed"
        assert farewell["receipt"].startswith("/receipts/")
    await place.front.desk.until(lambda: place.front.desk.registry.find(live.decided.id) is None)
    async with place.socket(live.decided.id, cookie) as late:
        await late.send(type="hello", tab="tab")
        farewell = await late.until("farewell")
        assert (farewell["reason"], await late.closed()) == ("completed", 4000)
        path = farewell["receipt"]
    assert (await place.front.browser().http.get(f"{place.origin}{path}")).status_code == 200


async def test_a_revoked_sign_in_takes_its_socket_with_it(place: Served) -> None:
    live = await place.front.desk.open()
    anna = await cookie_of_anna(place)
    async with place.socket(live.decided.id, anna) as host:
        await host.hello()
        found = await place.front.accounts.recall(anna.partition("=")[2])
        assert found is not None
        await place.front.accounts.sign_out(found[0])
        assert await host.closed() == 4003


async def test_a_hundred_sockets_without_hello_are_let_go(place: Served) -> None:
    live = await place.front.desk.open()
    cookie = await cookie_of_customer(place, live)

    async def silent() -> int:
        async with place.socket(live.decided.id, cookie) as page:
            return await page.closed()

    async with asyncio.timeout(WAIT_S):
        assert set(await asyncio.gather(*(silent() for _ in range(100)))) == {1008}


def test_every_kind_of_no_has_a_sentence() -> None:
    reader = Reader("en", zone_of("UTC", ""), "UTC", 0)
    for error, code in (
        (Refused("host_only", "x"), "host_only"),
        (BadInput("too long"), "bad_input"),
        (EvidenceUnavailable("x"), "evidence_unavailable"),
        (StoreUnavailable("x"), "store_unavailable"),
        (TimeoutError(), "took_too_long"),
        (KeyError("secret"), "our_fault"),
    ):
        refusal = refusal_of(reader, 5, error)
        assert (refusal.reply_to, refusal.code) == (5, code)
        assert refusal.text
        assert "secret" not in refusal.text
