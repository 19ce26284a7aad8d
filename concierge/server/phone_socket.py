"""The phone's WebSocket: the same manners as every session socket, for a device that can show its camera alone.

Rules: the origin is checked before accept; the cookie is the phone's own, never a seat's; a phone that is silent for
PHONE_SILENT_MS is gone, and its camera is closed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from concierge.domain import limits
from concierge.domain.errors import BadIdentifier, ConciergeError
from concierge.domain.ids import SessionId, check_id
from concierge.server.connection import CLOSE_WAIT_S, SocketConnection
from concierge.server.cookies import Kind
from concierge.server.entering import reader_of
from concierge.server.house import House
from concierge.server.origins import is_own_origin
from concierge.server.relays import renew_relays
from concierge.server.sockets import NO_SEAT, POLICY_VIOLATION, Page, said_hello
from concierge.services.joining import seat_of
from concierge.services.live import LiveSession
from concierge.services.phones import KIND, act_from_phone
from concierge.wire import messages as wire
from concierge.wire.codec import write


async def phone_socket(house: House, socket: WebSocket) -> None:
    """Serve one phone's socket until it closes."""
    live = await _at_the_door(house, socket)
    if live is None:
        await socket.close(POLICY_VIOLATION)
        return
    await socket.accept()
    connection = SocketConnection(socket)
    outgoing = asyncio.create_task(connection.run(), name="phone out")
    hearing = asyncio.create_task(_serve(house, socket, connection, live), name="phone in")
    try:
        await asyncio.wait({outgoing, hearing}, return_when=asyncio.FIRST_COMPLETED)
        connection.close(1001, "gone")
        await asyncio.wait({outgoing, hearing}, timeout=CLOSE_WAIT_S)
    finally:
        outgoing.cancel()
        hearing.cancel()
        await asyncio.wait({outgoing, hearing}, timeout=CLOSE_WAIT_S)


async def _at_the_door(house: House, socket: WebSocket) -> LiveSession | None:
    if not is_own_origin(socket.headers, house.settings.origin):
        return None
    try:
        session = SessionId(check_id("session", str(socket.path_params["session_id"])))
        secret = house.cookies.read(socket, Kind.PHONE, session)
        found = await seat_of(house.tools, KIND, secret) if secret else None
    except (BadIdentifier, ConciergeError):
        return None
    live = house.registry.find(session)
    if live is None or found is None or found[0] != session:
        return None
    return live if house.phones.is_current(live, secret) else None


async def _serve(house: House, socket: WebSocket, connection: SocketConnection, live: LiveSession) -> None:
    if not await said_hello(socket, connection):
        return
    customer = live.decided.customer
    if customer is None:
        connection.send(write(wire.Farewell("session_ended", "")))
        connection.close(NO_SEAT, "no seat any more")
        return
    page = PhonePage(house, live, customer.who.id, connection, reader_of(house, socket))
    connection.send(write(live.welcome(customer.who.id)))
    house.phones.connect(live, connection)
    pulse = asyncio.create_task(page.pulse(), name="phone pulse")
    renewing = asyncio.create_task(renew_relays(live, customer.who.id, connection), name="relay credentials")
    try:
        await page.listen(socket)
    except (WebSocketDisconnect, RuntimeError):
        connection.close(1001, "gone")
    finally:
        pulse.cancel()
        renewing.cancel()
        house.phones.leave(live, connection)


@dataclass
class PhonePage(Page):
    """The phone's page."""

    heard_at: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def pulse(self) -> None:
        """Beat as for every page; let go of a phone that does not answer."""
        loop, count = asyncio.get_running_loop(), 0
        while not self.connection.closed.is_set():
            count += 1
            self.connection.send(write(wire.Pulse(count, 0)))
            if loop.time() - self.heard_at > limits.PHONE_SILENT_MS / 1000:
                self.connection.close(1001, "silent")
            await asyncio.sleep(limits.HEARTBEAT_EVERY_MS / 1000)

    def _current(self) -> bool:
        return self.house.phones.holds(self.live, self.connection)

    def _hear(self, text: str, running: set[asyncio.Task[None]]) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        super()._hear(text, running)

    async def _carry_out(self, request: int, message: wire.ClientMessage) -> wire.ServerMessage:
        return await act_from_phone(self.house.tools, self.live, request, message)
