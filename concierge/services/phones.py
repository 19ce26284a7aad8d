"""The customer's phone: a second device of the customer's own seat, which can send its camera and do nothing else.

A link is good once and for PHONE_LINK_LIFE_MS; it is bound to the seat that asked for it, and kept in memory alone, as a
digest. The phone that used a link last is the one that counts; an earlier one is told so. It has no seat, sees nothing
of the session but who sees its camera, and whatever it shows is the customer's, recorded like everything shown.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ParticipantId, SessionId, SurfaceId
from concierge.domain.participant import LeaveReason, Seat
from concierge.domain.session import Session, State
from concierge.domain.surface import Surface, SurfaceKind, SurfaceState
from concierge.services.acting import Acting, publish
from concierge.services.hub import Connection
from concierge.services.joining import TakenSeat
from concierge.services.live import LiveSession
from concierge.services.permission import showing
from concierge.services.picturing import tell_picture
from concierge.services.registry import Registry
from concierge.services.tools import Tools
from concierge.wire import messages as wire
from concierge.wire.codec import write

KIND = "phone"
LINK = "phone_link"


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """What the QR code says; `until_ms` on the broker's steady clock."""

    address: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class _Offered:
    digest: bytes
    participant: ParticipantId
    until_ms: int


@dataclass(slots=True)
class Phones:
    """The phones of all live sessions of this process: links not used yet, and the one connection of each session."""

    tools: Tools
    registry: Registry
    _offered: dict[SessionId, _Offered] = field(default_factory=dict)
    _current: dict[SessionId, bytes] = field(default_factory=dict)
    _connected: dict[SessionId, Connection] = field(default_factory=dict)

    # --- the link ---

    def offer(self, live: LiveSession, participant: ParticipantId) -> PhoneLink:
        """Make a link for the customer's phone; an earlier one dies. Raises Refused."""
        seat = live.decided.seat(participant)
        if seat is None:
            raise Refused("no_such_participant", "that seat is gone")
        live.rule_seat(seat.who, showing(SurfaceKind.CAMERA))
        secret = self.tools.mint.secret()
        until_ms = self.tools.clock.now() + limits.PHONE_LINK_LIFE_MS
        digest = self.tools.secrets.digest(LINK, secret)
        self._forget_ended()
        self._offered[live.decided.id] = _Offered(digest, participant, until_ms)
        return PhoneLink(f"{self.tools.installation.public_url}/phone/{secret}", until_ms)

    def find(self, secret: str) -> LiveSession:
        """Return the session of a link; changes nothing. Raises Refused `phone_link_not_good`."""
        digest, now = self.tools.secrets.digest(LINK, secret), self.tools.clock.now()
        for session, offered in self._offered.items():
            if hmac.compare_digest(offered.digest, digest) and offered.until_ms > now:
                live = self.registry.find(session)
                customer = live.decided.customer if live is not None else None
                if live is not None and customer is not None and customer.who.id == offered.participant:
                    return live
        raise Refused("phone_link_not_good", "no such link, used, or too old")

    async def join(self, secret: str) -> TakenSeat:
        """Use a link up, once; return what lets this phone come back. Raises Refused, EvidenceUnavailable."""
        live = self.find(secret)
        session = live.decided.id
        offered = self._offered.pop(session)
        kept = self.tools.mint.secret()
        digest = self.tools.secrets.digest(KIND, kept)
        until_ms = self.tools.clock.now() + limits.SEAT_LIFE_MS
        await self.tools.seats.add(digest, session, offered.participant, until_ms)
        await live.submit(cmd.JoinPhone())
        self._current[session] = digest
        self._dismiss(session, wire.Displaced())
        return TakenSeat(session, offered.participant, kept)

    def is_current(self, live: LiveSession, secret: str) -> bool:
        """Whether this is the phone that counts; after a restart the one that has come back."""
        digest = self.tools.secrets.digest(KIND, secret)
        known = self._current.get(live.decided.id)
        return live.decided.phone and (known is None or hmac.compare_digest(known, digest))

    # --- the connection ---

    def holds(self, live: LiveSession, connection: Connection) -> bool:
        """Whether this is the phone's socket now."""
        return self._connected.get(live.decided.id) is connection

    def connect(self, live: LiveSession, connection: Connection) -> None:
        """Take a phone's socket; the one before is told."""
        session = live.decided.id
        older = self._connected.get(session)
        if older is not None and older is not connection:
            self._dismiss(session, wire.Displaced())
        self._connected[session] = connection
        live.watchers.add(self._tell)
        self._tell(live)

    def leave(self, live: LiveSession, connection: Connection) -> None:
        """A phone's socket is gone: what it showed is closed. The phone itself may come back."""
        session = live.decided.id
        if self._connected.get(session) is not connection:
            return
        del self._connected[session]
        live.watchers.discard(self._tell)
        camera = camera_of(live.decided)
        if camera is not None:
            live.narrow(cmd.CloseSurface(surface=camera.id))

    def _tell(self, live: LiveSession) -> None:
        """Tell the phone how it stands; one that is put away, or whose session is over, goes."""
        session = live.decided
        connection = self._connected.get(session.id)
        if connection is None:
            return
        if session.state is State.ENDED or not session.phone:
            reason = LeaveReason.SESSION_ENDED if session.state is State.ENDED else LeaveReason.LEFT
            self._dismiss(session.id, wire.Farewell(reason, ""))
            self._current.pop(session.id, None)
            live.watchers.discard(self._tell)
            return
        connection.send(write(shown(live)))

    def _dismiss(self, session: SessionId, message: wire.ServerMessage) -> None:
        connection = self._connected.pop(session, None)
        if connection is not None:
            connection.send(write(message))
            connection.close(
                4001 if isinstance(message, wire.Displaced) else 4000, "the phone's part is over"
            )

    def _forget_ended(self) -> None:
        """What belongs to sessions that are over is dropped when the next link is made."""
        alive = {live.decided.id for live in self.registry.all()}
        for gone in (self._offered.keys() | self._current.keys()) - alive:
            self._offered.pop(gone, None)
            self._current.pop(gone, None)


def camera_of(session: Session) -> Surface | None:
    """Return what the phone shows, or None."""
    return next((one for one in session.surfaces.values() if one.kind is SurfaceKind.CAMERA), None)


def shown(live: LiveSession) -> wire.PhoneShown:
    """Return what the phone's page is told."""
    session = live.decided
    camera = camera_of(session)
    needed = Surface(SurfaceId(""), session.host, SurfaceKind.CAMERA).seen_with
    viewers = [flow.viewer for flow in live.steering.flows if camera is not None and flow.source == camera.id]
    return wire.PhoneShown(
        state=session.state,
        may_show=session.recorded and any(capability is needed for _, capability in session.grants),
        surface=None if camera is None else camera.id,
        hidden=camera is not None and camera.state is SurfaceState.HIDDEN,
        seen_by=tuple(sorted(session.seats[viewer].who.name for viewer in viewers)),
    )


async def act_from_phone(
    tools: Tools, live: LiveSession, request: int, message: wire.ClientMessage
) -> wire.ServerMessage:
    """Carry out one message of the phone: the camera, and nothing else. Raises as `acting.act` does."""
    seat = _customer(live)
    by = seat.who.id
    match message:
        case wire.Publish(kind=wire.SourceKind.PICTURE, surface_kind=SurfaceKind.CAMERA):
            camera = camera_of(live.decided)
            if camera is not None:
                live.narrow(cmd.CloseSurface(surface=camera.id))
            return await publish(Acting(tools, live, seat), request, message)
        case wire.TellPicture(surface=surface):
            _only_camera(live, surface)
            await tell_picture(live, by, message)
        case wire.Hide(surface=surface):
            _only_camera(live, surface)
            await live.submit(cmd.HideSurface(by=by, surface=surface))
        case wire.Unhide(surface=surface):
            _only_camera(live, surface)
            ruling = live.rule_seat(seat.who, showing(SurfaceKind.CAMERA))
            await live.submit(cmd.UnhideSurface(by=by, surface=surface), ruling)
        case wire.Unpublish(surface=surface):
            if surface is not None:
                _only_camera(live, surface)
                await live.submit(cmd.CloseSurface(by=by, surface=surface))
        case wire.PutPhoneAway():
            await live.submit(cmd.LeavePhone(by=by))
        case _:
            raise BadInput("a phone shows its camera, and nothing else")
    return wire.Done(request)


def _customer(live: LiveSession) -> Seat:
    customer = live.decided.customer
    if customer is None:
        ended = live.decided.state is State.ENDED
        raise Refused("session_ended" if ended else "no_such_participant", "the customer is gone")
    return customer


def _only_camera(live: LiveSession, surface: SurfaceId) -> None:
    camera = camera_of(live.decided)
    if camera is None or camera.id != surface:
        raise Refused("not_shared", "the phone shows only its camera")
