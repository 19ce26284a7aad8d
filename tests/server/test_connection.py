from __future__ import annotations

import asyncio
from typing import Any, cast

from starlette.websockets import WebSocket

from concierge.domain import limits
from concierge.server.connection import TOO_SLOW, SocketConnection


class Wire:
    """A socket that takes nothing until it is told to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.open = asyncio.Event()

    async def send_text(self, text: str) -> None:
        await self.open.wait()
        self.sent.append(text)

    async def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


def connection_on(wire: Wire) -> SocketConnection:
    return SocketConnection(cast("WebSocket", cast("Any", wire)))


async def test_what_is_sent_arrives_in_order_before_the_close() -> None:
    wire = Wire()
    wire.open.set()
    connection = connection_on(wire)
    for number in range(5):
        connection.send(str(number))
    connection.close(4000, "gone")
    connection.close(4001, "another reason")
    connection.send("too late")
    await connection.run()
    assert wire.sent == ["0", "1", "2", "3", "4"]
    assert wire.closed == (4000, "gone")
    assert connection.closed.is_set()


async def test_a_page_that_cannot_keep_up_is_closed() -> None:
    wire = Wire()
    connection = connection_on(wire)
    running = asyncio.create_task(connection.run())
    await asyncio.sleep(0)
    for number in range(limits.SOCKET_SEND_QUEUE_MAX * 4):
        connection.send(str(number))
    wire.open.set()
    await running
    assert wire.closed == (TOO_SLOW, "too slow")
    assert len(wire.sent) <= limits.SOCKET_SEND_QUEUE_MAX


async def test_a_socket_that_is_gone_ends_quietly() -> None:
    wire = Wire()

    async def broken(text: str) -> None:
        raise OSError(text)

    wire.send_text = broken  # type: ignore[method-assign]
    connection = connection_on(wire)
    connection.send("x")
    await connection.run()
    assert connection.closed.is_set()
    connection.send("nothing happens")


async def test_a_long_reason_fits_a_close_frame() -> None:
    wire = Wire()
    connection = connection_on(wire)
    connection.close(4000, "ü" * 200)
    await connection.run()
    assert wire.closed is not None
    assert len(wire.closed[1].encode()) <= 123
