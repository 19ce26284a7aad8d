"""The cookies we set: what they are called, how far they reach, how long they live.

Rules: a cookie that opens something is opaque, HttpOnly and SameSite=Strict, Secure over https, and bound to this
origin by the `__Host-` prefix where that is possible (RFC 6265bis section 4.1.3). None of them holds a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.ids import SessionId
from concierge.server.settings import ServerSettings

VALUE_MAX_CHARS = 256
SEATS_KEPT_MAX = 8
PREFERENCE_LIFE_S = 365 * 24 * 60 * 60


class Kind(StrEnum):
    """What a secret cookie opens. A seat's name continues with its session."""

    SIGN_IN = "concierge_sign_in"
    VISIT = "concierge_visit"
    SEAT = "concierge_seat_"
    PHONE = "concierge_phone_"
    WATCH = "concierge_watch_"


class Preference(StrEnum):
    """What a reader chose; not secret, and read by scripts too."""

    LANGUAGE = "language"
    THEME = "theme"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one installation."""

    settings: ServerSettings

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.settings.https and not self.settings.base else name

    def name_of(self, kind: Kind, session: str = "") -> str:
        """Return what the cookie is called in this installation."""
        return self._name(kind + session)

    @property
    def path(self) -> str:
        """How far our cookies reach."""
        return f"{self.settings.base}/"

    def read(self, request: HTTPConnection, kind: Kind, session: str = "") -> str:
        """Return a secret the browser sent, or ""."""
        value = request.cookies.get(self._name(kind + session), "")
        return value if len(value) <= VALUE_MAX_CHARS else ""

    def preference(self, request: HTTPConnection, which: Preference) -> str:
        """Return what the reader chose, or ""."""
        value = request.cookies.get(which, "")
        return value if len(value) <= VALUE_MAX_CHARS else ""

    def write(
        self, response: Response, kind: Kind, value: str, life_ms: int | None, session: str = ""
    ) -> None:
        """Hand the browser a secret, for `life_ms` or (None) until it is closed."""
        response.set_cookie(
            self._name(kind + session),
            value,
            max_age=None if life_ms is None else life_ms // 1000,
            path=self.path,
            secure=self.settings.https,
            httponly=True,
            samesite="strict",
        )

    def write_sign_in(self, response: Response, secret: str) -> None:
        """Hand the browser a sign-in."""
        self.write(response, Kind.SIGN_IN, secret, limits.SIGN_IN_ABSOLUTE_MS)

    def write_seat(
        self, request: HTTPConnection, response: Response, session: SessionId, secret: str
    ) -> None:
        """Hand the browser a seat; of many older seats the ones sent last are forgotten."""
        begin = self._name(Kind.SEAT)
        older = [name for name in request.cookies if name.startswith(begin) and not name.endswith(session)]
        for name in older[SEATS_KEPT_MAX - 1 :]:
            self._drop(response, name)
        self.write(response, Kind.SEAT, secret, limits.SEAT_LIFE_MS, session)

    def prefer(self, response: Response, which: Preference, value: str) -> None:
        """Remember a choice."""
        response.set_cookie(
            which,
            value,
            max_age=PREFERENCE_LIFE_S,
            path=self.path,
            secure=self.settings.https,
            samesite="lax",
        )

    def clear(self, response: Response, kind: Kind, session: str = "") -> None:
        """Take a secret back from the browser."""
        self._drop(response, self._name(kind + session))

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(
            name, path=self.path, secure=self.settings.https, httponly=True, samesite="strict"
        )
