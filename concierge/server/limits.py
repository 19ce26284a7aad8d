"""Limits of a request, kept before anything is read: headers, body, framing, host, base path.

Rules: a body that says it is too long is refused unread, one that turns out to be is cut off; a request whose length
is said in two ways is refused (RFC 9112 section 6.3); the Host is compared with what was configured and never used.
"""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from concierge.domain import limits
from concierge.server.settings import ServerSettings

BODY_DEADLINE_S = 15.0
PICTURE_PATH = "/account/picture"
_HOST = re.compile(r"\A(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>\d{1,5}))?\Z")
_LENGTH = re.compile(r"\A\d{1,12}\Z")


class Limits:
    """Refuses a request that is too big, too slow or ambiguous, then hands it on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        fault = check_framing(scope)
        if fault is not None:
            await refuse(scope, receive, send, *fault)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._bounded(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        read, whole, cut = 0, False, False
        most = body_max(scope)
        deadline = asyncio.get_running_loop().time() + BODY_DEADLINE_S

        async def bounded_receive() -> Message:
            nonlocal read, whole, cut
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                cut = True
                raise HTTPException(408) from None
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if read > most:
                    cut = True
                    raise HTTPException(413)
            return message

        async def closing_send(message: Message) -> None:
            if cut and message["type"] == "http.response.start":
                # What is still coming is not read.
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, bounded_receive, closing_send)


def body_max(scope: Scope) -> int:
    """Return how many bytes a body may have: few, but where a picture of oneself is sent."""
    path: str = scope.get("path", "")
    picture = path.endswith(PICTURE_PATH)
    return limits.PORTRAIT_BODY_MAX_BYTES if picture else limits.BODY_MAX_BYTES


def check_framing(scope: Scope) -> tuple[int, str] | None:
    """Return the status and words that refuse a request by its headers alone, or None."""
    raw = scope["headers"]
    if sum(len(name) + len(value) + 4 for name, value in raw) > limits.HEADER_MAX_BYTES:
        return 431, "Too many or too long headers."
    lengths = [value for name, value in raw if name == b"content-length"]
    chunked = any(name == b"transfer-encoding" for name, _ in raw)
    if chunked and lengths:
        return 400, "The length of the request is said in two ways."
    if lengths and (len(lengths) > 1 or not _LENGTH.match(lengths[0].decode("latin-1"))):
        return 400, "The length of the request is not a number."
    if lengths and int(lengths[0]) > body_max(scope):
        return 413, "That was too much at once."
    return None


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    """Answer in plain text and close the connection: what follows on it is not read."""
    if scope["type"] == "websocket":
        await receive()
        await send(
            {
                "type": "websocket.http.response.start",
                "status": status,
                "headers": [(b"content-type", b"text/plain")],
            }
        )
        await send({"type": "websocket.http.response.body", "body": words.encode()})
        return
    await PlainTextResponse(words, status, {"Connection": "close"})(scope, receive, send)


class OwnPlace:
    """Lets through only what is meant for us: exactly our host names, and below our base path."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._base = settings.base
        self._hosts = frozenset({settings.host, *(name.lower() for name in settings.trusted_hosts)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self.knows(Headers(scope=scope).getlist("host")):
            await refuse(scope, receive, send, 400, "This server is not known by that name.")
            return
        path: str = scope["path"]
        if self._base and path != self._base and not path.startswith(f"{self._base}/"):
            await refuse(scope, receive, send, 404, "There is nothing here.")
            return
        await self._app({**scope, "root_path": self._base}, receive, send)

    def knows(self, hosts: list[str]) -> bool:
        """Whether the Host header, given once, is one of our names; the port is the proxy's affair."""
        match = _HOST.match(hosts[0]) if len(hosts) == 1 else None
        return match is not None and match["name"].strip("[]").lower() in self._hosts
