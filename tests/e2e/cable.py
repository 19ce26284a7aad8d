"""The network cable of one browser: every connection of that browser to the server runs through it, and it can be pulled out.

Pulled out, bytes go nowhere and nobody is told, as with a real cable; what tries to connect meanwhile hangs. Plugged in
again, old connections are gone. TCP alone: media travel beside it, so what is shown here is the signalling cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_READ_MAX = 65_536


class Cable:
    """Leads from a port of its own to the server's."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.here = 0

    @property
    def flag(self) -> str:
        """What makes a Chromium go through this cable under the server's own address."""
        return f"--host-resolver-rules=MAP localhost:{self._port} 127.0.0.1:{self.here}"

    def pull(self) -> None:
        """From now on nothing passes."""
        self._whole.clear()

    def plug(self) -> None:
        """New connections pass again; those of before are gone."""
        for writer in self._writers:
            writer.close()
        self._whole.set()

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        await self._whole.wait()
        try:
            there_reader, there_writer = await asyncio.open_connection("localhost", self._port)
        except OSError:
            writer.close()
            return
        both = {writer, there_writer}
        self._writers |= both
        try:
            await asyncio.gather(self._carry(reader, there_writer), self._carry(there_reader, writer))
        finally:
            self._writers -= both

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while content := await reader.read(_READ_MAX):
                if not self._whole.is_set():
                    await self._whole.wait()
                    break
                writer.write(content)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def cable_to(port: int) -> AsyncIterator[Cable]:
    """Lay a cable to a port of this machine until the end of the block."""
    cable = Cable(port)
    server = await asyncio.start_server(cable.lead, "127.0.0.1", 0)
    cable.here = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        cable.plug()
        server.close()
