"""Messages between people who come, go and help each other: picking up, opinions, stepping away, a machine that slept."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.absence import AwayReason
from concierge.domain.ids import PersonId
from concierge.wire.messages import ClientMessage, ServerMessage


@dataclass(frozen=True, slots=True)
class AskOpinion(ClientMessage):
    """Ask another host to look on (host)."""

    person: PersonId
    question: str


@dataclass(frozen=True, slots=True)
class SayToDesk(ClientMessage):
    """Write a line that only the desk's people in the session read."""

    text: str


@dataclass(frozen=True, slots=True)
class StepAway(ClientMessage):
    """The customer is away from the screen, or not alone; the page has hidden its picture already."""

    why: AwayReason


@dataclass(frozen=True, slots=True)
class ComeBack(ClientMessage):
    """The customer is back; what had been allowed is asked again."""


@dataclass(frozen=True, slots=True)
class AnswerPickUp(ClientMessage):
    """Yes or no to the colleague who picks up, with the SHA-256 (hex) and language of the exact words shown."""

    yes: bool
    text_sha256: str
    language: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class TellSleep(ClientMessage):
    """This page's machine slept for about `slept_ms`; the broker believes it as far as it heard nothing."""

    slept_ms: int


@dataclass(frozen=True, slots=True)
class DeskLine(ServerMessage):
    """A line among the desk's people in the session; after `welcome` the earlier ones come again."""

    seq: int
    name: str
    text: str
    at_ms: int
    own: bool


@dataclass(frozen=True, slots=True)
class Slept(ServerMessage):
    """Somebody's machine slept, and nothing was seen there for so long. `name` is "" for one's own."""

    name: str
    slept_ms: int
