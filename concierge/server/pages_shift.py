"""The page "Sign off": until when one is away, what is open, offering it to colleagues, and what they offer to oneself.

Rule: the page says what is open; the service decides. The time of return is in the reader's own zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.responses import Response

from concierge.domain.errors import BadIdentifier, BadInput, Refused
from concierge.domain.ids import InviteId, PersonId, check_id
from concierge.domain.refusals import N_, sentence_for
from concierge.server.asked import Asked
from concierge.server.views.shift import Colleague, OfferedInvite, OpenInvite, OpenSession, ShiftView
from concierge.services.shifts import Duties, Duty

NO_TIME = N_("Say until when you are away: a day and a time.")
_FIELD = "%Y-%m-%dT%H:%M"
_MORNING_H = 8


async def shift(asked: Asked) -> Response:
    """Show what is open."""
    return await _show(asked, asked.query("back"))


async def sign_off(asked: Asked) -> Response:
    """End the shift, when nothing is open."""
    try:
        back_ms = back_of(asked, asked.typed("back"))
        await asked.house.shifts.sign_off(asked.principal, asked.person, back_ms)
    except (BadInput, Refused) as error:
        return await _show(asked, asked.typed("back"), fault=_words(asked, error))
    return await _show(asked, asked.typed("back"), done=True)


async def hand_on(asked: Asked) -> Response:
    """Offer an invite to a colleague."""
    try:
        to = PersonId(check_id("person", asked.typed("to")))
        await asked.house.shifts.hand_on(asked.principal, _invite(asked), to)
    except BadIdentifier:
        return await _show(
            asked, asked.typed("back"), fault=asked.reader.gettext("choose a colleague who may host")
        )
    except (BadInput, Refused) as error:
        return await _show(asked, asked.typed("back"), fault=_words(asked, error))
    return asked.go("shift", {"back": asked.typed("back")})


async def take_on(asked: Asked) -> Response:
    """Say yes or no to an invite that a colleague offers."""
    try:
        await asked.house.shifts.answer(asked.principal, _invite(asked), yes=asked.typed("answer") == "yes")
    except Refused as error:
        return await _show(asked, "", fault=_words(asked, error))
    return asked.go("shift")


def _invite(asked: Asked) -> InviteId:
    return InviteId(asked.part_id("invite", "invite_id"))


def _words(asked: Asked, error: BadInput | Refused) -> str:
    return asked.reader.gettext(sentence_for(error.code) if isinstance(error, Refused) else str(error))


def back_of(asked: Asked, text: str) -> int:
    """Return the wall-clock milliseconds of a day and time as a page's field gives them, in the reader's zone. Raises BadInput."""
    try:
        return int(datetime.strptime(text, _FIELD).replace(tzinfo=asked.reader.zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise BadInput(NO_TIME) from None


def _tomorrow(asked: Asked) -> str:
    now = datetime.fromtimestamp(asked.house.tools.clock.wall() / 1000, asked.reader.zone)
    day = now + timedelta(days=1)
    return day.replace(hour=_MORNING_H, minute=0).strftime(_FIELD)


async def _show(asked: Asked, back: str, *, fault: str = "", done: bool = False) -> Response:
    house, text = asked.house, back or _tomorrow(asked)
    try:
        back_ms = back_of(asked, text)
        duties = await house.shifts.duties(asked.person.id, back_ms)
    except BadInput as error:
        fault, text = fault or _words(asked, error), _tomorrow(asked)
        back_ms = back_of(asked, text)
        duties = await house.shifts.duties(asked.person.id, back_ms)
    people = {one.id: one.name for one in await house.tools.people.every()}
    hosts = await house.tools.people.hosts()
    view = ShiftView(
        frame=asked.frame("desk"),
        back=text,
        back_ms=back_ms,
        sessions=_sessions(asked, duties),
        invites=tuple(_open(asked, duty) for duty in duties.invites),
        colleagues=tuple(Colleague(one.id, one.name) for one in hosts if one.id != asked.person.id),
        offered=tuple(
            _offered(asked, duty, people) for duty in await house.shifts.offered_to(asked.person.id)
        ),
        fault=fault or None,
        done=done,
        done_until=asked.reader.moment(back_ms) if done else None,
    )
    return asked.show(view, 422 if fault else 200)


def _sessions(asked: Asked, duties: Duties) -> tuple[OpenSession, ...]:
    shown = []
    for session in duties.sessions:
        live = asked.house.registry.find(session.id)
        customer = session.customer
        shown.append(
            OpenSession(
                session.id,
                live.backdrop.ticket_title if live is not None else "",
                customer.who.name if customer is not None else asked.reader.gettext("nobody yet"),
                session.handover.to_name if session.handover is not None else "",
            )
        )
    return tuple(shown)


def _open(asked: Asked, duty: Duty) -> OpenInvite:
    invite, care, now = duty.invite, duty.care, asked.house.tools.clock.wall()
    waits = care is not None and care.waits(now)
    declined = care is not None and care.state == "declined"
    return OpenInvite(
        invite.id,
        invite.vendor_name,
        invite.company_name,
        asked.reader.moment(invite.from_ms),
        care.to_name if care is not None and waits else "",
        asked.reader.moment(care.until_ms) if care is not None and waits else None,
        care.to_name if care is not None and declined else "",
    )


def _offered(asked: Asked, duty: Duty, people: dict[PersonId, str]) -> OfferedInvite:
    invite, care = duty.invite, duty.care
    return OfferedInvite(
        invite.id,
        invite.vendor_name,
        invite.company_name,
        asked.reader.moment(invite.from_ms),
        people.get(care.by, "") if care is not None else "",
        asked.reader.moment(care.until_ms if care is not None else invite.from_ms),
    )
