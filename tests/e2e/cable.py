"""The network cable of one browser: every connection of that browser to the server runs through it, and it can be pulled out.

Pulled out, bytes go nowhere and nobody is told, as with a real cable; what tries to connect meanwhile hangs. Plugged in
again, old connections are gone. `Cable` carries TCP alone: media travel beside it, so what it cuts is the signalling.
`MediaCable` carries the media (UDP) of one browser and cuts those alone: every address that the server names to that
browser is replaced by a relay's, so that nothing of its media goes any other way.
Either may lie in bad weather (`tests.e2e.weather`): one `Line` given to both makes them share a slow, lossy line.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import BrowserContext
from typing_extensions import override

from tests.e2e.weather import Line

_READ_MAX = 65_536


class Cable:
    """Leads from a port of its own to the server's."""

    def __init__(self, port: int, line: Line | None = None) -> None:
        self._port = port
        self._line = line
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
            if self._line is None:
                ways = (self._carry(reader, there_writer), self._carry(there_reader, writer))
            else:
                await asyncio.sleep(self._line.weather.round_trip_s)
                ways = (
                    self._line.up.stream(reader, there_writer),
                    self._line.down.stream(there_reader, writer),
                )
            await asyncio.gather(*ways)
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
async def cable_to(port: int, line: Line | None = None) -> AsyncIterator[Cable]:
    """Lay a cable to a port of this machine until the end of the block; in bad weather it is never pulled."""
    cable = Cable(port, line)
    server = await asyncio.start_server(cable.lead, "127.0.0.1", 0)
    cable.here = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        cable.plug()
        server.close()


_CANDIDATE = re.compile(
    r"^(a=candidate:\S+ \d+ udp \d+) (\S+) (\d+) typ host(.*)$", re.MULTILINE | re.IGNORECASE
)
_REROUTE = """
  const plain = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function (given) {
    return plain.call(this, {type: given.type, sdp: await window.laidThroughCable(given.sdp)});
  };
"""


class _Upstream(asyncio.DatagramProtocol):
    """One browser socket's way to the server and back."""

    def __init__(self, relay: _Relay, browser: tuple[str, int]) -> None:
        self.relay = relay
        self.browser = browser
        self.transport: asyncio.DatagramTransport | None = None
        self._early: list[bytes] = []

    @override
    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        for data in self._early:
            transport.sendto(data)

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.relay.back(data, self.browser)

    def send(self, data: bytes) -> None:
        if self.transport is None:
            self._early.append(data)
        else:
            self.transport.sendto(data)


class _Relay(asyncio.DatagramProtocol):
    """Stands for one address of the server."""

    def __init__(self, cable: MediaCable, server: tuple[str, int]) -> None:
        self._cable = cable
        self._server = server
        self._ways: dict[tuple[str, int], _Upstream] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self._cable.whole:
            self._cable.lost += 1
            return
        way = self._ways.get(addr)
        if way is None:
            way = self._ways[addr] = _Upstream(self, addr)
            opening = asyncio.get_running_loop().create_datagram_endpoint(
                lambda: way, remote_addr=self._server
            )
            task = asyncio.create_task(opening)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._cable.carried += 1
        if self._cable.line is None:
            way.send(data)
        else:
            self._cable.line.up.datagram(functools.partial(way.send, data), len(data))

    def back(self, data: bytes, browser: tuple[str, int]) -> None:
        if self._cable.whole and self.transport is not None:
            deliver = functools.partial(self.transport.sendto, data, browser)
            if self._cable.line is None:
                deliver()
            else:
                self._cable.line.down.datagram(deliver, len(data))
        elif not self._cable.whole:
            self._cable.lost += 1

    def close(self) -> None:
        for transport in (self.transport, *(way.transport for way in self._ways.values())):
            if transport is not None:
                transport.close()


class MediaCable:
    """`carried` counts what the browser sent through it, `lost` what it swallowed in either direction."""

    def __init__(self, line: Line | None = None) -> None:
        self.line = line
        self.whole = True
        self.carried = 0
        self.lost = 0
        self._relays: dict[tuple[str, int], _Relay] = {}

    async def lay(self, context: BrowserContext) -> None:
        """Lead the media of every page that this browser opens from now on through the cable."""
        await context.expose_function("laidThroughCable", self._rerouted)
        await context.add_init_script(_REROUTE)

    def pull(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self.whole = False

    def plug(self) -> None:
        """Everything passes again, on the same addresses."""
        self.whole = True

    def close(self) -> None:
        """Give the sockets back."""
        for relay in self._relays.values():
            relay.close()

    async def _rerouted(self, sdp: str) -> str:
        for found in _CANDIDATE.finditer(sdp):
            await self._relay_to((found[2], int(found[3])))
        return _CANDIDATE.sub(self._instead, sdp)

    async def _relay_to(self, server: tuple[str, int]) -> None:
        if server not in self._relays:
            relay = self._relays[server] = _Relay(self, server)
            loop = asyncio.get_running_loop()
            await loop.create_datagram_endpoint(lambda: relay, local_addr=("127.0.0.1", 0))

    def _instead(self, found: re.Match[str]) -> str:
        relay = self._relays[found[2], int(found[3])]
        assert relay.transport is not None
        port = relay.transport.get_extra_info("sockname")[1]
        return f"{found[1]} 127.0.0.1 {port} typ host{found[4]}"


@asynccontextmanager
async def media_cable(line: Line | None = None) -> AsyncIterator[MediaCable]:
    """A cable for media, until the end of the block."""
    cable = MediaCable(line)
    try:
        yield cable
    finally:
        cable.close()
