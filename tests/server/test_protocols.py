from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from concierge.domain import limits
from concierge.server.protocols import CONNECTIONS_PER_ADDRESS, Crowd, GuardedHttp
from tests.server.serving import Served, served

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as place:
        yield place


def status(answer: bytes) -> int:
    return int(answer.split()[1])


async def test_a_plain_request_is_answered(place: Served) -> None:
    assert status(await place.send(GET + b"Connection: close\r\n\r\n")) == 200


@pytest.mark.parametrize(
    "head",
    [
        GET.replace(b"\r\n", b"\n") + b"\n",
        GET + b"X: y\n\r\n",
        GET + b"X: y\rZ: w\r\n\r\n",
        GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        GET + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        GET + b"Transfer-Encoding: gzip\r\n\r\n",
        GET + b"X : y\r\n\r\n",
        GET + b"X: y\x00z\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_two_readers_could_read_differently_is_refused(place: Served, head: bytes) -> None:
    """Request smuggling (threats.md row 33)."""
    answer = await place.send(head)
    assert status(answer) == 400 or status(answer) == 501
    assert b"ok" not in answer.partition(b"\r\n\r\n")[2]


async def test_a_head_of_ten_megabytes_is_not_read(place: Served) -> None:
    answer = await place.send(GET + b"X: " + b"y" * (10 * 1024 * 1024) + b"\r\n\r\n")
    assert answer == b"" or status(answer) == 431
    small = await place.send(GET + b"X: " + b"y" * (limits.HEADER_MAX_BYTES + 1) + b"\r\n\r\n")
    assert status(small) == 431


async def test_a_body_of_two_hundred_megabytes_is_refused_unread(place: Served) -> None:
    head = b"POST /join HTTP/1.1\r\n" + HOST + b"Content-Length: 209715200\r\n\r\n"
    answer = await place.send(head)
    assert status(answer) == 413
    assert b"connection: close" in answer.lower()


async def test_what_is_sent_before_its_turn_is_not_answered(place: Served) -> None:
    hidden = b"GET /metrics HTTP/1.1\n" + HOST + b"\n"
    answer = await place.send(GET + b"\r\n" + hidden)
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_a_connection_serves_one_request_after_the_other(place: Served) -> None:
    async with httpx2.AsyncClient(base_url=place.origin, trust_env=False) as http:
        for _ in range(5):
            assert (await http.get("/healthz")).text == "ok\n"


@pytest.mark.parametrize("step", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
async def test_two_hundred_slow_heads_are_let_go_and_hold_nobody_up(
    place: Served, step: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow loris (threats.md row 32)."""
    monkeypatch.setattr(GuardedHttp, "header_deadline_s", 1.0)
    slow = [await place.raw() for _ in range(200)]
    for _, writer in slow:
        writer.write(step)
    async with asyncio.timeout(limits.HEADER_DEADLINE_MS / 1000), httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{place.origin}/healthz")).status_code == 200
        answers = await asyncio.gather(*(reader.read() for reader, _ in slow))
    assert {status(answer) for answer in answers} == {408}
    for _, writer in slow:
        writer.close()
    assert GuardedHttp.crowd.enter("127.0.0.1")
    GuardedHttp.crowd.leave("127.0.0.1")


async def test_dripping_a_head_byte_by_byte_gains_nothing(
    place: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GuardedHttp, "header_deadline_s", 0.5)
    reader, writer = await place.raw()

    async def drip() -> None:
        for byte in GET * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(10):
        assert status(await reader.read()) == 408
    dripping.cancel()
    await asyncio.wait({dripping})
    writer.close()


def test_one_address_has_so_many_connections() -> None:
    crowd = Crowd()
    assert all(crowd.enter("192.0.2.1") for _ in range(CONNECTIONS_PER_ADDRESS))
    assert not crowd.enter("192.0.2.1")
    assert crowd.enter("192.0.2.2")
    crowd.leave("192.0.2.1")
    assert crowd.enter("192.0.2.1")


async def test_a_socket_counts_until_it_is_gone(place: Served) -> None:
    live = await place.front.desk.open()
    seat = await place.front.desk.customer(live)
    before = GuardedHttp.crowd._held["127.0.0.1"]
    async with place.socket(live.decided.id, f"concierge_seat_{live.decided.id}={seat.secret}") as page:
        await page.hello()
        assert GuardedHttp.crowd._held["127.0.0.1"] == before + 1
    await place.front.desk.until(lambda: GuardedHttp.crowd._held["127.0.0.1"] == before)
