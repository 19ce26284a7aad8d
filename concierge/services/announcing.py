"""What people are told when something happened. Reads the session; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from concierge.domain import events as ev
from concierge.domain.ids import ParticipantId
from concierge.domain.session import Flow, Session
from concierge.services.between import tell_between
from concierge.services.hub import Hub
from concierge.wire import messages as wire


def line_of(session: Session, event: ev.ChatSaid) -> wire.Line:
    """Return a chat line as pages show it."""
    who = session.seats[event.participant].who
    return wire.Line(event.seq, who.id, who.name, who.role, event.text, event.at_ms)


def announce(
    session: Session,
    hub: Hub,
    event: ev.Event,
    receipts: dict[ParticipantId, str],
    flows: frozenset[Flow],
) -> bool:
    """Send what one event means to people; return whether views have changed. `flows` is what reaches whom by now."""
    match event:
        case ev.ChatSaid():
            _to_admitted(session, hub, line_of(session, event))
            return False
        case ev.MarkDrawn():
            who = session.seats[event.participant].who
            mark = wire.Mark(who.id, who.name, who.role, event.surface, event.shape, event.points)
            _to_viewers(session, hub, mark, flows)
            return False
        case ev.MarksCleared() | ev.SurfaceSwapped():
            _to_admitted(session, hub, wire.MarksWiped())
            return isinstance(event, ev.SurfaceSwapped)
        case ev.EndingSoon(participant=who_id, left_ms=left):
            hub.send(who_id, wire.EndingSoon(left))
            return True
        case ev.GrantRevoked(participant=who_id, capability=capability, reason=reason):
            for told in {who_id, session.host}:
                hub.send(told, wire.GrantTaken(who_id, capability, reason))
            return True
        case ev.ParticipantLeft(participant=who_id, reason=reason):
            hub.dismiss(who_id, wire.Farewell(reason, receipts.get(who_id, "")))
            return True
        case ev.SessionEnded(reason=reason):
            for who_id in hub.connected():
                hub.dismiss(who_id, wire.Farewell(reason, receipts.get(who_id, "")))
            return False
        case _:
            return not tell_between(session, hub, event)


def _to_admitted(session: Session, hub: Hub, message: wire.ServerMessage) -> None:
    for seat in session.present():
        if seat.admitted:
            hub.send(seat.who.id, message)


def _to_viewers(session: Session, hub: Hub, mark: wire.Mark, flows: frozenset[Flow]) -> None:
    """A mark goes to the surface's owner and to whoever sees that surface now, nobody else."""
    surface = session.surfaces.get(mark.surface)
    viewers = {flow.viewer for flow in flows if flow.source == mark.surface}
    if surface is not None:
        viewers.add(surface.owner)
    for viewer in viewers:
        hub.send(viewer, mark)


def history(session: Session, events: Iterable[ev.Event]) -> list[wire.Line]:
    """Return the chat so far, oldest first."""
    return [line_of(session, event) for event in events if isinstance(event, ev.ChatSaid)]
