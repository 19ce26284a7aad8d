"""Pages anyone may open: the portal, signing in, a join link, an error.

Refuses to say whether a name, code or link ever existed: the states below are all a stranger learns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.server.views.frame import Face, View


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """A live session in which this browser holds the customer's seat."""

    session_id: str
    host: str


@dataclass(frozen=True, slots=True)
class PortalView(View):
    """`/`: the customer types the code. `secure` is false when the page came over plain http from elsewhere."""

    template: ClassVar[str] = "portal.html"
    code: str = ""
    fault: Literal["malformed", "unknown", "too_many"] | None = None
    wait_seconds: int | None = None
    secure: bool = True
    open_seats: tuple[OpenSeat, ...] = ()


@dataclass(frozen=True, slots=True)
class SignInView(View):
    """Name and password, then the six digits of the authenticator app. `next_path` is where to go afterwards."""

    template: ClassVar[str] = "sign_in.html"
    step: Literal["password", "totp"] = "password"
    name: str = ""
    next_path: str = ""
    fault: Literal["mismatch", "locked", "bad_code", "expired"] | None = None
    locked_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class EnterView(View):
    """Where a sign-in link lands; only the button's POST signs in."""

    template: ClassVar[str] = "enter.html"
    secret: str
    who: Face | None
    role: Literal["host", "supervisor", "auditor"] | None = None


@dataclass(frozen=True, slots=True)
class JoinLandingView(View):
    """Where a session's link lands; only the button's POST joins. `host` is None when the link does not (or no longer) open."""

    template: ClassVar[str] = "join_landing.html"
    secret: str
    host: Face | None


@dataclass(frozen=True, slots=True)
class ErrorView(View):
    """A refusal in plain words. `reference` finds the matching line in the broker's log."""

    template: ClassVar[str] = "error.html"
    status: Literal[400, 403, 404, 409, 410, 413, 422, 429, 500, 503]
    reference: str | None = None
    wait_seconds: int | None = None
    home: Literal["desk", "portal"] = "portal"
