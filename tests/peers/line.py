"""A TCP line to a server that a test can spoil: silent, cut, slow, or with a byte changed in what passes."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class Line:
    """Listens on a port of its own and passes everything on, as long as it is told to."""

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.endpoint = ""
        self.silent = False
        self.cut = False
        self.pause_s = 0.0
        self.garble_up: bytes | None = None
        self.garble_down: bytes | None = None
        self.garbled = 0
        self.passed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.cut:
                return
            there, out = await asyncio.open_connection(self._host, self._port)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._pump(reader, out, up=True))
                    tasks.create_task(self._pump(there, writer, up=False))
            finally:
                out.close()
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        while chunk := await reader.read(CHUNK):
            if self.cut:
                raise ConnectionResetError
            if self.silent:
                continue
            wanted = self.garble_up if up else self.garble_down
            if wanted is not None and wanted in chunk:
                place = chunk.index(wanted)
                chunk = chunk[:place] + bytes([chunk[place] ^ 1]) + chunk[place + 1 :]
                self.garbled += 1
            await asyncio.sleep(self.pause_s)
            writer.write(chunk)
            await writer.drain()
            self.passed.set()
        writer.close()
