"""What a page is told of a session: a whole picture of it, cut to what this participant may know.

The view is sent anew after every change, so a page that reconnects needs nothing but the next one. Times are
milliseconds on the broker's steady clock; `now_ms` says when the view was made.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.absence import AwayReason
from concierge.domain.capability import Capability
from concierge.domain.ids import ConsentId, ParticipantId, SessionId, SurfaceId
from concierge.domain.participant import Mode, Presence, Role
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State
from concierge.domain.surface import Condition, SurfaceKind, SurfaceState
from concierge.domain.trust import Claim, Established


@dataclass(frozen=True, slots=True)
class GrantView:
    """A capability somebody holds."""

    capability: Capability
    until_ms: int
    consented: bool


@dataclass(frozen=True, slots=True)
class SeatView:
    """Somebody in the session or its lobby. `may_hold` is filled for the host only; `portrait` lies below /portraits/."""

    id: ParticipantId
    role: Role
    name: str
    organisation: str
    presence: Presence
    mode: Mode
    admitted: bool
    since_ms: int
    until_ms: int | None
    speaking: bool
    grants: tuple[GrantView, ...]
    may_hold: tuple[Capability, ...]
    portrait: str
    claimed: Claim
    came_by: Established | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """An open question to the customer."""

    id: ConsentId
    capability: Capability
    participant: ParticipantId
    name: str
    organisation: str
    role: Role
    until_ms: int


@dataclass(frozen=True, slots=True)
class SurfaceView:
    """Something shared. `mid` is the slot of this viewer's receiving connection that carries it, "" while it may not."""

    id: SurfaceId
    owner: ParticipantId
    kind: SurfaceKind
    state: SurfaceState
    condition: Condition
    width: int
    height: int
    mid: str


@dataclass(frozen=True, slots=True)
class VoiceView:
    """Somebody heard, with the slot that carries it."""

    participant: ParticipantId
    mid: str


@dataclass(frozen=True, slots=True)
class RecordingView:
    """How the recording stands. `kept_days` is the promise shown before consent.

    `disk`: how full the recordings' disk is, as told to the desk: plenty, low, nearly_full or full; "" to others.
    """

    agreed: bool
    refused: bool
    available: bool
    kept_days: int
    lag_ms: int
    disk: str


@dataclass(frozen=True, slots=True)
class HandoverView:
    """An open hand-over. `brief` is "" for everybody but host and successor; `yours` when you are to take over.

    `introduced`: the customer has been told the name.
    """

    to_name: str
    brief: str
    until_ms: int
    yours: bool
    present: bool
    introduced: bool


@dataclass(frozen=True, slots=True)
class PickUpView:
    """A colleague asks to take the place of a host who is gone. `yours` when you are the one."""

    participant: ParticipantId
    name: str
    organisation: str
    portrait: str
    until_ms: int
    yours: bool


@dataclass(frozen=True, slots=True)
class OpinionView:
    """Somebody was asked for an opinion: told to the host, and to the one who was asked."""

    name: str
    question: str
    until_ms: int
    yours: bool
    present: bool


@dataclass(frozen=True, slots=True)
class CodeView:
    """The pairing code and link, for the host only, as long as nobody has used them."""

    digits: str
    link: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class EndView:
    """How it ended."""

    reason: EndReason
    at_ms: int
    receipt: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """The session as this participant may know it. In the lobby: only the host, oneself, and the match digits.

    `expected_name`: to the customer, whom the ticket expects, as in "Maria K."; `telephone`: they also talk on the telephone.
    """

    session: SessionId
    now_ms: int
    state: State
    pauses: tuple[PauseReason, ...]
    paused_ms: int | None
    paused_until_ms: int | None
    ticket_number: str
    ticket_title: str
    organisation: str
    desk_phone: str
    host_name: str
    you: ParticipantId
    role: Role
    presence: Presence
    until_ms: int | None
    may: tuple[Capability, ...]
    match_digits: str
    expected_name: str
    telephone: bool
    brief: str
    seats: tuple[SeatView, ...]
    questions: tuple[QuestionView, ...]
    surfaces: tuple[SurfaceView, ...]
    voices: tuple[VoiceView, ...]
    phone: bool
    recording: RecordingView
    handover: HandoverView | None
    pick_up: PickUpView | None
    opinions: tuple[OpinionView, ...]
    watched_by: tuple[str, ...]
    absence: AwayReason | None
    code: CodeView | None
    end: EndView | None
