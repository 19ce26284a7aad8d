"""A front door on a real port, and sockets that knock at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from concierge.domain.ids import SessionId
from concierge.server.run import listen, serve_on
from concierge.server.settings import ServerSettings
from tests.server.front import Front, front_of
from tests.services.desk import desk_in

WAIT_S = 20.0


@dataclass
class Served:
    """A front door that listens."""

    front: Front
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def send(self, data: bytes) -> bytes:
        """Send bytes on a connection of their own and return whatever comes back until it is closed."""
        reader, writer = await self.raw()
        async with asyncio.timeout(WAIT_S):
            try:
                writer.write(data)
                await writer.drain()
                return await reader.read()
            except ConnectionError:
                return b""
            finally:
                writer.close()

    @asynccontextmanager
    async def socket(
        self,
        session: SessionId,
        cookie: str = "",
        *,
        origin: str | None = None,
        query: str = "",
        authorization: str = "",
    ) -> AsyncIterator[Socket]:
        headers = {"Cookie": cookie} if cookie else {}
        if authorization:
            headers["Authorization"] = authorization
        url = f"ws://127.0.0.1:{self.port}/ws/sessions/{session}{query}"
        async with connect(
            url,
            origin=self.origin if origin is None else origin,  # type: ignore[arg-type]
            additional_headers=headers,
            compression=None,
            open_timeout=WAIT_S,
            proxy=None,
            max_size=2**24,
        ) as raw:
            yield Socket(raw)


@dataclass
class Socket:
    """A page's socket."""

    raw: ClientConnection

    async def send(self, **message: Any) -> None:
        await self.raw.send(json.dumps(message))

    async def hello(self) -> dict[str, Any]:
        await self.send(type="hello", tab="tab")
        return await self.until("welcome")

    async def until(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of one of these types."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message: dict[str, Any] = json.loads(await self.raw.recv())
                if message["type"] in kinds:
                    return message

    async def closed(self) -> int:
        """Return the close code, once closed."""
        async with asyncio.timeout(WAIT_S):
            await self.raw.wait_closed()
        return self.raw.close_code or 0


@asynccontextmanager
async def served(folder: Path, base: str = "") -> AsyncIterator[Served]:
    """Return a front door that listens on a free port of 127.0.0.1."""
    (folder / "recordings").mkdir(exist_ok=True)
    taken = listen(ServerSettings("http://127.0.0.1:1", listen_host="127.0.0.1", listen_port=0))
    port = int(taken.getsockname()[1])
    async with desk_in(folder) as desk, front_of(desk, public_url=f"http://127.0.0.1:{port}{base}") as front:
        ready, stop = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(
            serve_on(taken, front.app, front.settings, lambda _port: ready.set(), stop=stop)
        )
        await ready.wait()
        try:
            yield Served(front, port)
        finally:
            stop.set()
            await serving
