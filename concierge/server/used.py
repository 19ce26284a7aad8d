"""What of a session was really used, read from its events: how long somebody saw or heard, chat, marks, the telephone.

Rule: what the core let flow was used, and nothing else was; the same fold that steers the media says so (Session.flows).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from concierge.domain import events as ev
from concierge.domain.capability import Capability
from concierge.domain.evolve import evolve
from concierge.domain.ids import ParticipantId
from concierge.domain.session import Session
from concierge.server.languages import Reader


@dataclass(slots=True)
class Used:
    """Lengths in milliseconds, by who saw or heard and what; lines of chat by who wrote them."""

    flowed: dict[tuple[ParticipantId, Capability], int] = field(default_factory=lambda: defaultdict(int))
    lines: dict[ParticipantId, int] = field(default_factory=lambda: defaultdict(int))
    marked: bool = False
    telephone_ms: int = 0


def used_in(events: Sequence[ev.Event], now_ms: int) -> Used:
    """Return what was used; a session that goes on is counted until `now_ms`."""
    used, session = Used(), None
    for at, event in enumerate(events):
        session = evolve(session, event)
        until_ms = events[at + 1].at_ms if at + 1 < len(events) else max(now_ms, event.at_ms)
        _pass(used, session, event.at_ms, until_ms)
        match event:
            case ev.ChatSaid(participant=who):
                used.lines[who] += 1
            case ev.MarkDrawn():
                used.marked = True
            case ev.SessionEnded(marked=True):
                used.marked = True
    return used


def _pass(used: Used, session: Session, from_ms: int, until_ms: int) -> None:
    """Count one stretch between two events; what several sources carry to one viewer counts once."""
    if session.telephone:
        used.telephone_ms += until_ms - from_ms
    kinds: dict[str, Capability] = {one.id: one.seen_with for one in session.surfaces.values()}
    seen = {(flow.viewer, kinds.get(flow.source, Capability.VOICE)) for flow in session.flows(from_ms)}
    for key in seen:
        used.flowed[key] += until_ms - from_ms


def words_of_use(reader: Reader, used: Used, capability: Capability, who: ParticipantId) -> str | None:
    """Return how a capability was used by somebody, in words; None where that says nothing."""
    if capability not in (Capability.VIEW_SCREEN, Capability.VIEW_CAMERA, Capability.VOICE):
        return None
    flowed = used.flowed.get((who, capability), 0)
    if not flowed:
        return reader.gettext("Never used")
    return reader.gettext("Used for %(time)s", time=reader.span(flowed))
