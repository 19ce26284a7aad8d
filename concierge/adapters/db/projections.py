"""What a session's events mean for the desk's other records: lines on the ticket's timeline, names on the recording.

Pure and repeatable: the same events give the same entries with the same ids, so that start-up may fold twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from concierge.domain import events as ev
from concierge.domain.ids import ParticipantId, form_id
from concierge.domain.participant import Participant
from concierge.domain.refusals import N_
from concierge.domain.session import Session
from concierge.domain.ticket import Channel, ThreadEntry
from concierge.domain.trust import Alarm

SESSION_OPENED = N_("Session opened.")
SESSION_ENDED = N_("Session ended.")
"""First lines of entries on the channel "session": pages translate the first line; outcome and note follow on their own."""


def entries_of(session: Session, events: Sequence[ev.Event]) -> list[ThreadEntry]:
    """Return what chat, opening and end add to the ticket's timeline. Times are on the broker's steady clock."""
    entries = []
    for event in events:
        match event:
            case ev.ChatSaid():
                entries.append(_entry(session, event, Channel.CHAT, event.participant, event.text))
            case ev.SessionOpened():
                entries.append(_entry(session, event, Channel.SESSION, event.host.id, SESSION_OPENED))
            case ev.SessionEnded():
                lines = (SESSION_ENDED, event.outcome, event.note, event.told)
                text = "\n".join(line for line in lines if line)
                entries.append(_entry(session, event, Channel.SESSION, event.by, text))
            case _:
                pass
    return entries


def alarms_of(session: Session, events: Sequence[ev.Event]) -> list[Alarm]:
    """Return what a supervisor has to look at: the alarms that were raised."""
    return [
        Alarm(
            id=form_id("alarm", hashlib.sha256(f"{session.id}:{event.seq}".encode()).digest()),
            place=event.place,
            at_ms=event.at_ms,
            session=session.id,
            ticket=session.ticket,
            host_name=session.seats[session.host].who.name,
        )
        for event in events
        if isinstance(event, ev.AlarmRaised)
    ]


def arrivals_of(events: Sequence[ev.Event]) -> list[Participant]:
    """Return who came, in order: the host who opened, and everybody who took a seat."""
    came = []
    for event in events:
        match event:
            case ev.SessionOpened():
                came.append(event.host)
            case ev.ParticipantArrived():
                came.append(event.participant)
            case _:
                pass
    return came


def _entry(
    session: Session, event: ev.Event, channel: Channel, by: ParticipantId | None, text: str
) -> ThreadEntry:
    seat = session.seats.get(by) if by is not None else None
    return ThreadEntry(
        id=form_id("entry", hashlib.sha256(f"{session.id}:{event.seq}".encode()).digest()),
        ticket=session.ticket,
        channel=channel,
        author="" if seat is None else seat.who.name,
        text=text,
        at_ms=event.at_ms,
        person=None if seat is None else seat.who.person,
        session=session.id,
    )
