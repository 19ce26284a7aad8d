"""The API of sessions: open, list, look, act. A wire message does over REST what it does over the socket."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Body, Query

from concierge.domain.access import Act
from concierge.domain.errors import BadIdentifier, BadInput, Refused
from concierge.domain.ids import SessionId, TicketId, check_id
from concierge.domain.plain import to_plain
from concierge.server import api_words as words
from concierge.server.errors import Shut
from concierge.server.finding import live_in_path
from concierge.server.rows import is_own
from concierge.services.acting import COMMANDS, act
from concierge.services.joining import join_from_desk
from concierge.services.joining import pick_up as ask_to_pick_up
from concierge.services.live import LiveSession
from concierge.services.opening import new_code, open_session
from concierge.services.ports import SessionSummary
from concierge.wire import between
from concierge.wire import messages as wire
from concierge.wire.codec import read_client_document, write
from concierge.wire.view import CodeView

# The act behind a message that is not one command: a key issued for less cannot send it.
ACTS: dict[type[wire.ClientMessage], Act] = {
    wire.Publish: Act.SHARE_SCREEN,
    wire.Receive: Act.OBSERVE_SESSION,
    wire.NewCode: Act.HOST_SESSION,
    wire.AskQuality: Act.HOST_SESSION,
    wire.OfferHandover: Act.HAND_OVER,
    between.AskOpinion: Act.ASK_OPINION,
    wire.Deny: Act.ADMIT,
    wire.Match: Act.CONFIRM_MATCH,
    wire.Answer: Act.ANSWER_CONSENT,
}
Message = Annotated[dict[str, Any], Body(description="A client message as on the socket, with its `type`")]
Ended = Annotated[bool, Query(description="Ended sessions instead of live ones")]
Limit = Annotated[int, Query(ge=1, le=500)]


def session_out(row: SessionSummary, code: CodeView | None = None) -> words.SessionOut:
    """Return a session's row as the API gives it."""
    return words.SessionOut(
        id=row.id,
        ticket=row.ticket,
        recording=row.recording,
        state=row.state,
        host=row.host,
        host_name=row.host_name,
        customer_name=row.customer_name,
        opened_ms=row.opened_ms,
        ended_ms=row.ended_ms,
        end_reason=row.end_reason,
        outcome=row.outcome,
        code=code_out(code),
    )


def code_out(code: CodeView | None) -> words.CodeOut | None:
    """Return a code as the API gives it."""
    return None if code is None else words.CodeOut(digits=code.digits, link=code.link, until_ms=code.until_ms)


async def sessions(asked: words.Caller, ended: Ended = False, limit: Limit = 100) -> list[words.SessionOut]:  # noqa: FBT002
    """Return sessions, newest first."""
    rows = await asked.house.tools.sessions.summaries(ended=ended, limit=limit)
    return [session_out(row) for row in rows]


async def open_one(asked: words.Caller, given: words.SessionGiven) -> words.SessionOut:
    """Open a session on a ticket; the key's person hosts it."""
    try:
        ticket = TicketId(check_id("ticket", given.ticket))
    except BadIdentifier:
        raise Shut(404) from None
    house = asked.house
    live = await open_session(house.tools, house.registry, asked.principal, asked.person, ticket)
    row = await house.tools.sessions.summary(live.decided.id)
    if row is None:
        raise Shut(503)
    return session_out(row, live.backdrop.code)


async def session(asked: words.Caller) -> words.SessionWithView:
    """Return a session; of a live one that one is in, what one may know of it now."""
    session_id = SessionId(asked.part_id("session", "session_id"))
    row = await asked.house.tools.sessions.summary(session_id)
    if row is None:
        raise Shut(404)
    live = asked.house.registry.find(session_id)
    if live is None:
        return words.SessionWithView(**session_out(row).model_dump())
    hosting = live.decided.seats[live.decided.host].who.person == asked.person.id
    shown = session_out(row, live.backdrop.code if hosting and live.decided.customer is None else None)
    return words.SessionWithView(**shown.model_dump(), view=_view(asked, live))


def _view(asked: words.Caller, live: LiveSession) -> dict[str, Any] | None:
    seat = next((one for one in live.decided.present() if one.who.person == asked.person.id), None)
    if seat is None:
        return None
    plain: dict[str, Any] = to_plain(live.view(seat.who.id).view)
    return plain


async def code(asked: words.Caller) -> words.CodeOut:
    """Make a new code and link; the old ones die."""
    live = live_in_path(asked)
    if not is_own(asked, live.decided):
        raise Shut(403)
    made = await new_code(asked.house.tools, live)
    return words.CodeOut(digits=made.digits, link=made.link, until_ms=made.until_ms)


async def pick_up(asked: words.Caller) -> words.SessionWithView:
    """Ask the customer whether one may take the place of a host who is gone; the answer comes over the socket."""
    live = live_in_path(asked)
    await ask_to_pick_up(asked.house.tools, live, asked.principal, asked.person)
    return await session(asked)


async def message(asked: words.Caller, document: Message) -> dict[str, Any]:
    """Send one message as the key's person; the answer is the broker's, as on the socket."""
    live = live_in_path(asked)
    heard = read_client_document(document)
    if isinstance(heard, wire.Hello | wire.Beat):
        raise BadInput("presence needs the socket")
    _within_scopes(asked, heard)
    participant = await join_from_desk(asked.house.tools, live, asked.principal, asked.person)
    reply = await act(asked.house.tools, live, participant, 1, heard)
    answer: dict[str, Any] = json.loads(write(reply))
    return answer


def _within_scopes(asked: words.Caller, heard: wire.ClientMessage) -> None:
    """A seat has no scopes, so the key's are checked here, for the act that the message is."""
    scopes = asked.principal.attributes.get("scopes")
    command = COMMANDS.get(type(heard))
    needed = ACTS.get(type(heard)) or (command[0] if command is not None else None)
    if isinstance(scopes, tuple) and needed is not None and needed.value not in scopes:
        raise Refused("key_stays_within_scopes", f"the key was not issued for {needed}")
