"""Participants: who is in a session, in which role, how present, and whether they may act at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.capability import Capability
from concierge.domain.ids import CompanyId, InviteId, ParticipantId, PersonId
from concierge.domain.trust import Claim, Established


class Role(StrEnum):
    """What a participant is in this session."""

    HOST = "host"
    CUSTOMER = "customer"
    VENDOR = "vendor"
    OBSERVER = "observer"
    MODERATOR = "moderator"


class Presence(StrEnum):
    """Whether a participant is there. A seat in the lobby has no rights at all; one that is away keeps its seat."""

    LOBBY = "lobby"
    JOINED = "joined"
    AWAY = "away"
    LEFT = "left"


class Mode(StrEnum):
    """What a participant may do now, beside the grants: a frozen one may do nothing."""

    FREE = "free"
    FROZEN = "frozen"


class LeaveReason(StrEnum):
    """Why a participant is no longer in the session. Closed list."""

    LEFT = "left"
    REMOVED = "removed"
    DENIED = "denied"
    MATCH_FAILED = "match_failed"
    LOBBY_TIMEOUT = "lobby_timeout"
    TIME_UP = "time_up"
    INVITE_REVOKED = "invite_revoked"
    HOST_GONE = "host_gone"
    NOT_PICKED_UP = "not_picked_up"
    SESSION_ENDED = "session_ended"


@dataclass(frozen=True, slots=True)
class Participant:
    """One seat. Times are milliseconds on the broker's steady clock; `until_ms` is when the seat itself ends.

    `may_hold` is the ceiling set at the door: what the invite or the role can ever be granted here.
    """

    id: ParticipantId
    role: Role
    name: str
    organisation: str
    may_hold: frozenset[Capability]
    person: PersonId | None = None
    company: CompanyId | None = None
    invite: InviteId | None = None
    until_ms: int | None = None
    came_by: Established | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A participant's course through the session. `away_ms`: how long the last absence was, until it is put into words."""

    who: Participant
    presence: Presence
    since_ms: int
    mode: Mode = Mode.FREE
    admitted: bool = False
    failed_matches: int = 0
    warned_ms: int | None = None
    away_ms: int | None = None
    claimed: Claim = Claim.UNSAID

    @property
    def here(self) -> bool:
        """Whether the participant is admitted, connected and not frozen."""
        return self.presence is Presence.JOINED and self.mode is Mode.FREE
