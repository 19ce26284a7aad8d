"""A stand for one page: serves a rendered page with the built scripts, and speaks the broker's side of its socket.

Everything on the socket goes through `concierge.wire.codec`, so a page that speaks anything else fails here. It decides
nothing: a test says what the broker says. Requests are answered with `done` unless the test answers them itself.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from gettext import NullTranslations
from http import HTTPStatus
from typing import TypeVar

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import ConsentId, ParticipantId, SessionId, SurfaceId
from concierge.domain.participant import Mode, Presence, Role
from concierge.domain.session import State
from concierge.domain.trust import Claim
from concierge.server.views.frame import View
from concierge.server.views.links import Links
from concierge.server.views.rendering import environment, render
from concierge.wire import messages as wire
from concierge.wire.codec import read_request, write
from concierge.wire.view import GrantView, QuestionView, RecordingView, SeatView, SessionView
from tests.architecture.sources import ROOT

WEB = ROOT / "web"
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
WAIT_SECONDS = 20
HOST, CUSTOMER, VENDOR = ParticipantId("par_host"), ParticipantId("par_customer"), ParticipantId("par_vendor")
NOW_MS = 5_000_000
SHARED = SurfaceId("sur_shared")

T = TypeVar("T", bound=wire.ClientMessage)


def a_seat(who: ParticipantId, role: Role, name: str, *held: Capability, admitted: bool = True) -> SeatView:
    """Return a seat that holds these capabilities, each with consent."""
    grants = tuple(GrantView(capability, NOW_MS + 3_600_000, consented=True) for capability in held)
    presence = Presence.JOINED if admitted else Presence.LOBBY
    return SeatView(
        who,
        role,
        name,
        "St Veit",
        presence,
        Mode.FREE,
        admitted,
        NOW_MS,
        None,
        speaking=False,
        grants=grants,
        may_hold=(),
        portrait="",
        claimed=Claim.UNSAID,
        came_by=None,
    )


def a_question(number: int, capability: Capability, left_ms: int = limits.CONSENT_ANSWER_MS) -> QuestionView:
    """Return an open question about the host."""
    return QuestionView(
        ConsentId(f"con_{number}"), capability, HOST, "Anna Huber", "St Veit", Role.HOST, NOW_MS + left_ms
    )


def a_view(you: ParticipantId, role: Role, seats: Sequence[SeatView]) -> SessionView:
    """Return an active, recorded session with nothing shared."""
    return SessionView(
        session=SessionId("ses_one"),
        now_ms=NOW_MS,
        state=State.ACTIVE,
        pauses=(),
        paused_ms=None,
        paused_until_ms=None,
        ticket_number="INC-1",
        ticket_title="The printer prints blank labels",
        organisation="St Veit",
        desk_phone="",
        host_name="Anna Huber",
        you=you,
        role=role,
        presence=Presence.JOINED,
        until_ms=None,
        may=(Capability.CHAT, Capability.MARK, Capability.VIEW_SCREEN),
        match_digits="",
        brief="",
        seats=tuple(seats),
        questions=(),
        surfaces=(),
        voices=(),
        phone=False,
        expected_name="",
        telephone=False,
        recording=RecordingView(
            agreed=True, refused=False, available=True, kept_days=90, lag_ms=0, disk="plenty"
        ),
        handover=None,
        pick_up=None,
        opinions=(),
        watched_by=(),
        absence=None,
        code=None,
        end=None,
    )


class Stand:
    """What the test holds in its hands: what the page sent, and what it is told."""

    def __init__(self, page: View, view: SessionView) -> None:
        self.view = view
        self.pulsing = True
        self.server_run = "run-1"
        self.url = ""
        self.sockets: list[ServerConnection] = []
        self.beats = 0
        self.shut = False
        self.answer: Callable[[str], Awaitable[str]] | None = None
        self._beaten = asyncio.Event()
        self.refusing: tuple[str, str] | None = None
        self.refusing_publish = ("not_now", "No media here.")
        self._pages = {"/page": render(environment(WEB / "templates", Links(), NullTranslations()), page)}
        self._came: asyncio.Queue[wire.ClientMessage] = asyncio.Queue()

    # --- what the page sent ---

    async def next(self, kind: type[T]) -> T:
        """Return the next message of this kind, dropping others."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                message = await self._came.get()
                if isinstance(message, kind):
                    return message

    def came(self) -> list[wire.ClientMessage]:
        """Return everything that came and was not asked for yet."""
        return [self._came.get_nowait() for _ in range(self._came.qsize())]

    async def beaten(self, times: int) -> None:
        """Return when that many further pulses were echoed."""
        wanted = self.beats + times
        async with asyncio.timeout(WAIT_SECONDS):
            while self.beats < wanted:
                self._beaten.clear()
                await self._beaten.wait()

    # --- what the page is told ---

    async def tell(self, message: wire.ServerMessage) -> None:
        """Send to the newest socket."""
        await self.sockets[-1].send(write(message))

    async def show(self, view: SessionView) -> None:
        """Make this the session from now on, and say so."""
        self.view = view
        await self.tell(wire.View(view))

    async def ask(self, *questions: QuestionView) -> None:
        """Have these questions open."""
        await self.show(replace(self.view, questions=questions))

    async def drop(self) -> None:
        """Cut the newest socket without a word."""
        self.sockets[-1].transport.abort()

    # --- the two servers in one ---

    async def answer_http(self, _socket: ServerConnection, request: Request) -> Response | None:
        """Answer with the page or a static file; None lets the WebSocket through."""
        path = request.path.split("?")[0]
        if self.shut:
            return Response(HTTPStatus.SERVICE_UNAVAILABLE, "Not now", Headers(), b"")
        if path.startswith("/ws/"):
            return None
        if path in self._pages:
            return _response("text/html; charset=utf-8", self._pages[path].encode())
        file = (WEB / path.lstrip("/")).resolve()
        if not file.is_relative_to(WEB / "static") or not file.is_file():
            return Response(HTTPStatus.NOT_FOUND, "Not Found", Headers(), b"")
        return _response(mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes())

    async def talk(self, socket: ServerConnection) -> None:
        """Greet, pulse, and answer until the socket closes."""
        self.sockets.append(socket)
        pulse = asyncio.create_task(self._pulse(socket))
        try:
            async for text in socket:
                request, message = read_request(text if isinstance(text, str) else text.decode())
                await self._heard(socket, request, message)
        except ConnectionClosed:
            pass
        finally:
            pulse.cancel()
            with suppress(asyncio.CancelledError):
                await pulse

    async def _heard(self, socket: ServerConnection, request: int, message: wire.ClientMessage) -> None:
        match message:
            case wire.Beat():
                self.beats += 1
                self._beaten.set()
                return
            case wire.Hello():
                await socket.send(write(self._welcome()))
                await socket.send(write(wire.View(self.view)))
            case wire.Publish(offer=offer) if self.answer is not None:
                answered = wire.Published(request, await self.answer(offer), SHARED)
                await socket.send(write(answered))
            case wire.Receive() | wire.Publish():
                await socket.send(write(wire.Refusal(request, *self.refusing_publish)))
            case _ if self.refusing is not None:
                await socket.send(write(wire.Refusal(request, *self.refusing)))
            case _:
                await socket.send(write(wire.Done(request)))
        self._came.put_nowait(message)

    def _welcome(self) -> wire.Welcome:
        return wire.Welcome(
            self.view.session, self.view.you, self.view.role, self.server_run, (), limits.PICTURE_SLOTS,
            limits.VOICE_SLOTS, limits.PICTURE_MAX_WIDTH, limits.PICTURE_MAX_HEIGHT, (),
        )  # fmt: skip

    async def _pulse(self, socket: ServerConnection) -> None:
        n = 0
        with suppress(ConnectionClosed):
            while True:
                if self.pulsing:
                    n += 1
                    await socket.send(write(wire.Pulse(n, 0)))
                await asyncio.sleep(limits.HEARTBEAT_EVERY_MS / 1000)


def _response(kind: str, body: bytes) -> Response:
    headers = Headers(
        {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": CSP}
    )
    return Response(HTTPStatus.OK, "OK", headers, body)


@asynccontextmanager
async def standing(page: View, view: SessionView) -> AsyncIterator[Stand]:
    """Serve one page on a free port of 127.0.0.1."""
    stand = Stand(page, view)
    async with serve(
        stand.talk, "127.0.0.1", 0, process_request=stand.answer_http, ping_interval=None
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        stand.url = f"http://127.0.0.1:{port}"
        yield stand
