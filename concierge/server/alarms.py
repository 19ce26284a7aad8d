"""Alarms at the front door: "I am not sure" before and in a session, "something is wrong" on a receipt, and who looks at them.

Rules: what is live stops before anything else is asked; whoever raises an alarm reads the desk's own number whatever
happened behind it. Only an alarm that stops nothing is counted: a stranger could fill a supervisor's page with those.
"""

from __future__ import annotations

from pydantic import BaseModel, Field
from starlette.responses import Response

from concierge.domain.access import Act
from concierge.domain.errors import Refused
from concierge.domain.ids import SessionId
from concierge.domain.participant import Role
from concierge.domain.trust import Alarm, AlarmPlace
from concierge.server import api_words as words
from concierge.server.asked import Asked
from concierge.server.coming import CODE_TYPED_MAX_CHARS, digits_of
from concierge.server.cookies import Kind
from concierge.server.errors import Shut
from concierge.server.proofs import PROOF_MAX_CHARS, secret_in
from concierge.server.receipts import find_receipt
from concierge.server.routing import Door, Open
from concierge.server.throttles import Bucket, TooManyTries
from concierge.server.views.trust import AlarmRow, AlarmView
from concierge.services import alarming
from concierge.services.joining import seat_of

ALARMS_SHOWN = 20


class AlarmGiven(words.Given):
    """Where somebody is not sure: a code, a session's link, or a receipt's link; nothing when there is none."""

    code: str = Field("", max_length=CODE_TYPED_MAX_CHARS, repr=False)
    link: str = Field("", max_length=PROOF_MAX_CHARS, repr=False)
    receipt: str = Field("", max_length=PROOF_MAX_CHARS, repr=False)


class AlarmRaisedOut(BaseModel):
    """What an alarm did. `desk_phone` is the desk's own number, as the installation is set up."""

    stopped: bool
    desk_phone: str


class AlarmOut(BaseModel):
    """An alarm that a supervisor has to look at, or has."""

    id: str
    place: AlarmPlace
    at_ms: int
    session: str | None
    ticket: str | None
    host_name: str
    seen_ms: int | None
    seen_by_name: str


# --- raising ---


async def at_code(asked: Asked) -> Response:
    """Somebody at the portal is not sure, with or without a code typed in."""
    return _told(asked, "code", await _by_code(asked, asked.typed("code")))


async def at_link(asked: Asked) -> Response:
    """Somebody who opened a session's link is not sure."""
    return _told(asked, "link", await _by_link(asked, asked.part("secret")))


async def at_receipt(asked: Asked) -> Response:
    """Something is wrong with a session."""
    return _told(asked, "receipt", await _by_receipt(asked, asked.part("secret")))


async def raise_alarm(asked: words.Caller, given: AlarmGiven) -> AlarmRaisedOut:
    """Say that one is not sure, or that something is wrong: what is live stops, and a supervisor is told."""
    if given.receipt:
        stopped = await _by_receipt(asked, secret_in(given.receipt))
    elif given.link:
        stopped = await _by_link(asked, secret_in(given.link))
    else:
        stopped = await _by_code(asked, given.code)
    return AlarmRaisedOut(stopped=stopped, desk_phone=asked.house.tools.installation.desk_phone)


async def _by_code(asked: Asked, typed: str) -> bool:
    stopped = await _own_seats(asked)
    digits = digits_of(typed[:CODE_TYPED_MAX_CHARS])
    if digits and not stopped and await _let(asked, Bucket.CODE):
        stopped = await alarming.alarm_of_link(asked.house.tools, asked.house.registry, "code", digits)
    if not stopped:
        await _stranger(asked)
    return stopped


async def _by_link(asked: Asked, secret: str) -> bool:
    stopped = await alarming.alarm_of_link(asked.house.tools, asked.house.registry, "link", secret)
    if not stopped:
        await _stranger(asked)
    return stopped


async def _by_receipt(asked: Asked, secret: str) -> bool:
    row, ticket, _events = await find_receipt(asked, secret)
    stopped = alarming.stop_ticket(asked.house.registry, row.id, ticket.id)
    if not stopped and await _let(asked, Bucket.ALARM):
        await alarming.alarm_of_session(asked.house.tools, row.id, ticket.id)
    return stopped


async def _own_seats(asked: Asked) -> bool:
    """Stop every session in which this browser is the customer."""
    tools, registry = asked.house.tools, asked.house.registry
    begin, stopped = asked.house.cookies.name_of(Kind.SEAT), False
    for name in [name for name in asked.request.cookies if name.startswith(begin)]:
        session = SessionId(name.removeprefix(begin))
        live = registry.find(session)
        secret = asked.house.cookies.read(asked.request, Kind.SEAT, session)
        found = await seat_of(tools, "seat", secret) if live is not None and secret else None
        if live is None or found is None or found[0] != session:
            continue
        if live.decided.seats[found[1]].who.role is Role.CUSTOMER:
            stopped = alarming.stop_live(live, AlarmPlace.SESSION) or stopped
    return stopped


async def _stranger(asked: Asked) -> None:
    if await _let(asked, Bucket.ALARM):
        await alarming.alarm_of_stranger(asked.house.tools)


async def _let(asked: Asked, bucket: Bucket) -> bool:
    try:
        await asked.house.gate.admit(bucket, asked.address)
    except TooManyTries:
        return False
    return True


def _told(asked: Asked, place: str, stopped: bool) -> Response:  # noqa: FBT001 - what the page says
    return asked.show(AlarmView(asked.frame(), stopped, AlarmPlace(place).value))


# --- looking at them ---


async def alarm_rows(asked: Asked) -> tuple[AlarmRow, ...]:
    """Return what the reader has to look at; nothing for whoever answers no alarms."""
    if not asked.may(Act.ANSWER_ALARM):
        return ()
    found = await alarming.open_alarms(asked.house.tools, asked.principal, ALARMS_SHOWN)
    return tuple([await _row(asked, one) for one in found])


async def _row(asked: Asked, alarm: Alarm) -> AlarmRow:
    ticket = await asked.house.tools.tickets.get(alarm.ticket) if alarm.ticket is not None else None
    return AlarmRow(
        alarm_id=alarm.id,
        place=alarm.place.value,
        at=asked.reader.moment(alarm.at_ms),
        host=alarm.host_name,
        ticket_id=None if ticket is None else ticket.id,
        ticket_number="" if ticket is None else ticket.number,
        ticket_title="" if ticket is None else ticket.title,
    )


async def seen(asked: Asked) -> Response:
    """A supervisor has looked at it."""
    await _acknowledge(asked)
    return asked.go("desk")


async def api_alarms(asked: words.Caller) -> list[AlarmOut]:
    """Return the newest alarms, those that somebody has looked at too."""
    found = await alarming.open_alarms(asked.house.tools, asked.principal, ALARMS_SHOWN, unseen=False)
    return [
        AlarmOut(
            id=one.id,
            place=one.place,
            at_ms=one.at_ms,
            session=one.session,
            ticket=one.ticket,
            host_name=one.host_name,
            seen_ms=one.seen_ms,
            seen_by_name=one.seen_by_name,
        )
        for one in found
    ]


async def api_acknowledge(asked: words.Caller) -> None:
    """Say that one has looked at an alarm."""
    await _acknowledge(asked)


async def _acknowledge(asked: Asked) -> None:
    alarm, person = asked.part_id("alarm", "alarm_id"), asked.person
    try:
        await alarming.acknowledge(asked.house.tools, asked.principal, person.id, person.name, alarm)
    except Refused as error:
        if error.code == "no_such_alarm":
            raise Shut(404) from None
        raise


_SEEN, _RAISE = "/api/v1/alarms/{alarm_id}/seen", "/api/v1/alarm"
PAGES: tuple[Door, ...] = (
    Door("POST", "/alarm", at_code, Open.ANYONE, rest=(f"POST {_RAISE}",)),
    Door("POST", "/join/{secret}/alarm", at_link, Open.LINK, rest=(f"POST {_RAISE}",)),
    Door("POST", "/receipts/{secret}/alarm", at_receipt, Open.LINK, rest=(f"POST {_RAISE}",)),
    Door("POST", "/alarms/{alarm_id}/seen", seen, Act.ANSWER_ALARM, rest=(f"POST {_SEEN}",)),
)
API: tuple[Door, ...] = (
    Door("POST", _RAISE, raise_alarm, Open.PROOF),
    Door("GET", "/api/v1/alarms", api_alarms, Act.ANSWER_ALARM),
    Door("POST", _SEEN, api_acknowledge, Act.ANSWER_ALARM, status=204),
)
