"""Coming in: the customer by code or link, a colleague from the desk; and the seats that browsers may take again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal
from concierge.domain.capability import Capability
from concierge.domain.decide import decide
from concierge.domain.errors import Refused
from concierge.domain.ids import ConsentId, ParticipantId, SessionId
from concierge.domain.participant import Participant, Role
from concierge.domain.person import Person
from concierge.domain.trust import Established
from concierge.services.live import LiveSession
from concierge.services.permission import session_resource
from concierge.services.registry import Registry
from concierge.services.tools import Tools

RECEIPT_LIFE_MS = 90 * 24 * 60 * 60_000
CUSTOMER_CEILING = frozenset({Capability.CHAT, Capability.MARK, Capability.VOICE})
OBSERVER_CEILING = frozenset({Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT, Capability.MARK})


@dataclass(frozen=True, slots=True)
class TakenSeat:
    """A seat somebody just took; `secret` goes into the browser's cookie and nowhere else."""

    session: SessionId
    participant: ParticipantId
    secret: str


async def find_by_pairing(tools: Tools, registry: Registry, kind: str, secret: str) -> LiveSession:
    """Return the session of a code or link; changes nothing. Raises Refused `pairing_unknown`."""
    digest = tools.secrets.digest(kind, secret)
    session = await tools.pairings.find(kind, digest, tools.clock.now())
    live = registry.find(session) if session is not None else None
    if live is None:
        raise Refused("pairing_unknown", "no session for that code or link")
    return live


async def join_as_customer(tools: Tools, registry: Registry, kind: str, secret: str) -> TakenSeat:
    """Use a code or link up, once, and wait in the lobby. Raises Refused `pairing_unknown` or the core's refusals."""
    live = await find_by_pairing(tools, registry, kind, secret)
    ticket = await tools.tickets.get(live.decided.ticket)
    who = Participant(
        id=ParticipantId(tools.mint.id("participant")),
        role=Role.CUSTOMER,
        name=ticket.customer.name if ticket is not None else "",
        organisation="",
        may_hold=CUSTOMER_CEILING,
        came_by=Established.LINK if kind == "link" else Established.SPOKEN_CODE,
    )
    command = cmd.Arrive(participant=who)
    decide(live.decided, command, tools.clock.now())
    if not await tools.pairings.use(kind, tools.secrets.digest(kind, secret), tools.clock.now()):
        raise Refused("pairing_unknown", "that code or link has just been used")
    live.backdrop.digits[who.id] = tools.mint.digits(limits.MATCH_DIGITS)
    seat = await take_seat(tools, live, who.id)
    await live.submit(command)
    live.backdrop.code = None
    await tools.pairings.drop(live.decided.id)
    live.send_views()
    return seat


async def take_seat(tools: Tools, live: LiveSession, participant: ParticipantId) -> TakenSeat:
    """Mint what lets one browser take this seat again, and what opens the receipt later."""
    secret, now = tools.mint.secret(), tools.clock.now()
    session = live.decided.id
    await tools.seats.add(
        tools.secrets.digest("seat", secret), session, participant, now + limits.SEAT_LIFE_MS
    )
    live.backdrop.receipts[participant] = await mint_receipt(tools, session, participant)
    return TakenSeat(session, participant, secret)


async def mint_receipt(tools: Tools, session: SessionId, participant: ParticipantId) -> str:
    """Return the path of a fresh receipt link, within the base path."""
    secret = tools.mint.secret()
    until_ms = tools.clock.now() + RECEIPT_LIFE_MS
    await tools.seats.add(tools.secrets.digest("receipt", secret), session, participant, until_ms)
    return f"{urlsplit(tools.installation.public_url).path}/receipts/{secret}"


async def seat_of(tools: Tools, kind: str, secret: str) -> tuple[SessionId, ParticipantId] | None:
    """Return whose seat (kind "seat") or receipt (kind "receipt") a secret opens, or None."""
    return await tools.seats.find(tools.secrets.digest(kind, secret), tools.clock.now())


async def join_from_desk(
    tools: Tools, live: LiveSession, principal: Principal, person: Person
) -> ParticipantId:
    """Return the person's seat in a session: the host's own, one taken before, or a new observer's.

    Raises Refused when the policy does not let this person observe, and no hand-over is offered to them.
    """
    for seat in live.decided.present():
        if seat.who.person == person.id:
            return seat.who.id
    offer = live.decided.handover
    act = Act.ACCEPT_HANDOVER if offer is not None and offer.to == person.id else Act.OBSERVE_SESSION
    ruling = live.rule(AccessRequest(principal, act, session_resource(live.decided)))
    who = _looking_on(tools, person)
    await live.submit(cmd.JoinDesk(participant=who, consent=ConsentId(tools.mint.id("consent"))), ruling)
    return who.id


async def pick_up(tools: Tools, live: LiveSession, principal: Principal, person: Person) -> None:
    """Ask the customer whether this person may take the place of a host who is gone.

    Raises Refused: by the policy, or by the core while the host is here, may still come back, or is being replaced.
    """
    ruling = live.rule(AccessRequest(principal, Act.PICK_UP_SESSION, session_resource(live.decided)))
    await live.submit(cmd.PickUpSession(participant=_looking_on(tools, person)), ruling)


def _looking_on(tools: Tools, person: Person) -> Participant:
    return Participant(
        id=ParticipantId(tools.mint.id("participant")),
        role=Role.OBSERVER,
        name=person.name,
        organisation=tools.installation.organisation,
        may_hold=OBSERVER_CEILING,
        person=person.id,
    )
