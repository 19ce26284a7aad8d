"""Who comes in by a WebSocket: a browser with a seat's cookie, a program with its secret, or somebody of the desk.

Rule: looking changes nothing. Only after `hello` does somebody from the desk take a seat.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.websockets import WebSocket

from concierge.domain.errors import Refused
from concierge.domain.ids import ParticipantId, SessionId
from concierge.domain.participant import LeaveReason
from concierge.domain.person import Person
from concierge.domain.session import State
from concierge.server.cookies import Kind
from concierge.server.entering import principal_of
from concierge.server.house import House
from concierge.server.proofs import Proof, proof_in
from concierge.services.joining import join_from_desk, mint_receipt, seat_of
from concierge.services.live import LiveSession
from concierge.wire.messages import Farewell


@dataclass(frozen=True, slots=True)
class Incoming:
    """Somebody with a right to be heard: `participant` by a seat's cookie, or `person` by a sign-in."""

    session: SessionId
    participant: ParticipantId | None = None
    person: Person | None = None
    sign_in_secret: str = field(default="", repr=False)

    async def sit(self, house: House) -> tuple[LiveSession, ParticipantId]:
        """Return the session and the seat. Raises Refused (no_such_session, no_such_participant, a policy's no)."""
        live = house.registry.get(self.session)
        if live.decided.state is State.ENDED:
            raise Refused("no_such_session", f"{self.session} has ended")
        participant = self.participant
        if participant is None and self.person is not None:
            participant = await join_from_desk(house.tools, live, principal_of(self.person), self.person)
        if participant is None or live.decided.seat(participant) is None:
            raise Refused("no_such_participant", "the seat is gone")
        return live, participant


async def who_comes(house: House, socket: WebSocket, session: SessionId) -> Incoming | None:
    """Return who opens the socket, or None for a stranger. `as` in the query says which cookie is meant.

    A program may show its seat's secret as `Authorization: Seat …` instead of the cookie.
    """
    way = socket.query_params.get("as", "")
    if way != "desk":
        secret = proof_in(socket, Proof.SEAT) or house.cookies.read(socket, Kind.SEAT, session)
        found = await seat_of(house.tools, "seat", secret) if secret else None
        if found is not None and found[0] == session:
            return Incoming(session, participant=found[1])
    if way == "seat":
        return None
    secret = house.cookies.read(socket, Kind.SIGN_IN)
    recalled = await house.accounts.recall(secret) if secret else None
    return None if recalled is None else Incoming(session, person=recalled[1], sign_in_secret=secret)


async def farewell_of(house: House, incoming: Incoming) -> Farewell:
    """Return the last message to somebody whose seat is gone: why, and where the receipt is."""
    row = await house.tools.sessions.summary(incoming.session)
    ended = row.end_reason if row is not None else None
    live = house.registry.find(incoming.session)
    if live is not None and live.decided.end_reason is not None:
        ended = live.decided.end_reason
    receipt = ""
    if incoming.participant is not None:
        receipt = await mint_receipt(house.tools, incoming.session, incoming.participant)
    return Farewell(ended or LeaveReason.LEFT, receipt)
