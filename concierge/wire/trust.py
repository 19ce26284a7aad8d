"""Messages of trust: who the customer says they are, an alarm, more time for a question, and the telephone beside it."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.ids import ConsentId
from concierge.wire.messages import ClientMessage


@dataclass(frozen=True, slots=True)
class RaiseAlarm(ClientMessage):
    """The customer is not sure, or something is wrong; the page has stopped its own tracks already."""


@dataclass(frozen=True, slots=True)
class ClaimName(ClientMessage):
    """The customer says who they are; an empty name is the one on the ticket."""

    name: str


@dataclass(frozen=True, slots=True)
class MoreTime(ClientMessage):
    """The customer wants more time for a question."""

    consent: ConsentId


@dataclass(frozen=True, slots=True)
class Telephone(ClientMessage):
    """The host says that they also talk on the telephone, or no longer do."""

    on: bool
