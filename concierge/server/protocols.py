"""HTTP and WebSocket as uvicorn speaks them, with the deadlines and caps that it lacks.

uvicorn 0.54 over h11 0.16 waits for ever for the end of a request's head, takes bare line feeds (RFC 9112 section
2.2 lets it, attackers use it), and lets a peer that does not read hold its buffers. Here: a head has a deadline and a
size, its lines end in CR LF, one address has so many connections, and a peer that does not read is cut off.
httptools was measured too: it takes a head of 10 MB, so it is not used.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from concierge.domain import limits
from concierge.server.throttles import network_of

CONNECTIONS_PER_ADDRESS = 256
CONNECTIONS_MAX = 4_096
BUFFER_MAX_BYTES = 4 * 1024 * 1024
ABORT_AFTER_S = 10.0


class Crowd:
    """How many connections each address holds. One for the process: addresses are few, and it only counts."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count one more; False (and not counted) when there are too many."""
        if self._held[address] >= CONNECTIONS_PER_ADDRESS or self._held.total() >= CONNECTIONS_MAX:
            return False
        self._held[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Count one less."""
        self._held[address] -= 1
        if self._held[address] <= 0:
            del self._held[address]


class GuardedHttp(H11Protocol):
    """One HTTP connection."""

    crowd = Crowd()
    header_deadline_s = limits.HEADER_DEADLINE_MS / 1000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = bytearray()
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None
        self._address = ""
        self._counted = False
        self._upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless this address has too many connections already."""
        super().connection_made(transport)
        self._address = network_of(self.client[0]) if self.client else ""
        self._counted = self.crowd.enter(self._address)
        if not self._counted:
            transport.abort()
            return
        self._deadline = self.loop.call_later(self.header_deadline_s, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(408, b"Request Timeout")

    def _refuse(self, status: int, phrase: bytes) -> None:
        self._in_head = False
        self._stop_waiting()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % (status, phrase)
        )
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Look at the head before the parser does."""
        if self._in_head:
            if self._deadline is None:
                self._deadline = self.loop.call_later(self.header_deadline_s, self._too_slow)
            if not self._head_is_good(data):
                return
        super().data_received(data)

    def _head_is_good(self, data: bytes) -> bool:
        self._head += data
        head, end, _ = self._head.partition(b"\r\n\r\n")
        if len(head) > limits.HEADER_MAX_BYTES:
            self._refuse(431, b"Request Header Fields Too Large")
            return False
        if head.count(b"\n") != head.count(b"\r\n") or head.count(b"\r") != head.count(
            b"\r\n"
        ) + head.endswith(b"\r"):
            self._refuse(400, b"Bad Request")
            return False
        if end:
            self._in_head = False
            self._head.clear()
            self._stop_waiting()
        return True

    def on_response_complete(self) -> None:
        """Begin anew. What was sent before its turn (no browser does) is not answered: its head was not looked at."""
        if self.conn.trailing_data[0]:
            self.transport.close()
        super().on_response_complete()
        self._head.clear()
        self._in_head = not self.transport.is_closing()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand over to the WebSocket, which counts in this connection's place."""
        self._stop_waiting()
        self._upgraded = True
        crowd, address = self.crowd, self._address
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        if isinstance(protocol, GuardedSocket):
            protocol.after_loss = lambda: crowd.leave(address)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        if self._counted and not self._upgraded:
            self._counted = False
            self.crowd.leave(self._address)
        super().connection_lost(exc)


class GuardedSocket(WebSocketsSansIOProtocol):
    """One WebSocket connection."""

    after_loss = staticmethod(lambda: None)

    def handle_ping(self) -> None:
        """Answer, unless the peer asks without ever reading."""
        if self.transport.get_write_buffer_size() > BUFFER_MAX_BYTES:
            self.transport.abort()
            return
        super().handle_ping()

    async def run_asgi(self) -> None:
        """Serve; afterwards a peer that does not read what is left is cut off."""
        await super().run_asgi()
        self.loop.call_later(ABORT_AFTER_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.after_loss()
        super().connection_lost(exc)
