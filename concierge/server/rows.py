"""From the desk's records to the rows that pages list. Values in, values out; decides nothing about access."""

from __future__ import annotations

from typing import Literal

from concierge.domain.access import Act, Resource
from concierge.domain.custody import Custody
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.session import Session
from concierge.domain.ticket import Channel, Priority, ThreadEntry, Ticket, TicketState
from concierge.server.asked import Asked
from concierge.server.languages import Reader
from concierge.server.views import desk as views
from concierge.server.views import evidence
from concierge.server.views.frame import Piece
from concierge.services.live import LiveSession
from concierge.services.permission import session_resource

HIT_BEGIN, HIT_END = "\ue000", "\ue001"
STATES: dict[TicketState, views.TicketState] = {
    TicketState.OPEN: "open",
    TicketState.WAITING: "waiting",
    TicketState.SOLVED: "resolved",
}
CHANNELS: dict[Channel, views.Channel] = {
    Channel.PHONE: "phone",
    Channel.EMAIL: "mail",
    Channel.PORTAL: "portal",
    Channel.CHAT: "chat",
}
PRIORITIES: dict[Priority, views.Priority] = {
    Priority.URGENT: "urgent",
    Priority.HIGH: "high",
    Priority.NORMAL: "normal",
    Priority.LOW: "low",
}
OUTCOMES: dict[str, Literal["resolved", "workaround", "escalated", "not_resolved"]] = {
    "resolved": "resolved",
    "workaround": "workaround",
    "escalated": "escalated",
    "not_resolved": "not_resolved",
}
SESSION_STATES: dict[str, views.SessionState] = {
    "waiting": "waiting",
    "active": "active",
    "paused": "paused",
    "ended": "ended",
}


def ticket_row(asked: Asked, ticket: Ticket, owners: dict[str, str]) -> views.TicketRow:
    """Return one ticket of the queue."""
    return views.TicketRow(
        ticket_id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        customer=asked.face(ticket.customer.name, ticket.customer.site),
        priority=PRIORITIES[ticket.priority],
        # The queue does not know how a ticket came; one without a description was typed during a call.
        channel="portal" if ticket.description else "phone",
        state=STATES[ticket.state],
        opened=asked.reader.moment(ticket.opened_ms),
        owner=owners.get(ticket.assignee or ""),
    )


def live_row(asked: Asked, live: LiveSession) -> views.LiveRow:
    """Return one live session, with what the reader can do with it."""
    session = live.decided
    customer = session.customer
    return views.LiveRow(
        session_id=session.id,
        title=live.backdrop.ticket_title,
        ticket_number=live.backdrop.ticket_number,
        state=SESSION_STATES[session.state.value],
        host=session.seats[session.host].who.name,
        customer=customer.who.name if customer is not None else asked.reader.gettext("nobody yet"),
        since=asked.reader.moment(session.opened_ms),
        people=len(session.present()),
        may=_may(asked, session),
        watch=session.recording if _may_watch(asked, session) else "",
    )


def _may_watch(asked: Asked, session: Session) -> bool:
    """Whoever has a seat sees the session itself."""
    seated = any(seat.who.person == asked.person.id for seat in session.present())
    resource = Resource("Recording", session.recording, {"ticket": session.ticket})
    return not seated and asked.may(Act.WATCH_RECORDING_LIVE, resource)


def may_pick_up(asked: Asked, session: Session) -> bool:
    """Whether the reader may take the place of this session's host now."""
    from_ms = session.pick_up_from_ms
    due = from_ms is not None and asked.house.tools.clock.now() >= from_ms
    own = session.seats[session.host].who.person == asked.person.id
    return due and not own and asked.may(Act.PICK_UP_SESSION, session_resource(session))


def _may(
    asked: Asked, session: Session
) -> Literal["host", "take_over", "pick_up", "opinion", "observe", "none"]:
    resource = session_resource(session)
    if may_pick_up(asked, session):
        return "pick_up"
    if session.handover is not None and session.handover.to == asked.person.id:
        return "take_over"
    if asked.may(Act.HOST_SESSION, resource):
        return "host"
    if asked.person.id in session.opinions:
        return "opinion"
    return "observe" if asked.may(Act.JOIN_SESSION, resource) else "none"


def is_own(asked: Asked, session: Session) -> bool:
    """Whether the reader hosts it, is asked to take it over or to look on, may pick it up, or still has a seat in it."""
    offered = session.handover is not None and session.handover.to == asked.person.id
    wanted = offered or asked.person.id in session.opinions or may_pick_up(asked, session)
    return wanted or any(seat.who.person == asked.person.id for seat in session.present())


def thread_entry(
    reader: Reader, entry: ThreadEntry, recordings: dict[str, Recording], outcome: str = ""
) -> views.ThreadEntry:
    """Return one thing of a ticket's thread."""
    kind: Literal["contact", "note", "session"] = "contact"
    if entry.channel is Channel.NOTE:
        kind = "note"
    elif entry.channel is Channel.SESSION:
        kind = "session"
    recording = recordings.get(entry.session or "")
    ended = recording.closed_ms if recording is not None else None
    return views.ThreadEntry(
        kind=kind,
        who=entry.author,
        who_is="desk" if entry.person is not None or kind == "session" else "customer",
        at=reader.moment(entry.at_ms),
        text=_told(reader, entry.text) if kind == "session" else entry.text,
        channel=CHANNELS.get(entry.channel),
        session_id=entry.session,
        recording_id=recording.id if recording is not None and kind == "session" else None,
        outcome=OUTCOMES.get(outcome) if kind == "session" else None,
        duration=reader.span(ended - recording.opened_ms) if recording is not None and ended else None,
    )


def _told(reader: Reader, text: str) -> str:
    """Return what a session left in the thread: its first line is ours and in English, the outcome is shown as a badge."""
    first, *rest = text.split("\n")
    if rest and rest[0] in OUTCOMES:
        del rest[0]
    return "\n".join((reader.gettext(first) if first else "", *rest))


def recording_link(asked: Asked, recording: Recording, may_replay: bool) -> views.RecordingLink:  # noqa: FBT001
    """Return an earlier recording beside a ticket."""
    return views.RecordingLink(
        recording_id=recording.id,
        title=asked.reader.gettext("Session with %(name)s") % {"name": recording.customer_name},
        when=asked.reader.moment(recording.opened_ms),
        duration=length(asked.reader, recording),
        host=recording.host_name,
        verdict=verdict(recording),
        may_replay=may_replay,
    )


def recording_row(
    asked: Asked, recording: Recording, number: str, title: str, kept: Custody | None = None
) -> evidence.RecordingRow:
    """Return one recording of the list."""
    return evidence.RecordingRow(
        recording_id=recording.id,
        title=title,
        ticket_number=number,
        host=recording.host_name,
        customer=recording.customer_name,
        vendors=recording.companies,
        started=asked.reader.moment(recording.opened_ms),
        duration=length(asked.reader, recording),
        verdict=verdict(recording),
        on_hold=kept is not None and kept.hold is not None,
        erased=kept is not None and kept.erased,
    )


def length(reader: Reader, recording: Recording) -> str:
    """Return how long a recording is, in words; "" while it is being written."""
    return "" if recording.closed_ms is None else reader.span(recording.closed_ms - recording.opened_ms)


def verdict(recording: Recording) -> views.Verdict:
    """Return what a list says of a recording; only the replay page checks the chain."""
    return "open" if recording.state is RecordingState.OPEN else "unchecked"


def pieces(snippet: str) -> tuple[Piece, ...]:
    """Return a snippet cut at its marks: what was searched for is set off."""
    found: list[Piece] = []
    for number, stretch in enumerate(snippet.split(HIT_BEGIN)):
        hit, mark, rest = stretch.partition(HIT_END)
        if number == 0 or not mark:
            found.append(Piece(stretch.replace(HIT_END, "")))
            continue
        found.append(Piece(hit, hit=True))
        found.append(Piece(rest.replace(HIT_END, "")))
    return tuple(piece for piece in found if piece.text)
