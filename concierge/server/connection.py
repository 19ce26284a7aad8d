"""One page's socket as the hub sees it: a bounded queue and one task that empties it. Never blocks, never raises.

Rule: a page that cannot keep up is closed with 1013 (try again later) rather than made everybody's burden; what it
missed is in the next view.
"""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from concierge.domain import limits

TOO_SLOW = 1013
CLOSE_WAIT_S = 5.0
REASON_MAX_BYTES = 120


class SocketConnection:
    """The hub's Connection over a WebSocket that was accepted."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._closing: tuple[int, str] | None = None
        self.closed = asyncio.Event()

    def send(self, text: str) -> None:
        """Queue a text frame; when too much is queued already, close instead."""
        if self._closing is not None:
            return
        if self._queue.qsize() >= limits.SOCKET_SEND_QUEUE_MAX:
            while not self._queue.empty():
                self._queue.get_nowait()
            self.close(TOO_SLOW, "too slow")
            return
        self._queue.put_nowait(text)

    def close(self, code: int, reason: str) -> None:
        """Close after what is queued; the first reason stands."""
        if self._closing is None:
            self._closing = (code, reason.encode()[:REASON_MAX_BYTES].decode(errors="ignore"))
            self._queue.put_nowait(None)

    async def run(self) -> None:
        """Send what is queued until closed or gone."""
        try:
            while (text := await self._queue.get()) is not None:
                await self._socket.send_text(text)
            code, reason = self._closing or (1000, "")
            async with asyncio.timeout(CLOSE_WAIT_S):
                await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
            pass
        finally:
            self._closing = self._closing or (1006, "")
            self.closed.set()
