"""Leaving: the host's close-out, one question to both sides, and nothing left behind on a shared computer.

Rules: the close-out is filled in from the record and the host may change every word; "leave nothing here" kills the receipt
of this link and takes everything of ours out of the browser (Clear-Site-Data), so it is asked for and never done unasked.
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import Response

from concierge.domain.access import Act, Resource
from concierge.domain.capability import Capability
from concierge.domain.ids import SessionId
from concierge.domain.impression import Felt, Side
from concierge.domain.participant import Role
from concierge.server import api_words as words
from concierge.server import finding, receipts
from concierge.server.asked import Asked
from concierge.server.cookies import Kind
from concierge.server.errors import Shut
from concierge.server.proofs import Proof
from concierge.server.routing import Door, Open
from concierge.server.used import used_in
from concierge.server.views.leaving import ForgottenView, ThanksRow
from concierge.services.impressing import host_says, say_how_it_was, thanks_for
from concierge.services.joining import seat_of
from concierge.services.ports import SessionSummary

CLEARED = '"cache", "cookies", "storage"'


class FeltGiven(words.Given):
    """How it was: one click."""

    answer: Felt


class FeltOut(BaseModel):
    """Whether the answer was kept: the first one of a side stays."""

    kept: bool


class CloseOutOut(BaseModel):
    """What the form at the end begins with: read from the record, for the host to change."""

    done: str
    told: str


# --- the host's close-out ---


async def close_out(asked: words.Caller) -> CloseOutOut:
    """Say what happened in a session so far, in words for the form at its end."""
    live, reader = finding.live_in_path(asked), asked.reader
    events = await asked.house.tools.sessions.events(live.decided.id)
    story = receipts.read(events)
    used = used_in(events, asked.house.tools.clock.now())
    lines = [_with(asked, story)]
    for capability, text in (
        (Capability.VIEW_SCREEN, reader.gettext("Screen seen for %(time)s.")),
        (Capability.VIEW_CAMERA, reader.gettext("The phone’s camera seen for %(time)s.")),
        (Capability.VOICE, reader.gettext("Talked through the page for %(time)s.")),
    ):
        longest = max((ms for (_, what), ms in used.flowed.items() if what is capability), default=0)
        if longest:
            lines.append(text % {"time": reader.span(longest)})
    if used.telephone_ms:
        lines.append(reader.gettext("On the telephone for %(time)s.", time=reader.span(used.telephone_ms)))
    if used.lines:
        lines.append(
            reader.ngettext("%(num)d line of chat.", "%(num)d lines of chat.", sum(used.lines.values()))
        )
    if used.marked or live.decided.marked:
        lines.append(reader.gettext("Pointed at the screen."))
    return CloseOutOut(done="\n".join(line for line in lines if line), told="")


def _with(asked: Asked, story: receipts.Story) -> str:
    others = [
        who for who in story.people.values() if who.role is not Role.CUSTOMER and who.id in story.joined
    ]
    names = ", ".join(f"{who.name} ({who.organisation})" if who.company else who.name for who in others)
    customer = next((who.name for who in story.people.values() if who.role is Role.CUSTOMER), "")
    return (
        asked.reader.gettext("%(customer)s with %(people)s.", customer=customer, people=names)
        if customer
        else ""
    )


# --- one question, one click ---


async def felt(asked: Asked) -> Response:
    """The customer's click on the receipt."""
    try:
        answer = Felt(asked.typed("answer"))
    except ValueError:
        raise Shut(422) from None
    row, ticket, _events = await receipts.find_receipt(asked, asked.part("secret"))
    await say_how_it_was(
        asked.house.tools, row, Side.CUSTOMER, answer, row.customer_name or ticket.customer.name
    )
    return asked.go("receipt", secret=asked.part("secret"))


async def api_felt(asked: words.Caller, given: FeltGiven) -> FeltOut:
    """Say how it was to the customer (`Authorization: Receipt …`)."""
    row, ticket, _events = await receipts.find_receipt(asked, asked.proof(Proof.RECEIPT))
    name = row.customer_name or ticket.customer.name
    return FeltOut(kept=await say_how_it_was(asked.house.tools, row, Side.CUSTOMER, given.answer, name))


async def ticket_of_session(asked: Asked) -> Resource:
    """The ticket of the session in the path."""
    return Resource("Ticket", (await _row(asked)).ticket)


async def _row(asked: Asked) -> SessionSummary:
    row = await asked.house.tools.sessions.summary(SessionId(asked.part_id("session", "session_id")))
    if row is None:
        raise Shut(404)
    return row


async def api_host_felt(asked: words.Caller, given: FeltGiven) -> FeltOut:
    """Say how it was to the host."""
    row, person = await _row(asked), asked.person
    return FeltOut(kept=await host_says(asked.house.tools, row, person.id, person.name, given.answer))


async def thanks_rows(asked: Asked) -> tuple[ThanksRow, ...]:
    """Return the thanks that have reached the reader lately."""
    rows = []
    for one in await thanks_for(asked.house.tools, asked.person.id):
        ticket = await asked.house.tools.tickets.get(one.ticket)
        if ticket is not None:
            at = asked.reader.moment(one.at_ms)
            rows.append(ThanksRow(one.name, ticket.id, ticket.number, ticket.title, at))
    return tuple(rows)


# --- leaving nothing behind ---


async def over(asked: Asked) -> Response:
    """The session's page says that it is over here: this browser's seat is of no use any more."""
    session = SessionId(asked.part_id("session", "session_id"))
    response = Response(status_code=204, headers={"Clear-Site-Data": '"cache"'})
    if await _give_back(asked, asked.house.cookies.read(asked.request, Kind.SEAT, session)):
        asked.house.cookies.clear(response, Kind.SEAT, session)
    return response


async def api_over(asked: words.Caller) -> None:
    """Give a seat back that is of no use any more (`Authorization: Seat …`); one that still is stays."""
    await _give_back(asked, asked.proof(Proof.SEAT))


async def _give_back(asked: Asked, secret: str) -> bool:
    """Forget a seat whose session is over, or that was left; False while somebody may still sit in it."""
    tools = asked.house.tools
    found = await seat_of(tools, "seat", secret) if secret else None
    if found is None:
        return True
    live = asked.house.registry.find(found[0])
    if live is not None and live.decided.seat(found[1]) is not None:
        return False
    await tools.seats.forget(tools.secrets.digest("seat", secret))
    return True


async def forget(asked: Asked) -> Response:
    """A shared computer: the receipt's link dies, and the browser forgets everything of ours."""
    tools = asked.house.tools
    await tools.seats.forget(tools.secrets.digest("receipt", asked.part("secret")))
    response = asked.show(ForgottenView(asked.frame()))
    response.headers["Clear-Site-Data"] = CLEARED
    return response


async def api_forget(asked: words.Caller) -> None:
    """Kill the receipt's link that is shown (`Authorization: Receipt …`)."""
    tools = asked.house.tools
    await tools.seats.forget(tools.secrets.digest("receipt", asked.proof(Proof.RECEIPT)))


_FELT, _FORGET = "/api/v1/receipt/impression", "/api/v1/receipt"
_HOST_FELT = "/api/v1/sessions/{session_id}/impression"
PAGES: tuple[Door, ...] = (
    Door("POST", "/session/{session_id}/over", over, Open.SEAT, rest=("DELETE /api/v1/seat",)),
    Door("POST", "/receipts/{secret}/impression", felt, Open.LINK, rest=(f"POST {_FELT}",)),
    Door("POST", "/receipts/{secret}/forget", forget, Open.LINK, rest=(f"DELETE {_FORGET}",)),
)
API: tuple[Door, ...] = (
    Door("GET", "/api/v1/sessions/{session_id}/close-out", close_out, Act.HOST_SESSION, finding.session),
    Door("POST", _HOST_FELT, api_host_felt, Act.NOTE_TICKET, ticket_of_session),
    Door("POST", _FELT, api_felt, Open.PROOF, proof=Proof.RECEIPT),
    Door("DELETE", "/api/v1/seat", api_over, Open.PROOF, status=204, proof=Proof.SEAT),
    Door("DELETE", _FORGET, api_forget, Open.PROOF, status=204, proof=Proof.RECEIPT),
)
