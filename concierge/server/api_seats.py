"""The API of people without a sign-in: join by code or link, redeem an invite, read the receipt.

Rules: looking changes nothing, however often; a code, link or invite is used up once, by a POST only. Secrets travel in
a body or the Authorization header, never in an address.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.participant import Role
from concierge.domain.refusals import N_
from concierge.server import api_own_words as own
from concierge.server import receipts
from concierge.server.api_words import Caller
from concierge.server.asked import Asked
from concierge.server.coming import by_code, by_invite, by_link, by_phone_link
from concierge.server.cookies import Kind
from concierge.server.errors import Shut
from concierge.server.pages_console import socket_path
from concierge.server.pages_session import signed_file
from concierge.server.proofs import Proof, secret_in
from concierge.services.inviting import look_at_invite
from concierge.services.joining import TakenSeat, find_by_pairing, seat_of
from concierge.services.retaining import keep_until


async def look_at_join(asked: Caller) -> own.JoinLook:
    """Say whose session a link opens (`Authorization: Join …`); changes nothing."""
    tools = asked.house.tools
    live = await find_by_pairing(tools, asked.house.registry, "link", asked.proof(Proof.JOIN))
    host = live.decided.seats[live.decided.host].who
    return own.JoinLook(host=host.name, organisation=host.organisation or tools.installation.organisation)


async def join(asked: Caller, given: own.JoinGiven) -> own.SeatMade:
    """Join as the customer by code or link, once, and wait in the lobby to be matched."""
    if bool(given.code) == bool(given.link):
        raise BadInput(N_("Send either the code or the link."))
    seat = await (by_code(asked, given.code) if given.code else by_link(asked, secret_in(given.link)))
    return _seat_out(asked, seat, Role.CUSTOMER)


async def phone_link(asked: Caller) -> own.PhoneLinkMade:
    """Make a link for the phone of one's seat (`Authorization: Seat …`); an earlier one dies."""
    found = await seat_of(asked.house.tools, "seat", asked.proof(Proof.SEAT))
    if found is None:
        raise Shut(404)
    made = asked.house.phones.offer(asked.house.registry.get(found[0]), found[1])
    return own.PhoneLinkMade(link=made.address, until_ms=made.until_ms)


async def phone(asked: Caller, given: own.PhoneGiven) -> own.PhoneMade:
    """Use a phone's link up, once, and belong to the customer's seat."""
    seat = await by_phone_link(asked, secret_in(given.link))
    return own.PhoneMade(
        session=seat.session,
        phone=seat.secret,
        cookie=asked.house.cookies.name_of(Kind.PHONE, seat.session),
        socket=f"{asked.house.settings.base}/ws/sessions/{seat.session}/phone",
    )


async def look_at_invitation(asked: Caller) -> own.InviteLook:
    """Say what an invite's link offers (`Authorization: Invite …`); changes nothing."""
    tools = asked.house.tools
    invite = await look_at_invite(tools, asked.proof(Proof.INVITE))
    creator = await tools.people.person(invite.created_by)
    return own.InviteLook(
        state=invite.state(tools.clock.wall()),
        invited_by=creator.name if creator is not None else "",
        organisation=tools.installation.organisation,
        person=invite.vendor_name,
        company=invite.company_name,
        brief=invite.brief,
        capabilities=sorted(invite.capabilities),
        from_ms=invite.from_ms,
        until_ms=invite.until_ms,
        tries_left=max(limits.PIN_TRIES - invite.failed_pins, 0),
    )


async def redeem(asked: Caller, given: own.RedeemGiven) -> own.SeatMade:
    """Redeem an invite with its PIN, atomically and once, and wait in the lobby for the host."""
    return _seat_out(asked, await by_invite(asked, secret_in(given.invite), given.pin), Role.VENDOR)


def _seat_out(asked: Asked, seat: TakenSeat, role: Role) -> own.SeatMade:
    live = asked.house.registry.find(seat.session)
    return own.SeatMade(
        session=seat.session,
        participant=seat.participant,
        role=role,
        seat=seat.secret,
        cookie=asked.house.cookies.name_of(Kind.SEAT, seat.session),
        socket=socket_path(asked, seat.session, "seat"),
        receipt=live.backdrop.receipts.get(seat.participant, "") if live is not None else "",
    )


async def receipt(asked: Caller) -> own.ReceiptOut:
    """Give the receipt of a session (`Authorization: Receipt …`): who, when, what was allowed, what is kept."""
    row, ticket, events = await receipts.find_receipt(asked, asked.proof(Proof.RECEIPT))
    story = receipts.read(events)
    return own.ReceiptOut(
        number=receipts.receipt_number(row),
        session=row.id,
        ticket_number=ticket.number,
        ticket_title=ticket.title,
        customer=row.customer_name or ticket.customer.name,
        opened_ms=row.opened_ms,
        ended_ms=row.ended_ms,
        end_reason=row.end_reason,
        people=[
            own.ReceiptPersonOut(
                name=who.name,
                organisation=who.organisation,
                role=who.role,
                joined_ms=story.joined[who.id],
                left_ms=story.left.get(who.id),
            )
            for who in receipts.people_of(story)
        ],
        answers=_answers(story),
        recorded=story.recorded,
        kept=list(receipts.kept_in_order(asked, row, events)),
        fingerprint=asked.house.tools.evidence.fingerprint,
        keep_until_ms=await keep_until(
            asked.house.tools.recordings, row, asked.house.tools.installation.kept_days
        ),
        hidden=[own.ReceiptGapOut(from_ms=begun, until_ms=over) for begun, over in story.hidden],
    )


async def signed_receipt(asked: Caller) -> Response:
    """Give the signed receipt (`Authorization: Receipt …`): what `recorder verify --receipt` takes."""
    return await signed_file(asked, asked.proof(Proof.RECEIPT))


def _answers(story: receipts.Story) -> list[own.ReceiptAnswerOut]:
    return [
        own.ReceiptAnswerOut(
            capability=capability,
            about=receipts.about(story, capability, whom),
            answer=story.answers[consent][0],
            at_ms=story.answers[consent][1],
        )
        for consent, (capability, whom, _) in story.asked.items()
    ]
