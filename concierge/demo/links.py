"""Everything needed to begin, made fresh at every run: sign-in links, a session to join, an invite and an API key.

Rule: what an earlier run made and nobody used is revoked, so that only what was printed last opens a door. Whatever is
printed here is printed once and kept only as a hash.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from gettext import gettext as _
from typing import Final

from concierge.bootstrap import Broker
from concierge.demo.people import ANNA, BEN, HARUTO, MATEO, SOFIA
from concierge.demo.tickets import AGAIN
from concierge.domain.access import Act, Principal
from concierge.domain.capability import Capability
from concierge.domain.ids import TicketId
from concierge.domain.invite import InviteState
from concierge.domain.ticket import Ticket
from concierge.services.inviting import InviteWish, NewInvite, create_invite, revoke_invite
from concierge.services.live import LiveSession
from concierge.services.opening import new_code, open_session
from concierge.wire.view import CodeView

WEBSOCKET_PATH: Final = "/ws/sessions/{session_id}"
KEY_NAME: Final = "Demonstration"
KEY_LIFE_MS: Final = 30 * 24 * 60 * 60_000
INVITE_LIFE_MS: Final = 24 * 60 * 60_000
BRIEF: Final = "Blank labels again, this time in Melbourne. Two days ago driver 7.4.1 was the cause."
_BY: Final = "demonstration"
_QUEUE_MAX: Final = 100
_INVITES_MAX: Final = 1_000
_NOT_FOR_PROGRAMS: Final = frozenset({Act.MANAGE_OWN_ACCOUNT, Act.ISSUE_API_KEY})
_PRINCIPAL: Final = Principal("Person", ANNA.id, ANNA.role)


@dataclass(frozen=True, slots=True)
class SignInLinks:
    """One address for each role; each signs in any number of times for a day."""

    host: str
    host2: str
    supervisor: str
    auditor: str


@dataclass(frozen=True, slots=True)
class CustomerLinks:
    """Two ways to the same session; the first use of either uses both up."""

    join_url: str
    code: str


@dataclass(frozen=True, slots=True)
class VendorLinks:
    """What a vendor gets by two ways: the link, and the PIN sent apart."""

    invite_url: str
    pin: str


@dataclass(frozen=True, slots=True)
class Links:
    """`websocket_path` is below `base_url`; `session_id` is the session that the code opens."""

    base_url: str
    websocket_path: str
    sign_in: SignInLinks
    customer: CustomerLinks
    vendor: VendorLinks
    api_key: str
    ticket_id: str
    ticket_number: str
    session_id: str

    def as_json(self) -> str:
        """Return everything as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_text(self) -> str:
        """Return what a person reads first, in columns."""
        code = " ".join(
            self.customer.code[start : start + 3] for start in range(0, len(self.customer.code), 3)
        )
        steps = (
            (_("1  Host"), ANNA.name, self.sign_in.host),
            ("", _("her session"), f"{self.base_url}/sessions/{self.session_id}"),
            (_("2  Customer"), AGAIN.customer.name, self.customer.join_url),
            ("", _("or the code"), f"{code}  ({self.base_url}/)"),
            (_("3  Vendor"), MATEO.name, self.vendor.invite_url),
            ("", _("and the PIN"), self.vendor.pin),
            (_("4  Auditor"), HARUTO.name, self.sign_in.auditor),
        )
        further = (
            (_("Second host"), BEN.name, self.sign_in.host2),
            (_("Supervisor"), SOFIA.name, self.sign_in.supervisor),
            (_("API key"), ANNA.name, self.api_key),
        )
        columns = _columns((*steps, *further))
        lines = [
            _("Everything here is invented. Open each of these in a window of its own (private windows do):"),
            "",
            *columns[: len(steps)],
            "",
            _("Begin as the host and open her session within 15 minutes: one that no host attends ends."),
            _("Then join as the customer. The code lasts 10 minutes; the host's page makes a new one."),
            _("The auditor finds a recording from two days ago. Started again, this prints fresh links."),
            "",
            *columns[len(steps) :],
        ]
        return "\n".join(lines)


async def make_links(broker: Broker) -> Links:
    """Make fresh links. The organisation has been founded. Raises Refused, StoreUnavailable, EvidenceUnavailable."""
    live, code = await _session(broker)
    ticket = live.decided.ticket
    found = await broker.tools.tickets.get(ticket)
    invite = await _invite(broker, ticket)
    return Links(
        base_url=broker.tools.installation.public_url,
        websocket_path=WEBSOCKET_PATH,
        sign_in=await _sign_in_links(broker),
        customer=CustomerLinks(code.link, code.digits),
        vendor=VendorLinks(invite.link, invite.pin),
        api_key=await _api_key(broker),
        ticket_id=ticket,
        ticket_number="" if found is None else found.number,
        session_id=live.decided.id,
    )


async def _sign_in_links(broker: Broker) -> SignInLinks:
    urls = []
    for person in (ANNA, BEN, SOFIA, HARUTO):
        _link, secret = await broker.accounts.make_link(person.id, _BY, uses=None)
        urls.append(f"{broker.tools.installation.public_url}/enter/{secret}")
    return SignInLinks(*urls)


async def _session(broker: Broker) -> tuple[LiveSession, CodeView]:
    """Anna's session that still waits for its customer, with a new code; else a new one on the first free ticket."""
    for ticket in await _tickets(broker):
        live = broker.registry.of_ticket(ticket.id)
        if live is None:
            live = await open_session(broker.tools, broker.registry, _PRINCIPAL, ANNA, ticket.id)
        elif live.decided.customer is not None or live.decided.seats[live.decided.host].who.person != ANNA.id:
            continue
        return live, await new_code(broker.tools, live)
    raise LookupError("every ticket of the queue has a session of its own")


async def _tickets(broker: Broker) -> list[Ticket]:
    """The ticket that comes again first, then the others that are not solved."""
    queue = await broker.tools.tickets.queue(_QUEUE_MAX)
    return sorted(queue, key=lambda ticket: ticket.id != AGAIN.id)


async def _invite(broker: Broker, ticket: TicketId) -> NewInvite:
    tools = broker.tools
    now = tools.clock.wall()
    for invite in await tools.invites.every(_INVITES_MAX):
        ours = invite.created_by == ANNA.id and invite.brief == BRIEF
        if ours and invite.state(now) is InviteState.READY:
            await revoke_invite(tools, broker.registry, _PRINCIPAL, invite.id)
    wish = InviteWish(
        ticket=ticket,
        company=MATEO.company.id,
        vendor_name=MATEO.name,
        vendor_email=MATEO.email,
        capabilities=frozenset({Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT, Capability.MARK}),
        from_ms=now,
        until_ms=now + INVITE_LIFE_MS,
        brief=BRIEF,
    )
    return await create_invite(tools, _PRINCIPAL, ANNA.id, wish)


async def _api_key(broker: Broker) -> str:
    """A key that may do what Anna may at the desk; the key of an earlier run is revoked."""
    now = broker.tools.clock.now()
    for key in await broker.api_keys.of_person(ANNA.id):
        if key.name == KEY_NAME and key.revoked_ms is None and key.until_ms > now:
            await broker.api_keys.revoke(ANNA.id, key.id)
    scopes = tuple(act for act in Act if act not in _NOT_FOR_PROGRAMS)
    issued = await broker.api_keys.issue(ANNA.id, KEY_NAME, scopes, now + KEY_LIFE_MS)
    return issued.secret


def _columns(rows: tuple[tuple[str, str, str], ...]) -> list[str]:
    first, second = (max(len(row[place]) for row in rows) for place in (0, 1))
    return [f"  {one:<{first}}  {two:<{second}}  {three}".rstrip() for one, two, three in rows]
