"""Invites from both sides: the desk's list and form, and the page a vendor's link leads to.

Rule: link and PIN are shown once, to whoever made the invite; opening the link changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.access import Act, Resource
from concierge.domain.errors import BadIdentifier, BadInput, Refused
from concierge.domain.ids import InviteId, TicketId, check_id
from concierge.domain.invite import Invite, InviteState
from concierge.domain.participant import Presence
from concierge.domain.portrait import owner_of_person
from concierge.domain.refusals import N_, sentence_for
from concierge.server.asked import Asked
from concierge.server.coming import by_invite
from concierge.server.cookies import Kind
from concierge.server.languages import zone_of
from concierge.server.pages_console import OFFERED
from concierge.server.pages_public import seated
from concierge.server.views import invites as views
from concierge.server.views.frame import Notice
from concierge.server.wishes import capabilities_of, company_called
from concierge.services.inviting import (
    InviteWish,
    NewInvite,
    create_invite,
    look_at_invite,
    revoke_invite,
)
from concierge.services.joining import seat_of

LIST_MAX = 500
TICKETS_MAX = 200
HOUR_MS = 60 * 60_000
STATES: dict[InviteState, views.InviteState] = {
    InviteState.NOT_YET: "not_yet",
    InviteState.READY: "ready",
    InviteState.REDEEMED: "redeemed",
    InviteState.EXPIRED: "expired",
    InviteState.REVOKED: "revoked",
    # Too many wrong PINs: it opens nothing until it has a new one.
    InviteState.LOCKED: "locked",
    InviteState.FROZEN: "frozen",
}
LANDINGS: dict[InviteState, Literal["ready", "not_yet", "expired", "used", "revoked", "frozen"]] = {
    InviteState.NOT_YET: "not_yet",
    InviteState.READY: "ready",
    InviteState.REDEEMED: "used",
    InviteState.EXPIRED: "expired",
    InviteState.REVOKED: "revoked",
    InviteState.LOCKED: "revoked",
    InviteState.FROZEN: "frozen",
}
CURRENT = (
    InviteState.NOT_YET,
    InviteState.READY,
    InviteState.REDEEMED,
    InviteState.LOCKED,
    InviteState.FROZEN,
)
FieldName = Literal["ticket", "person", "company", "capabilities", "window", "form"]


async def invites(asked: Asked) -> Response:
    """Every invite, with how it stands."""
    tools = asked.house.tools
    now = tools.clock.wall()
    wanted = asked.query("show")
    shown = cast("Literal['current', 'past', 'all']", wanted if wanted in ("past", "all") else "current")
    every = await tools.invites.every(LIST_MAX)
    rows = [
        await _row(asked, one, now)
        for one in every
        if shown == "all" or (one.state(now) in CURRENT) == (shown == "current")
    ]
    view = views.InvitesView(
        asked.frame("invites"), tuple(rows), shown, may_create=asked.may(Act.CREATE_TICKET)
    )
    return asked.show(view)


async def _row(asked: Asked, invite: Invite, now: int) -> views.InviteRow:
    tools = asked.house.tools
    ticket = await tools.tickets.get(invite.ticket)
    creator = await tools.people.person(invite.created_by)
    resource = Resource("Invite", invite.id, {"created_by": invite.created_by})
    return views.InviteRow(
        invite_id=invite.id,
        person=invite.vendor_name,
        company=invite.company_name,
        ticket_id=invite.ticket,
        ticket_number=ticket.number if ticket is not None else "",
        state=STATES[invite.state(now)],
        starts=asked.reader.moment(invite.from_ms),
        ends=asked.reader.moment(invite.until_ms),
        capabilities=_in_order(invite),
        created_by=creator.name if creator is not None else "",
        used_at=asked.reader.maybe(invite.redeemed_ms),
        in_session=_in_session(asked, invite),
        may_revoke=asked.may(Act.REVOKE_INVITE, resource),
        may_tend=asked.may(Act.TEND_INVITE, resource),
        tested=invite.tested,
        tested_at=asked.reader.maybe(invite.tested_ms),
    )


def _in_order(invite: Invite) -> tuple[str, ...]:
    return tuple(code for code in OFFERED if code in {one.value for one in invite.capabilities})


def _in_session(asked: Asked, invite: Invite) -> bool:
    return any(
        seat.who.invite == invite.id and seat.presence is not Presence.LEFT
        for live in asked.house.registry.all()
        for seat in live.decided.present()
    )


async def new(asked: Asked) -> Response:
    """The form."""
    now = asked.house.tools.clock.wall()
    start = now - now % 60_000
    return await _form(
        asked,
        ticket_id=asked.query("ticket"),
        starts=asked.reader.to_type(start),
        ends=asked.reader.to_type(start + HOUR_MS),
        chosen=("view_screen", "chat", "mark"),
    )


async def _form(
    asked: Asked,
    *,
    ticket_id: str,
    starts: str,
    ends: str,
    chosen: tuple[str, ...],
    faults: tuple[tuple[FieldName, str], ...] = (),
    status: int = 200,
) -> Response:
    queue = await asked.house.tools.tickets.queue(TICKETS_MAX)
    view = views.InviteNewView(
        frame=asked.frame("invites"),
        tickets=tuple(views.TicketChoice(one.id, f"{one.number} {one.title}") for one in queue),
        offered=OFFERED,
        ticket_id=ticket_id,
        person=asked.typed("person"),
        company=asked.typed("company"),
        starts=starts,
        ends=ends,
        chosen=chosen,
        timezone=asked.reader.zone_name,
        faults=faults,
    )
    return asked.show(view, status)


async def create(asked: Asked) -> Response:
    """Create it and show link and PIN, this once."""
    try:
        made = await create_invite(asked.house.tools, asked.principal, asked.person.id, await _wish(asked))
    except _FieldFault as error:
        return await _again(asked, error.field_name, error.sentence)
    except BadInput as error:
        return await _again(asked, "window" if "window" in str(error) else "form", str(error))
    except Refused as error:
        return await _again(asked, "form", sentence_for(error.code), 403)
    return await _created(asked, made)


class _FieldFault(Exception):
    def __init__(self, field_name: FieldName, sentence: str) -> None:
        super().__init__(sentence)
        self.field_name: FieldName = field_name
        self.sentence = sentence


async def _wish(asked: Asked) -> InviteWish:
    try:
        ticket = TicketId(check_id("ticket", asked.typed("ticket_id")))
    except BadIdentifier:
        raise _FieldFault("ticket", N_("Choose the ticket this is about.")) from None
    name = " ".join(asked.typed("person").split())
    if not name or len(name) > limits.NAME_MAX_CHARS:
        raise _FieldFault("person", N_("Please write the person's name."))
    starts, ends = asked.reader.typed(asked.typed("starts")), asked.reader.typed(asked.typed("ends"))
    if starts is None or ends is None:
        raise _FieldFault("window", N_("Please say from when until when."))
    try:
        carried = capabilities_of(asked.chosen("capability"))
    except BadInput as error:
        raise _FieldFault("capabilities", str(error)) from None
    if not carried:
        raise _FieldFault("capabilities", N_("Choose at least one thing."))
    try:
        company = await company_called(asked.house.tools, asked.principal, ticket, asked.typed("company"))
    except BadInput as error:
        raise _FieldFault("company", str(error)) from None
    return InviteWish(ticket, company, name, "", carried, starts, ends, asked.typed("brief"))


async def _again(asked: Asked, field_name: FieldName, sentence: str, status: int = 422) -> Response:
    return await _form(
        asked,
        ticket_id=asked.typed("ticket_id"),
        starts=asked.typed("starts"),
        ends=asked.typed("ends"),
        chosen=asked.chosen("capability"),
        faults=((field_name, asked.reader.gettext(sentence)),),
        status=status,
    )


async def _created(asked: Asked, made: NewInvite) -> Response:
    invite = made.invite
    ticket = await asked.house.tools.tickets.get(invite.ticket)
    view = views.InviteCreatedView(
        frame=asked.frame("invites"),
        invite_id=invite.id,
        person=invite.vendor_name,
        company=invite.company_name,
        ticket_number=ticket.number if ticket is not None else "",
        starts=asked.reader.moment(invite.from_ms),
        ends=asked.reader.moment(invite.until_ms),
        capabilities=_in_order(invite),
        link=made.link,
        pin=made.pin,
    )
    return asked.show(view, 201)


async def revoke(asked: Asked) -> Response:
    """Revoke now."""
    invite = InviteId(asked.part_id("invite", "invite_id"))
    await revoke_invite(asked.house.tools, asked.house.registry, asked.principal, invite)
    return asked.go("invites")


# --- the vendor's side ---


async def landing(asked: Asked) -> Response:
    """Where the link leads. Changes nothing; a browser that holds the seat is shown the way back to it."""
    try:
        invite = await look_at_invite(asked.house.tools, asked.part("secret"))
    except Refused:
        return _unknown(asked)
    session = await _held_seat(asked, invite)
    if session is not None:
        return asked.go("vendor", session_id=session)
    return await _landing(asked, invite)


def _unknown(asked: Asked) -> Response:
    return asked.show(views.InviteLandingView(asked.frame(), asked.part("secret"), "unknown"), 404)


async def _held_seat(asked: Asked, invite: Invite) -> str | None:
    """Return the session in which this very browser took the invite's seat, if it is still there."""
    if invite.redeemed_as is None:
        return None
    live = asked.house.registry.of_ticket(invite.ticket)
    secret = asked.house.cookies.read(asked.request, Kind.SEAT, live.decided.id) if live is not None else ""
    found = await seat_of(asked.house.tools, "seat", secret) if secret else None
    if live is None or found is None or live.decided.seat(found[1]) is None:
        return None
    return live.decided.id if found == (live.decided.id, invite.redeemed_as) else None


async def _landing(
    asked: Asked,
    invite: Invite,
    fault: Literal["wrong_pin", "too_many"] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    tools = asked.house.tools
    state = invite.state(tools.clock.wall())
    creator = await tools.people.person(invite.created_by)
    open_to = state in (InviteState.READY, InviteState.NOT_YET)
    locked = fault == "wrong_pin" and state is InviteState.LOCKED
    view = views.InviteLandingView(
        frame=asked.frame(notices=(Notice("info", notice),) if notice else ()),
        secret=asked.part("secret"),
        state="ready" if locked else LANDINGS[state],
        invited_by=None if creator is None else asked.face(creator.name, owner=owner_of_person(creator.id)),
        company=invite.company_name,
        # Neither title nor description of the ticket: a stranger with a link learns what the inviter wrote.
        subject=invite.brief or asked.reader.gettext("A support session"),
        starts=asked.reader.moment(invite.from_ms),
        ends=asked.reader.moment(invite.until_ms),
        zone=asked.reader.zone_name,
        desk=_at_the_desk(asked, invite),
        capabilities=_in_order(invite),
        name=invite.vendor_name,
        pin_digits=limits.PIN_DIGITS,
        fault="too_many" if locked else fault,
        tries_left=max(limits.PIN_TRIES - invite.failed_pins, 0),
    )
    return asked.show(view, status if open_to or fault else 410 if status == 200 else status)


def _at_the_desk(asked: Asked, invite: Invite) -> views.Window | None:
    """Return the window on the desk's own clock, where that differs from the reader's."""
    name = asked.house.settings.time_zone
    there = replace(asked.reader, zone=zone_of(name, ""), zone_name=name)
    if there.at(invite.from_ms).utcoffset() == asked.reader.at(invite.from_ms).utcoffset():
        return None
    return views.Window(there.moment(invite.from_ms), there.moment(invite.until_ms), name)


async def redeem(asked: Asked) -> Response:
    """Use it up, once, and go to the lobby."""
    secret = asked.part("secret")
    tools = asked.house.tools
    try:
        seat = await by_invite(asked, secret, asked.typed("pin"))
    except Refused as error:
        if error.code == "invite_unknown":
            return _unknown(asked)
        invite = await look_at_invite(tools, secret)
        if error.code in ("wrong_pin", "invite_locked"):
            return await _landing(asked, invite, "wrong_pin", status=403)
        if error.code == "session_not_open":
            words = N_(
                "The session has not begun yet. Your host will start it; please try again in a moment."
            )
            return await _landing(asked, invite, notice=asked.reader.gettext(words), status=409)
        if error.code.startswith("invite_"):
            return await _landing(asked, invite, status=409)
        raise
    return seated(asked, seat, "vendor")
