"""What travels on the session's WebSocket, both ways, as frozen dataclasses; TypeScript is generated from them.

A message is one JSON object: its `type` is the class name in snake case, and the other keys are the fields. A page
numbers its requests in `id` (from 1); the broker answers each with `done` or `refused` carrying the same number as
`reply_to`. Beats are not answered but echoed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.capability import Capability
from concierge.domain.grant import RevokeReason
from concierge.domain.ids import ConsentId, ParticipantId, PersonId, SessionId, SurfaceId
from concierge.domain.participant import Role
from concierge.domain.session import State
from concierge.domain.surface import Condition, SurfaceKind
from concierge.wire.view import SessionView


class Quality(StrEnum):
    """What the host asks of the picture when both cannot be had."""

    SHARP = "sharp"
    SMOOTH = "smooth"


class SourceKind(StrEnum):
    """What a page publishes."""

    PICTURE = "picture"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Message:
    """Base of everything that travels."""


@dataclass(frozen=True, slots=True)
class ClientMessage(Message):
    """Base of what a page sends."""


# --- page to broker: the connection itself ---


@dataclass(frozen=True, slots=True)
class Hello(ClientMessage):
    """The first message. `tab` is random per page load: the newest tab of a seat takes it over."""

    tab: str


@dataclass(frozen=True, slots=True)
class Beat(ClientMessage):
    """The echo of the broker's beat, sent from the message handler, never from a timer."""

    n: int


# --- page to broker: anybody ---


@dataclass(frozen=True, slots=True)
class Say(ClientMessage):
    """Write a line of chat."""

    text: str


@dataclass(frozen=True, slots=True)
class DrawMark(ClientMessage):
    """Point at a surface; points in 1/65535 of its width and height; shape point, arrow, line or box."""

    surface: SurfaceId
    shape: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ClearMarks(ClientMessage):
    """Wipe the marks."""


@dataclass(frozen=True, slots=True)
class Publish(ClientMessage):
    """Publish a picture (customer) or one's voice. `offer` is SDP with one sendonly m-line. Answered with `published`."""

    kind: SourceKind
    offer: str
    surface_kind: SurfaceKind | None = None


@dataclass(frozen=True, slots=True)
class Unpublish(ClientMessage):
    """Stop publishing a surface, or one's voice when `surface` is None."""

    surface: SurfaceId | None = None


@dataclass(frozen=True, slots=True)
class Receive(ClientMessage):
    """Open the receiving connection. `offer` is SDP with recvonly slots. Answered with `received`."""

    offer: str


@dataclass(frozen=True, slots=True)
class Leave(ClientMessage):
    """Leave for good."""


# --- page to broker: the customer ---


@dataclass(frozen=True, slots=True)
class Answer(ClientMessage):
    """Yes or no to a question, with the SHA-256 (hex), language and version of the exact words shown."""

    consent: ConsentId
    yes: bool
    text_sha256: str
    language: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw(ClientMessage):
    """Take a yes back."""

    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class Hide(ClientMessage):
    """Hide my screen."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True)
class Unhide(ClientMessage):
    """Show my screen again."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True)
class Swap(ClientMessage):
    """Show something else in the place of this surface. The page replaces its track only after `done`."""

    surface: SurfaceId
    kind: SurfaceKind


@dataclass(frozen=True, slots=True)
class TellPicture(ClientMessage):
    """How one's own picture stands, every PICTURE_TOLD_EVERY_MS; `age_ms` since something in it changed."""

    surface: SurfaceId
    condition: Condition
    width: int
    height: int
    age_ms: int


@dataclass(frozen=True, slots=True)
class OfferCamera(ClientMessage):
    """Offer the phone's camera: the question about it is put to the customer who offers."""


@dataclass(frozen=True, slots=True)
class PutPhoneAway(ClientMessage):
    """Let go of the phone, from the computer or from the phone: its camera stops."""


@dataclass(frozen=True, slots=True)
class StopEverything(ClientMessage):
    """Stop everything at once; the page has already stopped its own tracks."""


# --- page to broker: the host ---


@dataclass(frozen=True, slots=True)
class Match(ClientMessage):
    """The digits the customer read aloud."""

    participant: ParticipantId
    digits: str


@dataclass(frozen=True, slots=True)
class Ask(ClientMessage):
    """Ask the customer for a capability for a participant (RECORD: for the host)."""

    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class TakeBack(ClientMessage):
    """Revoke a grant."""

    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class Admit(ClientMessage):
    """Let somebody in from the lobby."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class Deny(ClientMessage):
    """Not this person: out of the lobby."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class RemoveParticipant(ClientMessage):
    """Out of the session."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class Freeze(ClientMessage):
    """Stop one participant from seeing and doing anything, seat kept."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class Unfreeze(ClientMessage):
    """Lift a freeze."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class PauseSession(ClientMessage):
    """Pause for everybody (host or customer)."""


@dataclass(frozen=True, slots=True)
class ResumeSession(ClientMessage):
    """Lift one's own pause."""


@dataclass(frozen=True, slots=True)
class AskQuality(ClientMessage):
    """Ask the customer's page for a sharp or a smooth picture."""

    quality: Quality


@dataclass(frozen=True, slots=True)
class NewCode(ClientMessage):
    """Make a new pairing code and link; the old ones die."""


@dataclass(frozen=True, slots=True)
class OfferHandover(ClientMessage):
    """Ask another host to take over."""

    person: PersonId
    brief: str


@dataclass(frozen=True, slots=True)
class WithdrawHandover(ClientMessage):
    """Keep the session after all."""


@dataclass(frozen=True, slots=True)
class DeclineHandover(ClientMessage):
    """Not take it over."""


@dataclass(frozen=True, slots=True)
class AcceptHandover(ClientMessage):
    """Take it over, brief read."""

    brief_read: bool


@dataclass(frozen=True, slots=True)
class End(ClientMessage):
    """End the session, with what goes to the ticket, and what the customer is told on the receipt."""

    outcome: str
    note: str
    told: str = ""


# --- broker to page ---


@dataclass(frozen=True, slots=True)
class ServerMessage(Message):
    """Base of what the broker sends."""


@dataclass(frozen=True, slots=True)
class IceServer:
    """One entry of RTCConfiguration.iceServers."""

    urls: tuple[str, ...]
    username: str
    credential: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way that a network has to let through. `check` names the check; `ports` is "443", "50000-50199", "" for any."""

    check: str
    protocol: str
    host: str
    ports: str


@dataclass(frozen=True, slots=True)
class Welcome(ServerMessage):
    """The answer to `hello`. `server_run` changes when the broker was restarted: publish and receive anew."""

    session: SessionId
    you: ParticipantId
    role: Role
    server_run: str
    ice_servers: tuple[IceServer, ...]
    picture_slots: int
    voice_slots: int
    picture_max_width: int
    picture_max_height: int
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Relays(ServerMessage):
    """The ICE servers with fresh credentials, told before the last ones expire: for peer connections made from now on."""

    ice_servers: tuple[IceServer, ...]


@dataclass(frozen=True, slots=True)
class Pulse(ServerMessage):
    """The broker's beat, every HEARTBEAT_EVERY_MS: echo it as `beat`. `lag_ms` is how far the recording is behind."""

    n: int
    lag_ms: int


@dataclass(frozen=True, slots=True)
class View(ServerMessage):
    """The session as this participant may know it now."""

    view: SessionView


@dataclass(frozen=True, slots=True)
class Line(ServerMessage):
    """A line of chat; after `welcome` the earlier ones come again. `seq` tells which ones a page has."""

    seq: int
    participant: ParticipantId
    name: str
    role: Role
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Mark(ServerMessage):
    """Somebody points."""

    participant: ParticipantId
    name: str
    role: Role
    surface: SurfaceId
    shape: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MarksWiped(ServerMessage):
    """The marks are gone."""


@dataclass(frozen=True, slots=True)
class PictureTold(ServerMessage):
    """A sign of life of a picture, to whoever sees it; none for PICTURE_UNTOLD_MS: the network is lost on the way."""

    surface: SurfaceId
    condition: Condition
    width: int
    height: int
    age_ms: int


@dataclass(frozen=True, slots=True)
class PhoneShown(ServerMessage):
    """To the customer's phone: whether its camera may be shown, what it shows, and who sees it."""

    state: State
    may_show: bool
    surface: SurfaceId | None
    hidden: bool
    seen_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityAsked(ServerMessage):
    """To the customer's page: set the track's contentHint."""

    quality: Quality


@dataclass(frozen=True, slots=True)
class EndingSoon(ServerMessage):
    """Your time ends in `left_ms`."""

    left_ms: int


@dataclass(frozen=True, slots=True)
class GrantTaken(ServerMessage):
    """A capability is gone, and why: to whoever held it and to the host. `reason` is a RevokeReason."""

    participant: ParticipantId
    capability: Capability
    reason: RevokeReason


@dataclass(frozen=True, slots=True)
class Done(ServerMessage):
    """The request took effect and is on the record."""

    reply_to: int


@dataclass(frozen=True, slots=True)
class Published(ServerMessage):
    """The SDP answer to `publish`; `surface` is None for a voice."""

    reply_to: int
    answer: str
    surface: SurfaceId | None


@dataclass(frozen=True, slots=True)
class Received(ServerMessage):
    """The SDP answer to `receive`."""

    reply_to: int
    answer: str


@dataclass(frozen=True, slots=True)
class Refusal(ServerMessage):
    """The request changed nothing. `text` is a sentence in the page's language; `reply_to` 0: no particular request."""

    reply_to: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Displaced(ServerMessage):
    """Another tab took this seat; the page offers to take it back, and does not reconnect by itself."""


@dataclass(frozen=True, slots=True)
class Farewell(ServerMessage):
    """You have no seat any more. `reason` is a LeaveReason or EndReason; `receipt` a path, or ""."""

    reason: str
    receipt: str
