"""What a participant may know of the comings and goings between people, and what they are told of them. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from concierge.domain import events as ev
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import Role
from concierge.domain.rules_desk import of_the_desk
from concierge.domain.session import Session
from concierge.services.hub import Hub
from concierge.services.portraits import Album
from concierge.wire import between as wire
from concierge.wire import view


def handover_view(session: Session, viewer: ParticipantId) -> view.HandoverView | None:
    """Return the open hand-over: the brief is for host and successor alone."""
    offer = session.handover
    if offer is None:
        return None
    yours = offer.successor == viewer
    brief = offer.brief if yours or viewer == session.host else ""
    present = offer.successor is not None
    return view.HandoverView(offer.to_name, brief, offer.until_ms, yours, present, offer.introduced)


def pick_up_view(session: Session, viewer: ParticipantId, album: Album | None) -> view.PickUpView | None:
    """Return who picks up, as customer and desk see it; a vendor has no say in it."""
    picking = session.pick_up
    if picking is None or session.seats[viewer].who.role is Role.VENDOR:
        return None
    who = session.seats[picking.by].who
    portrait = "" if album is None else album.of_participant(who)
    return view.PickUpView(
        who.id, who.name, who.organisation, portrait, picking.until_ms, picking.by == viewer
    )


def opinion_views(session: Session, viewer: ParticipantId) -> tuple[view.OpinionView, ...]:
    """Return whom the host has asked, to the host; one's own question, to the one who was asked."""
    who = session.seats[viewer].who
    shown = []
    for one in session.opinions.values():
        yours = one.of == who.person
        if who.role is Role.HOST or yours:
            present = session.seated(one.of)
            shown.append(view.OpinionView(one.of_name, one.question, one.until_ms, yours, present))
    return tuple(shown)


def desk_line(session: Session, event: ev.DeskLineSaid, reader: ParticipantId) -> wire.DeskLine:
    """Return a line of the desk as one reader gets it."""
    name = session.seats[event.participant].who.name
    return wire.DeskLine(event.seq, name, event.text, event.at_ms, event.participant == reader)


def tell_between(session: Session, hub: Hub, event: ev.Event) -> bool:
    """Send what people are told of an event beside their views; return whether that is all there is to it."""
    match event:
        case ev.DeskLineSaid():
            _tell_desk(session, hub, event)
        case ev.ParticipantSlept():
            _tell_slept(session, hub, event)
        case _:
            return False
    return True


def _tell_desk(session: Session, hub: Hub, event: ev.DeskLineSaid) -> None:
    for seat in session.present():
        if seat.admitted and of_the_desk(seat.who):
            hub.send(seat.who.id, desk_line(session, event, seat.who.id))


def _tell_slept(session: Session, hub: Hub, event: ev.ParticipantSlept) -> None:
    name = session.seats[event.participant].who.name
    for seat in session.present():
        if seat.admitted:
            own = seat.who.id == event.participant
            hub.send(seat.who.id, wire.Slept("" if own else name, event.slept_ms))


def desk_history(session: Session, events: Iterable[ev.Event], reader: ParticipantId) -> list[wire.DeskLine]:
    """Return the desk's lines so far, oldest first; none for whoever is not of the desk."""
    if not of_the_desk(session.seats[reader].who):
        return []
    return [desk_line(session, event, reader) for event in events if isinstance(event, ev.DeskLineSaid)]
