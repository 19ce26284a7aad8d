"""Events: facts that happened in a session, past tense. One list; names are never reused for another meaning.

Each says how it meets evidence (`effect`) and which class of the recording it is sealed in (`conversation` or control).
"""

# ruff: noqa: PLC0414 - names that this one list makes its own

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.domain.absence import AwayReason
from concierge.domain.capability import Capability
from concierge.domain.consent import ConsentRequest, Wording
from concierge.domain.event import Effect as Effect
from concierge.domain.event import Event as Event
from concierge.domain.event import Narrowing as Narrowing
from concierge.domain.events_policy import PolicyDecided as PolicyDecided
from concierge.domain.events_trust import AlarmRaised as AlarmRaised
from concierge.domain.events_trust import ConsentProlonged as ConsentProlonged
from concierge.domain.events_trust import NameClaimed as NameClaimed
from concierge.domain.events_trust import TelephonePutDown as TelephonePutDown
from concierge.domain.events_trust import TelephoneTaken as TelephoneTaken
from concierge.domain.grant import Grant, RevokeReason
from concierge.domain.ids import (
    ConsentId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    SurfaceId,
    TicketId,
)
from concierge.domain.participant import LeaveReason, Participant
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.surface import Condition, Surface, SurfaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Event):
    """A host opened a session on a ticket; the recording is open too."""

    session: SessionId
    ticket: TicketId
    recording: RecordingId
    host: Participant


# --- people ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantArrived(Event):
    """Somebody redeemed a code, link or invite and waits in the lobby."""

    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchConfirmed(Event):
    """The host typed the digits that the customer read aloud."""

    participant: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFailed(Event):
    """The host typed other digits; new ones are shown."""

    participant: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdmitted(Event):
    """Somebody left the lobby for the session."""

    participant: ParticipantId
    by: ParticipantId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceLost(Narrowing):
    """Nothing was heard from a participant for PRESENCE_SILENT_MS; the seat is kept."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceRegained(Event):
    """A participant who was away is heard again."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantLeft(Narrowing):
    """A seat is given up for good."""

    participant: ParticipantId
    reason: LeaveReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFrozen(Narrowing):
    """The host froze a participant: nothing may be seen or done, the seat is kept."""

    participant: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantUnfrozen(Event):
    """The host lifted a freeze."""

    participant: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingSoon(Event):
    """A participant was warned that the seat ends in `left_ms`."""

    participant: ParticipantId
    left_ms: int


# --- consent and grants ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked(Event):
    """The customer was asked one thing about one participant."""

    request: ConsentRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Event):
    """The customer said yes to exactly the words named."""

    consent: ConsentId
    capability: Capability
    participant: ParticipantId
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(Narrowing):
    """The customer said no."""

    consent: ConsentId
    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLapsed(Narrowing):
    """Nobody answered in time, or the question became void; that means no."""

    consent: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Narrowing):
    """The customer took a yes back."""

    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantGiven(Event):
    """A capability is in force for a participant. `policy` is the version of the policy files that permitted it."""

    grant: Grant
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRevoked(Narrowing):
    """A capability is no longer in force for a participant."""

    participant: ParticipantId
    capability: Capability
    reason: RevokeReason


# --- what is shown and heard ---


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceOpened(Event):
    """The customer shares something."""

    surface: Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceHidden(Narrowing):
    """The customer hides the screen: a signed gap begins."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceUnhidden(Event):
    """The customer shows the screen again: the gap ends."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceClosed(Narrowing):
    """Sharing stopped."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceSwapped(Event):
    """The customer shows something else in the place of this; what was shown before is `former`."""

    surface: SurfaceId
    display: SurfaceKind
    former: SurfaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureNoted(Event):
    """How a picture stands at its source has changed: still, moving, muted by the system, or another size in pixels."""

    effect: ClassVar[Effect] = Effect.STREAMS

    surface: SurfaceId
    condition: Condition
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneJoined(Event):
    """The customer's phone took the customer's link: it may send its camera, and nothing else."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLeft(Narrowing):
    """The customer's phone is gone, or was put away."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceOpened(Event):
    """A participant's microphone is on."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceClosed(Narrowing):
    """A participant's microphone is off."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSaid(Event):
    """A line of chat."""

    conversation: ClassVar[bool] = True

    participant: ParticipantId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLineSaid(Event):
    """A line that only the desk's people in the session read."""

    conversation: ClassVar[bool] = True

    participant: ParticipantId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDrawn(Event):
    """A pointing mark on a surface. Points are (x, y) pairs in 1/65535 of the surface's width and height."""

    effect: ClassVar[Effect] = Effect.STREAMS
    conversation: ClassVar[bool] = True

    participant: ParticipantId
    surface: SurfaceId
    shape: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksCleared(Event):
    """Somebody wiped the marks."""

    effect: ClassVar[Effect] = Effect.STREAMS
    conversation: ClassVar[bool] = True

    participant: ParticipantId


# --- the session's course ---


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPaused(Narrowing):
    """Media and input stop for one more reason."""

    reason: PauseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCleared(Event):
    """One reason to be paused is gone; others may remain."""

    reason: PauseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResumed(Event):
    """No reason to be paused is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOffered(Event):
    """The host asked another host to take over."""

    to: PersonId
    to_name: str
    by: ParticipantId
    brief: str
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverClosed(Narrowing):
    """The offer was declined, withdrawn or lapsed."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostChanged(Event):
    """The briefed successor owns the session now; the former host stays as an observer until leaving."""

    former: ParticipantId
    host: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorIntroduced(Event):
    """The customer was told the name of the host who is to take over."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpAsked(Event):
    """A colleague asked to take the place of a host who is gone; the customer is asked."""

    participant: ParticipantId
    until_ms: int
    came: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpAgreed(Event):
    """The customer said yes to the new name, in exactly the words named."""

    participant: ParticipantId
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpClosed(Narrowing):
    """Nobody picks up: the customer said no or nothing, or the host is back."""

    participant: ParticipantId
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionAsked(Event):
    """The host asked a second host to look on. `question` is the desk's alone."""

    of: PersonId
    of_name: str
    by: ParticipantId
    question: str
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionClosed(Narrowing):
    """Nobody came in time, or whoever came has left."""

    of: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSteppedAway(Narrowing):
    """The customer left the screen or is no longer alone: nothing is seen, and what was allowed is void."""

    participant: ParticipantId
    why: AwayReason


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCameBack(Event):
    """The customer is back; what had been allowed is asked again."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantSlept(Event):
    """A machine slept, and nothing was seen or done there for `slept_ms`."""

    participant: ParticipantId
    slept_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWatched(Event):
    """Somebody of the desk, who has no seat, watches the recording while it is made; everybody present is told the name."""

    watcher: PersonId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingUnwatched(Narrowing):
    """They left, or nothing was fetched any more."""

    watcher: PersonId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped(Event):
    """The machine's wall clock jumped by `by_ms` against the steady clock; order and deadlines are unaffected."""

    by_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStopped(Event):
    """The broker was stopped in order. As a recording's last record it tells the next start that nothing crashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Narrowing):
    """Final. `outcome` and `note` are the host's words for the ticket, empty unless the host ended it;
    `told` is what the host says to the customer, on the receipt.

    `marked` says whether marks were drawn: they are on the recording alone, and the receipt has to name them.
    """

    reason: EndReason
    by: ParticipantId | None
    outcome: str = ""
    note: str = ""
    marked: bool = False
    told: str = ""
