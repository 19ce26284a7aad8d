"""Commands: what somebody asks for. `by` is the participant who asks; None is the broker itself.

Identifiers that a command creates are minted by the caller, so the core needs no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.absence import AwayReason
from concierge.domain.capability import Capability
from concierge.domain.consent import Wording
from concierge.domain.ids import (
    ConsentId,
    InviteId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    SurfaceId,
    TicketId,
)
from concierge.domain.participant import LeaveReason, Participant
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.surface import Condition, SurfaceKind
from concierge.domain.trust import AlarmPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands."""

    by: ParticipantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession(Command):
    """Open a session on a ticket."""

    session: SessionId
    ticket: TicketId
    recording: RecordingId
    host: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive(Command):
    """Take a seat in the lobby (customer by code or link, vendor by invite)."""

    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinDesk(Command):
    """A colleague of the host comes in: a supervisor, the named successor, or somebody asked for an opinion.

    `consent` is for seeing the screen, which the successor and the one who was asked need.
    """

    participant: Participant
    consent: ConsentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmMatch(Command):
    """The host typed digits; `correct` was compared by the caller. `consent` is for the recording question."""

    participant: ParticipantId
    correct: bool
    consent: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit(Command):
    """Let a vendor in from the lobby. `consents` are ids for the questions this raises, one per capability."""

    participant: ParticipantId
    consents: tuple[ConsentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Command):
    """Give up a seat: deny entry, remove, or leave oneself."""

    participant: ParticipantId
    reason: LeaveReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveInvited(Command):
    """An invite was revoked: whoever came in by it is out."""

    invite: InviteId


@dataclass(frozen=True, slots=True, kw_only=True)
class LosePresence(Command):
    """A participant has been silent for too long."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegainPresence(Command):
    """A participant is heard again. `consents` are ids for what has to be asked again after a long pause."""

    participant: ParticipantId
    consents: tuple[ConsentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Command):
    """Stop one participant from seeing and doing anything."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfreeze(Command):
    """Lift a freeze."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskConsent(Command):
    """Ask the customer for one capability for one participant."""

    consent: ConsentId
    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConsent(Command):
    """The customer's answer. `continue_unrecorded` is the policy's word on a refused recording."""

    consent: ConsentId
    yes: bool
    wording: Wording
    continue_unrecorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent(Command):
    """The customer takes a yes back. `continue_unrecorded` is the policy's word on one taken back from the recording."""

    capability: Capability
    participant: ParticipantId
    continue_unrecorded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Command):
    """The host revokes a grant."""

    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeByPolicy(Command):
    """The policy no longer permits a grant."""

    capability: Capability
    participant: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSurface(Command):
    """Begin to share."""

    surface: SurfaceId
    kind: SurfaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HideSurface(Command):
    """Hide my screen."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnhideSurface(Command):
    """Show my screen again."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSurface(Command):
    """Stop sharing this."""

    surface: SurfaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapSurface(Command):
    """Show something else in the place of this, without sharing anew."""

    surface: SurfaceId
    kind: SurfaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePicture(Command):
    """Say how a picture stands at its source; sizes in pixels."""

    surface: SurfaceId
    condition: Condition
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCamera(Command):
    """The customer offers the phone's camera: the question is put, and answered like every other one."""

    consent: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPhone(Command):
    """The customer's phone used its link; the broker's own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePhone(Command):
    """The phone is gone, or put away by the customer: its pictures are closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVoice(Command):
    """Switch one's own microphone on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseVoice(Command):
    """Switch one's own microphone off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Command):
    """Write a line of chat."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawMark(Command):
    """Point at something; see MarkDrawn for units."""

    surface: SurfaceId
    shape: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearMarks(Command):
    """Wipe the marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Command):
    """Pause for a reason: the host's or customer's wish, or something the broker noticed."""

    reason: PauseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Take a reason to be paused away."""

    reason: PauseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHandover(Command):
    """Ask another host to take over, with a brief to read first."""

    to: PersonId
    to_name: str
    brief: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawHandover(Command):
    """The host takes the offer back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineHandover(Command):
    """The successor will not take over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptHandover(Command):
    """The successor, present and having read the brief, takes the session. `consent` is for seeing the screen."""

    brief_read: bool
    consent: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpSession(Command):
    """A colleague asks to take the place of a host who is gone; the customer is asked about the name."""

    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPickUp(Command):
    """The customer's answer to the new name. `consents` are ids for what is asked anew."""

    yes: bool
    wording: Wording
    consents: tuple[ConsentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOpinion(Command):
    """The host asks another host to look on, with a question that the desk alone reads."""

    of: PersonId
    of_name: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayToDesk(Command):
    """Write a line that only the desk's people in the session read."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAway(Command):
    """The customer leaves the screen, or is no longer alone at it."""

    why: AwayReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeBack(Command):
    """The customer is back. `consents` are ids for what is asked again."""

    consents: tuple[ConsentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSleep(Command):
    """One's own machine slept, as its page noticed when it woke up."""

    slept_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWatcher(Command):
    """Somebody of the desk begins to watch the recording while it is made."""

    watcher: PersonId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWatcherGone(Command):
    """They do not watch it any more."""

    watcher: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteClockStep(Command):
    """The wall clock jumped."""

    by_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteStop(Command):
    """The broker is being stopped in order; the session goes on at its next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopEverything(Command):
    """The customer stops everything at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm(Command):
    """The customer is not sure who this is, or something is wrong; without `by` it was said outside the session."""

    place: AlarmPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimName(Command):
    """The customer says who they are; an empty name is the one on the ticket."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTime(Command):
    """The customer wants more time to answer a question."""

    consent: ConsentId


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTelephone(Command):
    """The host says that they also talk on the telephone, or (not `on`) no longer do."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Command):
    """End the session: by the host with outcome and note, by a supervisor, or by the broker for a reason."""

    reason: EndReason
    outcome: str = ""
    note: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Command):
    """Let every deadline that has passed take effect."""
