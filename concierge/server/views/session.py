"""Pages of a session: the host's console (and the observer's), the customer's journey, the vendor's view, the receipt.

Rule: a page starts empty. What changes during a session arrives over the socket at `socket_path` and is never rendered here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.domain.consent import WORDING_VERSION
from concierge.server.views.frame import Face, Moment, View
from concierge.server.views.qr import Qr


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a recording is kept, in words ("90 days"), and until when."""

    words: str
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class ConsoleView(View):
    """`/sessions/{session_id}`. In variant "observer" nothing can be changed; a "moderator" may end the session.

    `code` is nine digits without spaces, None once used or expired; `qr` draws `join_url`.
    """

    template: ClassVar[str] = "console.html"
    session_id: str
    socket_path: str
    variant: Literal["host", "observer", "moderator"]
    ticket_id: str
    ticket_number: str
    title: str
    customer: str
    code: str | None
    code_until: Moment | None
    join_url: str
    qr: Qr
    match_digits: int = 4
    askable: tuple[str, ...] = ("view_screen", "voice")
    invitable: tuple[str, ...] = ("view_screen", "voice", "chat", "mark")
    may_invite: bool = True
    may_hand_over: bool = True
    may_ask_opinion: bool = True


@dataclass(frozen=True, slots=True)
class CustomerView(View):
    """`/session/{session_id}`: every step of the customer's journey in one page.

    `recording` says what the organisation's policy is; `without_recording` what happens when the customer refuses it.
    """

    template: ClassVar[str] = "join.html"
    session_id: str
    socket_path: str
    host: Face
    ticket_number: str
    ticket_title: str
    retention: Retention
    receipt_path: str
    recording: Literal["required", "optional"] = "required"
    without_recording: Literal["no_session", "no_sharing"] = "no_session"
    answer_seconds: int = 120
    secure: bool = True
    wording: str = WORDING_VERSION


@dataclass(frozen=True, slots=True)
class VendorView(View):
    """`/vendor/{session_id}`: lobby, then exactly the grant's tools, then out."""

    template: ClassVar[str] = "vendor.html"
    session_id: str
    socket_path: str
    name: str
    company: str
    ticket_number: str
    ticket_title: str
    invited_by: Face
    until: Moment
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceiptPerson:
    """Somebody who was in the session, and from when to when."""

    who: Face
    role: Literal["host", "vendor", "observer", "moderator"]
    joined: Moment
    left: Moment | None


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """One question the customer was asked, the answer, and whether the capability was then used."""

    capability: str
    who: str
    answer: Literal["yes", "no", "no_answer", "withdrawn"]
    at: Moment
    used: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptView(View):
    """`/receipts/{secret}`. `recorded` is false when the session went on without sharing and without a recording."""

    template: ClassVar[str] = "receipt.html"
    receipt_number: str
    customer: str
    ticket_number: str
    ticket_title: str
    started: Moment
    ended: Moment
    duration: str
    end_reason: str
    people: tuple[ReceiptPerson, ...]
    answers: tuple[ReceiptAnswer, ...]
    recorded: bool
    retention: Retention
    kept: tuple[Literal["picture", "voice", "chat", "marks", "consents"], ...] = ()
    gaps: tuple[str, ...] = ()
    wrong_contact: str | None = None
    fingerprint: str | None = None
    signed_path: str = ""
    secret: str = ""
    told: str = ""
    telephone: str = ""
    lines: int = 0
    felt: Literal["good", "mixed", "bad"] | None = None
    over: bool = True
