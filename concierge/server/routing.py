"""Routes that say what they need. A route is a method, a path, an endpoint, and either an act of the policy or the
name of why it is open; there is no third kind, and build_app refuses to start with a route that is none of these.

Rule: the act is checked at the door, on the resource named beside it, before the endpoint runs. Somebody who may not
know a thing gets the same answer as when it does not exist.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from concierge.domain.access import Act, Resource
from concierge.domain.errors import ConciergeError, Refused
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.finding import desk
from concierge.server.proofs import Proof


class Open(StrEnum):
    """Why a route asks the policy nothing at its door."""

    ANYONE = "anyone"
    LINK = "secret in the link"
    PROOF = "secret in body or header"
    SEAT = "seat's cookie"
    WATCH = "auditor link's cookie"
    SIGNED_IN = "anybody signed in"
    IDENTITY = "anybody signed in, or any key"
    PROBE = "machine that watches"
    SOCKET = "seat or sign-in, after the origin"


Find = Callable[[Asked], Awaitable[Resource]]
Endpoint = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Door:
    """One line of the URL map. `on` finds what the act is about; `hidden`: a no looks as if it did not exist;
    `uploads`: its form carries a file, which is read from somebody who is signed in only.
    """

    method: str
    path: str
    endpoint: Endpoint
    need: Act | Open
    on: Find = desk
    hidden: bool = False
    uploads: bool = False
    # Of the API: what a yes is answered with, and the scheme of the secret that the Authorization header carries.
    status: int = 200
    proof: Proof | None = None
    # Of a page's door that changes something: the calls of the API that do the same.
    rest: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """How the reviewed table of routes shows it."""
        need = (
            f"{self.need.value} on {self.on.__name__}"
            if isinstance(self.need, Act)
            else f"({self.need.value})"
        )
        return f"{self.method:<6} {self.path:<55} {need}"

    async def check(self, asked: Asked) -> None:
        """Let the request through. Raises Shut, Refused."""
        if isinstance(self.need, Open):
            if self.need in (Open.SIGNED_IN, Open.IDENTITY):
                asked.require(browser=self.need is Open.SIGNED_IN)
            return
        asked.require(browser=False)
        try:
            asked.check(self.need, await self.on(asked))
        except Refused:
            if self.hidden:
                raise Shut(404) from None
            raise


class UndeclaredRoute(ConciergeError):
    """A route that says nothing of what it needs: the server does not start."""


def check_declared(routes: Iterable[BaseRoute], doors: Iterable[Door], mounts: Iterable[str]) -> None:
    """Raise UndeclaredRoute unless every route came from a door (or is a named mount of public files)."""
    known = {(door.method, door.path) for door in doors}
    free = set(mounts)
    for route in routes:
        path: str = getattr(route, "path", "")
        if isinstance(route, Mount):
            if path not in free:
                raise UndeclaredRoute(f"mount {path}")
            continue
        methods = (
            {"WS"} if isinstance(route, WebSocketRoute) else set(getattr(route, "methods", None) or {"?"})
        )
        if "GET" in methods and isinstance(route, Route):
            methods.discard("HEAD")
        for method in methods:
            if (method, path) not in known:
                raise UndeclaredRoute(f"{method} {path}")


def table(doors: Iterable[Door]) -> str:
    """Return the table of routes that is reviewed."""
    return (
        "\n".join(sorted((door.line for door in doors), key=lambda line: [*line.split()[1:2], line])) + "\n"
    )
