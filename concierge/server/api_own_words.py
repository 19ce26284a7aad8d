"""What the API takes and gives about oneself: signing in, one's account, one's seat, one's receipt.

Secrets in what is sent are never shown by a model's repr. Times are milliseconds since the Unix epoch.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.capability import Capability
from concierge.domain.invite import InviteState
from concierge.domain.participant import Role
from concierge.server.api_words import Given
from concierge.server.proofs import PROOF_MAX_CHARS
from concierge.server.receipts import Answer, Kept

DAY_MS = 24 * 60 * 60_000
KEY_DAYS_MAX = limits.API_KEY_LIFE_MAX_MS // DAY_MS
DIGITS_TYPED_MAX_CHARS = 24


# --- in and out ---


class SignInGiven(Given):
    """Name and password; `totp` are the six digits of somebody who has set one-time codes up."""

    name: str = Field(max_length=limits.NAME_MAX_CHARS)
    password: str = Field(max_length=limits.PASSWORD_MAX_CHARS, repr=False)
    totp: str = Field("", max_length=DIGITS_TYPED_MAX_CHARS, repr=False)


class SignInLinkGiven(Given):
    """A sign-in link, or the secret that it ends with."""

    link: str = Field(max_length=PROOF_MAX_CHARS, repr=False)


class SignInMade(BaseModel):
    """A new sign-in. Its secret is in the cookie of the answer; whatever changes something also sends `csrf` as X-CSRF."""

    sign_in: str
    person: str
    name: str
    role: str
    csrf: str
    until_ms: int


class PreferencesGiven(Given):
    """How pages look and read in this browser; what is not named stays."""

    language: Literal["en", "de"] | None = None
    theme: Literal["system", "light", "dark"] | None = None


class PreferencesOut(BaseModel):
    """How pages look and read in this browser."""

    language: str
    theme: str


# --- one's account ---


class AccountOut(BaseModel):
    """One's own account. `totp`: whether signing in asks for a one-time code too."""

    person: str
    name: str
    role: str
    email: str
    totp: bool
    scopes: list[Act]


class SignInOut(BaseModel):
    """Somewhere one is signed in; `here` is the sign-in that asks."""

    id: str
    address: str
    created_ms: int
    seen_ms: int
    until_ms: int
    here: bool


class EndedOut(BaseModel):
    """How many sign-ins were ended."""

    ended: int


class PasswordGiven(Given):
    """A new password, with the one that it replaces. Every other sign-in ends."""

    old: str = Field(max_length=limits.PASSWORD_MAX_CHARS, repr=False)
    new: str = Field(min_length=limits.PASSWORD_MIN_CHARS, max_length=limits.PASSWORD_MAX_CHARS, repr=False)


class ConfirmGiven(Given):
    """One's password, to show that it is oneself."""

    password: str = Field(max_length=limits.PASSWORD_MAX_CHARS, repr=False)


class TotpOfferOut(BaseModel):
    """What an authenticator app takes, shown this once; in force only after confirming."""

    uri: str
    secret: str


class TotpGiven(Given):
    """The six digits that the authenticator app shows."""

    totp: str = Field(max_length=DIGITS_TYPED_MAX_CHARS, repr=False)


class KeyGiven(Given):
    """A new key: what it is for, what it may do, and for how many days."""

    name: str = Field(min_length=1, max_length=limits.NAME_MAX_CHARS)
    scopes: list[Act] = Field(min_length=1, max_length=len(Act))
    days: int = Field(ge=1, le=KEY_DAYS_MAX)


class OwnKeyOut(BaseModel):
    """One of one's own keys in force or expired, without its secret."""

    id: str
    name: str
    scopes: list[Act]
    created_ms: int
    until_ms: int
    used_ms: int | None


class KeyMade(OwnKeyOut):
    """A new key with its secret, given this once: what a program sends as its bearer."""

    secret: str


# --- one's seat ---


class JoinGiven(Given):
    """The nine digits of the code however they are spaced, or the link (or the secret it ends with): one of the two."""

    code: str = Field("", max_length=DIGITS_TYPED_MAX_CHARS, repr=False)
    link: str = Field("", max_length=PROOF_MAX_CHARS, repr=False)


class RedeemGiven(Given):
    """An invite's link (or the secret it ends with), and the PIN that came apart from it."""

    invite: str = Field(max_length=PROOF_MAX_CHARS, repr=False)
    pin: str = Field(max_length=DIGITS_TYPED_MAX_CHARS, repr=False)


class SeatMade(BaseModel):
    """A seat, in the lobby. `seat` is its secret, given this once, and opens the WebSocket at `socket`.

    A program sends it as `Authorization: Seat …` when it opens the socket; a browser as the cookie named `cookie`. The
    socket's Origin must be ours, as for every page. `receipt` is the path of the receipt, for afterwards.
    """

    session: str
    participant: str
    role: Role
    seat: str
    cookie: str
    socket: str
    receipt: str


class PhoneLinkMade(BaseModel):
    """What the customer's phone opens, once, until then."""

    link: str
    until_ms: int


class PhoneGiven(Given):
    """The link for a customer's phone, or the secret that it ends with."""

    link: str = Field(max_length=PROOF_MAX_CHARS, repr=False)


class PhoneMade(BaseModel):
    """A phone that belongs to the customer's seat: its secret is the cookie named `cookie` of the WebSocket `socket`."""

    session: str
    phone: str
    cookie: str
    socket: str


class JoinLook(BaseModel):
    """Whose session a link opens."""

    host: str
    organisation: str


class InviteLook(BaseModel):
    """What an invite's link shows before it is redeemed; nothing of the ticket but what the inviter wrote."""

    state: InviteState
    invited_by: str
    organisation: str
    person: str
    company: str
    brief: str
    capabilities: list[Capability]
    from_ms: int
    until_ms: int
    tries_left: int


# --- afterwards ---


class ReceiptPersonOut(BaseModel):
    """Somebody who was in the session, and from when to when."""

    name: str
    organisation: str
    role: Role
    joined_ms: int
    left_ms: int | None


class ReceiptAnswerOut(BaseModel):
    """One question the customer was asked, about whom, and the answer. `about` is "" for the recording."""

    capability: Capability
    about: str
    answer: Answer
    at_ms: int


class ReceiptGapOut(BaseModel):
    """A time in which the screen was hidden and nothing of it recorded."""

    from_ms: int
    until_ms: int


class ReceiptOut(BaseModel):
    """Who, when, what was allowed, what is kept, until when, and the fingerprint of the key that signs it."""

    number: str
    session: str
    ticket_number: str
    ticket_title: str
    customer: str
    opened_ms: int
    ended_ms: int | None
    end_reason: str | None
    people: list[ReceiptPersonOut]
    answers: list[ReceiptAnswerOut]
    recorded: bool
    kept: list[Kept]
    fingerprint: str
    keep_until_ms: int
    hidden: list[ReceiptGapOut]
