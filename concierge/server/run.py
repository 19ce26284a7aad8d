"""Runs the application in this process until it is told to stop.

Rules: the port is taken before anything is said to be ready, and a taken one is an error in plain words; SIGINT and
SIGTERM end cleanly: no new connections, open ones are told, and after GRACE_S whatever is left is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator

import uvicorn
import uvloop
from fastapi import FastAPI

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.server.protocols import GuardedHttp, GuardedSocket
from concierge.server.settings import ServerSettings

GRACE_S = 5
KEEP_ALIVE_S = 15
BACKLOG = 1_024


class CannotListen(ConciergeError):
    """The address cannot be listened on, or the certificate not be used; `str(error)` says what to do."""


class _Server(uvicorn.Server):
    """Leaves signals to `serve`, and says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[int], None], port: int) -> None:
        super().__init__(config)
        self._ready = ready
        self._port = port

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready(self._port)


def listen(settings: ServerSettings) -> socket.socket:
    """Take the address and port. Raises CannotListen."""
    host, port = settings.listen_host, settings.listen_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise CannotListen(f"there is no address called {host!r} on this machine") from None
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        raise CannotListen(_why(error, host, port)) from None
    taken.setblocking(False)
    return taken


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program; stop it, or choose another port"
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by this account; choose one from 1024 on, or let a proxy listen there"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def configure(app: FastAPI, settings: ServerSettings) -> uvicorn.Config:
    """Return how uvicorn serves the application. Raises CannotListen for a certificate that cannot be used."""
    config = uvicorn.Config(
        app,
        http=GuardedHttp,
        ws=GuardedSocket,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=limits.HEADER_MAX_BYTES + 1_024,
        ws_max_size=limits.SOCKET_MESSAGE_MAX_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies) or None,
        ssl_certfile=settings.cert_file,
        ssl_keyfile=settings.key_file,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError, ValueError) as error:
        raise CannotListen(f"the certificate or its key cannot be used: {error}") from None
    return config


async def serve_on(
    taken: socket.socket,
    app: FastAPI,
    settings: ServerSettings,
    ready: Callable[[int], None] = lambda _port: None,
    *,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve on a socket from `listen` until SIGINT, SIGTERM or `stop`; then the socket is closed.

    `ready` is called with the port when the door is open. Raises CannotListen for a certificate that does not do.
    """
    server = _Server(configure(app, settings), ready, int(taken.getsockname()[1]))
    stopping = stop if stop is not None else asyncio.Event()
    with _signals(stopping), contextlib.closing(taken):
        serving = asyncio.create_task(server.serve(sockets=[taken]), name="http")
        waiting = asyncio.create_task(stopping.wait(), name="stop")
        try:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server.should_exit = True
            waiting.cancel()
            await serving


@contextlib.contextmanager
def _signals(stopping: asyncio.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set the event, where this thread may say so."""
    loop = asyncio.get_running_loop()
    heard: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(RuntimeError, ValueError):
            loop.add_signal_handler(number, stopping.set)
            heard.append(number)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


def run(main: Coroutine[object, object, None]) -> None:
    """Run the whole program on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
