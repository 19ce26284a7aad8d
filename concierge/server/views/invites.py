"""Invites: the vendor's landing page, the list of all invites, a new one, and the one time its PIN is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from concierge.server.views.frame import Face, Moment, View

InviteState = Literal["not_yet", "ready", "redeemed", "expired", "revoked", "locked", "frozen"]


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when, on the clock of the zone that is named."""

    starts: Moment
    ends: Moment
    zone: str


@dataclass(frozen=True, slots=True)
class InviteLandingView(View):
    """`/invite/{secret}`: opening it changes nothing. Unknown, expired, used and revoked say who to ask, and no more.

    `state` "unknown" carries no invite: every other field is then None or empty.
    """

    template: ClassVar[str] = "invite_landing.html"
    secret: str
    state: Literal["ready", "not_yet", "expired", "used", "revoked", "frozen", "unknown"]
    invited_by: Face | None = None
    company: str | None = None
    subject: str | None = None
    starts: Moment | None = None
    ends: Moment | None = None
    capabilities: tuple[str, ...] = ()
    zone: str = ""
    desk: Window | None = None
    name: str = ""
    pin_digits: int = 6
    fault: Literal["wrong_pin", "too_many"] | None = None
    tries_left: int | None = None


@dataclass(frozen=True, slots=True)
class InviteRow:
    """One invite. `used_by` and `used_at` tell who redeemed it and when; `in_session` that they are inside right now."""

    invite_id: str
    person: str
    company: str
    ticket_id: str
    ticket_number: str
    state: InviteState
    starts: Moment
    ends: Moment
    capabilities: tuple[str, ...]
    created_by: str
    used_at: Moment | None = None
    in_session: bool = False
    may_revoke: bool = True
    may_tend: bool = True
    tested: str | None = None
    tested_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class InvitesView(View):
    """`/invites`: every invite the reader may see."""

    template: ClassVar[str] = "invites.html"
    invites: tuple[InviteRow, ...]
    shown: Literal["current", "past", "all"] = "current"
    may_create: bool = True


@dataclass(frozen=True, slots=True)
class TicketChoice:
    """A ticket an invite can be for."""

    ticket_id: str
    label: str


@dataclass(frozen=True, slots=True)
class InviteNewView(View):
    """`/invites/new`. `offered` is what the inviter holds: an invite never carries more. Times are `datetime-local` text."""

    template: ClassVar[str] = "invite_new.html"
    tickets: tuple[TicketChoice, ...]
    offered: tuple[str, ...]
    ticket_id: str = ""
    person: str = ""
    company: str = ""
    starts: str = ""
    ends: str = ""
    chosen: tuple[str, ...] = ("view_screen", "chat", "mark")
    timezone: str = ""
    faults: tuple[
        tuple[Literal["ticket", "person", "company", "capabilities", "window", "form"], str], ...
    ] = ()


@dataclass(frozen=True, slots=True)
class InviteCreatedView(View):
    """The answer to creating an invite: link and PIN, each to be sent its own way, shown this once."""

    template: ClassVar[str] = "invite_created.html"
    invite_id: str
    person: str
    company: str
    ticket_number: str
    starts: Moment
    ends: Moment
    capabilities: tuple[str, ...]
    link: str
    pin: str


@dataclass(frozen=True, slots=True)
class NewPinView(View):
    """An invite's new PIN, shown this once; the old one is dead. `thawed`: the invite had been frozen."""

    template: ClassVar[str] = "new_pin.html"
    person: str
    company: str
    pin: str
    thawed: bool
