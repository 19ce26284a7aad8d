"""One's own account: where one is signed in, the second factor, and API keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.server.views.frame import Moment, View
from concierge.server.views.qr import Qr


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One place this person is signed in; `here` marks the browser that reads the page."""

    sign_in_id: str
    device: str
    address: str
    since: Moment
    last: Moment
    here: bool = False


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """One API key, without its secret: `prefix` is its first letters."""

    key_id: str
    label: str
    prefix: str
    scopes: tuple[str, ...]
    expires: Moment
    expired: bool = False
    last_used: Moment | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor being set up: `qr` draws the address that `secret` is part of."""

    secret: str
    qr: Qr
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class AccountView(View):
    """`/account`. `new_key` is shown this once, right after it was issued."""

    template: ClassVar[str] = "account.html"
    email: str | None
    sign_ins: tuple[SignInRow, ...]
    keys: tuple[ApiKeyRow, ...]
    scopes: tuple[str, ...]
    totp: Literal["off", "enrolling", "on"] = "off"
    enrolment: Enrolment | None = None
    new_key: str | None = None
    new_key_label: str | None = None
    may_issue_keys: bool = True
    key_fault: str | None = None
    password_fault: str | None = None
    picture_fault: str | None = None
