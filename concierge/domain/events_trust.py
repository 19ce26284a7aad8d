"""Events between a customer and whoever helps: who one says one is, more time to think, an alarm, the telephone beside it."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.event import Event, Narrowing
from concierge.domain.ids import ConsentId, ParticipantId
from concierge.domain.trust import AlarmPlace, Established


@dataclass(frozen=True, slots=True, kw_only=True)
class NameClaimed(Event):
    """The customer said who they are. `expected`: it is the name on the ticket; `how` is what that rests on."""

    participant: ParticipantId
    name: str
    expected: bool
    how: Established


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Narrowing):
    """The customer is not sure, or says that something is wrong: the session ends and a supervisor is told."""

    participant: ParticipantId | None
    place: AlarmPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentProlonged(Event):
    """The customer asked for more time to answer; the question now lapses at `until_ms`."""

    consent: ConsentId
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneTaken(Event):
    """The host and the customer also talk on the telephone from now on; that is not recorded."""

    by: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephonePutDown(Event):
    """They no longer talk on the telephone."""

    by: ParticipantId
