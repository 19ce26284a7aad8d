"""The session's WebSocket: who comes in by it, how much they may send, and what they are answered.

Rules: the origin is checked before accept, exactly; the first message is `hello`, soon; every request runs in a task of
its own with a deadline, while beats are heard at once; a flood or a malformed message costs the sender this socket and
nobody anything else.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from concierge.domain import limits
from concierge.domain.errors import BadIdentifier, BadInput, ConciergeError, EvidenceUnavailable, Refused
from concierge.domain.ids import ParticipantId, SessionId, check_id
from concierge.domain.refusals import N_, sentence_for
from concierge.server.connection import CLOSE_WAIT_S, SocketConnection
from concierge.server.entering import reader_of
from concierge.server.house import House
from concierge.server.incoming import Incoming, farewell_of, who_comes
from concierge.server.languages import Reader
from concierge.server.origins import is_own_origin
from concierge.server.pace import Pace
from concierge.server.relays import renew_relays
from concierge.services.acting import act
from concierge.services.live import LiveSession
from concierge.services.ports import StoreUnavailable
from concierge.wire import messages as wire
from concierge.wire.codec import WireError, read_request, write

_log = structlog.get_logger(__name__)

REQUESTS_AT_ONCE = 32
SIGN_IN_CHECK_S = 1.0
POLICY_VIOLATION, TOO_MUCH, UNSUPPORTED, NO_SEAT, SIGNED_OUT = 1008, 1013, 1003, 4000, 4003
BAD_MESSAGE = N_("That message could not be read.")
TOOK_TOO_LONG = N_("That took too long. Please try again.")
NOT_RECORDED = N_("This cannot be recorded at the moment, and so it does not happen.")
NO_STORE = N_("The server cannot reach its database at the moment. Please try again.")
OUR_FAULT = N_("Something went wrong on our side, and it has been noted. Please try again in a moment.")


async def session_socket(house: House, socket: WebSocket) -> None:
    """Serve one page's socket until it closes."""
    incoming = await _at_the_door(house, socket)
    if incoming is None:
        # Closing before accept answers the handshake with 403.
        await socket.close(POLICY_VIOLATION)
        return
    await socket.accept()
    connection = SocketConnection(socket)
    outgoing = asyncio.create_task(connection.run(), name="socket out")
    hearing = asyncio.create_task(_hear_out(house, socket, connection, incoming), name="socket in")
    try:
        await asyncio.wait({outgoing, hearing}, return_when=asyncio.FIRST_COMPLETED)
        connection.close(1001, "gone")
        await asyncio.wait({outgoing, hearing}, timeout=CLOSE_WAIT_S)
    finally:
        outgoing.cancel()
        hearing.cancel()
        await asyncio.wait({outgoing, hearing}, timeout=CLOSE_WAIT_S)


async def _hear_out(
    house: House, socket: WebSocket, connection: SocketConnection, incoming: Incoming
) -> None:
    """Never raises: one page's fault is told to the log and to nobody else."""
    try:
        await _serve(house, socket, connection, incoming)
    except (WebSocketDisconnect, RuntimeError):
        connection.close(1001, "gone")
    except Exception:  # noqa: BLE001 - one page's fault stays with that page
        _log.exception("socket_failed", session=incoming.session)
        connection.close(1011, "our fault")


async def _at_the_door(house: House, socket: WebSocket) -> Incoming | None:
    if not is_own_origin(socket.headers, house.settings.origin):
        return None
    try:
        session = SessionId(check_id("session", str(socket.path_params["session_id"])))
        return await who_comes(house, socket, session)
    except (BadIdentifier, ConciergeError):
        return None


async def _serve(house: House, socket: WebSocket, connection: SocketConnection, incoming: Incoming) -> None:
    reader = reader_of(house, socket)
    if not await said_hello(socket, connection):
        return
    try:
        live, participant = await incoming.sit(house)
    except (Refused, EvidenceUnavailable, StoreUnavailable) as error:
        await _turn_away(house, connection, incoming, reader, error)
        return
    page = Page(house, live, participant, connection, reader)
    watch = asyncio.create_task(_watch_sign_in(house, connection, incoming), name="sign-in watch")
    renewing = asyncio.create_task(renew_relays(live, participant, connection), name="relay credentials")
    try:
        await live.connect(participant, connection)
        await page.listen(socket)
    finally:
        watch.cancel()
        renewing.cancel()
        live.hub.leave(participant, connection)


async def said_hello(socket: WebSocket, connection: SocketConnection) -> bool:
    """Return whether the page introduced itself in time; one that did not is closed."""
    try:
        async with asyncio.timeout(limits.SOCKET_HELLO_MS / 1000):
            text = await socket.receive_text()
        _, message = read_request(text)
    except (TimeoutError, WireError, KeyError):
        connection.close(POLICY_VIOLATION, "hello first")
        return False
    if not isinstance(message, wire.Hello):
        connection.close(POLICY_VIOLATION, "hello first")
        return False
    return True


async def _turn_away(
    house: House, connection: SocketConnection, incoming: Incoming, reader: Reader, error: ConciergeError
) -> None:
    """No seat any more: say goodbye with the receipt; not possible at the moment: say why."""
    if isinstance(error, Refused) and error.code in ("no_such_session", "no_such_participant"):
        connection.send(write(await farewell_of(house, incoming)))
        connection.close(NO_SEAT, "no seat any more")
        return
    connection.send(write(refusal_of(reader, 0, error)))
    connection.close(TOO_MUCH if not isinstance(error, Refused) else NO_SEAT, "not now")


async def _watch_sign_in(house: House, connection: SocketConnection, incoming: Incoming) -> None:
    """A sign-in that is revoked takes its sockets with it."""
    while incoming.sign_in_secret:
        await asyncio.sleep(SIGN_IN_CHECK_S)
        try:
            if await house.accounts.recall(incoming.sign_in_secret) is None:
                connection.close(SIGNED_OUT, "signed out")
                return
        except StoreUnavailable:
            continue


@dataclass(slots=True)
class Page:
    """A page that has said hello for a seat."""

    house: House
    live: LiveSession
    participant: ParticipantId
    connection: SocketConnection
    reader: Reader

    async def listen(self, socket: WebSocket) -> None:
        """Hear messages until the socket closes, or something it sends closes it."""
        pace, running = Pace(limits.SOCKET_MESSAGES_PER_SECOND), set[asyncio.Task[None]]()
        try:
            while not self.connection.closed.is_set():
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return None
                text = message.get("text")
                if not pace.allow(asyncio.get_running_loop().time()):
                    return self.connection.close(POLICY_VIOLATION, "too many messages")
                if text is None:
                    return self.connection.close(UNSUPPORTED, "text only")
                self._hear(text, running)
        finally:
            # What was asked is carried out even when the page has gone: it may be the stop of everything.
            if running:
                await asyncio.wait(running, timeout=limits.COMMAND_DEADLINE_MS / 1000)
            self.connection.close(1001, "gone")

    def _hear(self, text: str, running: set[asyncio.Task[None]]) -> None:
        try:
            request, message = read_request(text)
        except WireError:
            self.connection.send(write(wire.Refusal(0, "bad_message", self.reader.gettext(BAD_MESSAGE))))
            self.connection.close(POLICY_VIOLATION, "bad message")
            return
        self.live.heard(self.participant, self.connection)
        if isinstance(message, wire.Beat | wire.Hello) or not self._current():
            return
        if len(running) >= REQUESTS_AT_ONCE:
            self.connection.send(
                write(wire.Refusal(request, "too_many_requests", self.reader.gettext(TOOK_TOO_LONG)))
            )
            return
        task = asyncio.create_task(self._answer(request, message), name=f"request {type(message).__name__}")
        running.add(task)
        task.add_done_callback(running.discard)

    def _current(self) -> bool:
        return self.live.hub.is_current(self.participant, self.connection)

    async def _carry_out(self, request: int, message: wire.ClientMessage) -> wire.ServerMessage:
        return await act(self.house.tools, self.live, self.participant, request, message)

    async def _answer(self, request: int, message: wire.ClientMessage) -> None:
        try:
            async with asyncio.timeout(limits.COMMAND_DEADLINE_MS / 1000):
                reply = await self._carry_out(request, message)
        except (ConciergeError, TimeoutError) as error:
            reply = refusal_of(self.reader, request, error)
        except Exception as error:  # noqa: BLE001 - as above
            _log.exception("request_failed", request=type(message).__name__, session=self.live.decided.id)
            reply = refusal_of(self.reader, request, error)
        self.connection.send(write(reply))


def refusal_of(reader: Reader, request: int, error: Exception) -> wire.Refusal:
    """Return how a no is told to a page, in its language."""
    match error:
        case Refused(code=code):
            return wire.Refusal(request, code, reader.gettext(sentence_for(code)))
        case BadInput():
            return wire.Refusal(request, "bad_input", reader.gettext(str(error)))
        case EvidenceUnavailable():
            return wire.Refusal(request, "evidence_unavailable", reader.gettext(NOT_RECORDED))
        case StoreUnavailable():
            return wire.Refusal(request, "store_unavailable", reader.gettext(NO_STORE))
        case TimeoutError():
            return wire.Refusal(request, "took_too_long", reader.gettext(TOOK_TOO_LONG))
        case _:
            return wire.Refusal(request, "our_fault", reader.gettext(OUR_FAULT))
