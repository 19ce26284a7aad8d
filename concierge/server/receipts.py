"""The receipt: what a session's events mean to the customer, counted from the record itself.

Rule: nothing here is a memory of the broker; everything is read from the kept events, so that the receipt and the
recording cannot tell two stories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from concierge.domain import events as ev
from concierge.domain.capability import Capability
from concierge.domain.evolve import evolve
from concierge.domain.ids import ConsentId, ParticipantId
from concierge.domain.participant import Participant, Role
from concierge.domain.portrait import owner_of
from concierge.domain.reasons import EndReason
from concierge.domain.refusals import N_
from concierge.domain.session import Session
from concierge.domain.ticket import Ticket
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.used import Used, used_in, words_of_use
from concierge.server.views.session import ReceiptAnswer, ReceiptPerson, ReceiptView, Retention
from concierge.services.joining import seat_of
from concierge.services.ports import SessionSummary

Answer = Literal["yes", "no", "no_answer", "withdrawn"]
Kept = Literal["picture", "voice", "chat", "marks", "consents"]
KEPT: tuple[Kept, ...] = ("picture", "voice", "chat", "marks", "consents")
RECEIPT_CHARS = 8

ENDINGS: dict[str, str] = {
    EndReason.COMPLETED: N_("It was finished."),
    EndReason.CUSTOMER_STOPPED: N_("You stopped it."),
    EndReason.CUSTOMER_ALARMED: N_("You were not sure, and everything was stopped."),
    EndReason.CUSTOMER_LEFT: N_("You left."),
    EndReason.CUSTOMER_LOST: N_("Your connection was lost for too long."),
    EndReason.HOST_LEFT: N_("The host left."),
    EndReason.HOST_LOST: N_("The host's connection was lost for too long."),
    EndReason.NOT_JOINED: N_("Nobody joined."),
    EndReason.RECORDING_REFUSED: N_("You did not agree to the recording."),
    EndReason.RECORDING_FAILED: N_("It could not be recorded."),
    EndReason.PAUSED_TOO_LONG: N_("It was paused for too long."),
    EndReason.TIME_LIMIT: N_("The longest time for a session was over."),
    EndReason.SUPERVISOR_ENDED: N_("A supervisor ended it."),
}


@dataclass(slots=True)
class Story:
    """What the events tell so far."""

    people: dict[ParticipantId, Participant] = field(default_factory=dict)
    joined: dict[ParticipantId, int] = field(default_factory=dict)
    left: dict[ParticipantId, int] = field(default_factory=dict)
    asked: dict[ConsentId, tuple[Capability, ParticipantId, int]] = field(default_factory=dict)
    answers: dict[ConsentId, tuple[Answer, int]] = field(default_factory=dict)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    hiding: dict[str, int] = field(default_factory=dict)
    recorded: bool = False
    reason: str = ""
    told: str = ""


def read(events: Sequence[ev.Event]) -> Story:
    """Return what the events tell."""
    story = Story()
    for event in events:
        _people(story, event)
        _answers(story, event)
        _shown(story, event)
    return story


def kept_of(events: Sequence[ev.Event]) -> set[Kept]:
    """Return what the recording holds: what the core let flow is recorded, and nothing else is."""
    kept: set[Kept] = {"consents"}
    session: Session | None = None
    for event in events:
        session = evolve(session, event)
        for source in session.sources():
            kept.add("picture" if source in session.surfaces else "voice")
        if isinstance(event, ev.ChatSaid):
            kept.add("chat")
        if isinstance(event, ev.MarkDrawn) or (isinstance(event, ev.SessionEnded) and event.marked):
            kept.add("marks")
    return kept


def _people(story: Story, event: ev.Event) -> None:
    match event:
        case ev.SessionOpened(host=host):
            story.people[host.id] = host
            story.joined[host.id] = event.at_ms
        case ev.ParticipantArrived(participant=who):
            story.people[who.id] = who
        case ev.MatchConfirmed(participant=who_id) | ev.ParticipantAdmitted(participant=who_id):
            story.joined.setdefault(who_id, event.at_ms)
        case ev.HostChanged(host=who_id):
            story.people[who_id] = replace(story.people[who_id], role=Role.HOST)
        case ev.ParticipantLeft(participant=who_id):
            story.left[who_id] = event.at_ms
        case ev.SessionEnded(reason=reason, told=told):
            story.reason, story.told = reason, told


def _answers(story: Story, event: ev.Event) -> None:
    match event:
        case ev.ConsentAsked(request=request):
            story.asked[request.id] = (request.capability, request.participant, event.at_ms)
            story.answers[request.id] = ("no_answer", event.at_ms)
        case ev.ConsentGiven(consent=consent, capability=capability):
            story.answers[consent] = ("yes", event.at_ms)
            story.recorded = story.recorded or capability is Capability.RECORD
        case ev.ConsentRefused(consent=consent):
            story.answers[consent] = ("no", event.at_ms)
        case ev.ConsentWithdrawn(capability=capability, participant=who_id):
            for consent, (what, whom, _) in story.asked.items():
                if (what, whom) == (capability, who_id) and story.answers[consent][0] == "yes":
                    story.answers[consent] = ("withdrawn", event.at_ms)


def _shown(story: Story, event: ev.Event) -> None:
    match event:
        case ev.SurfaceHidden(surface=surface):
            story.hiding.setdefault(surface, event.at_ms)
        case ev.SurfaceUnhidden(surface=surface) | ev.SurfaceClosed(surface=surface):
            begun = story.hiding.pop(surface, None)
            if begun is not None:
                story.hidden.append((begun, event.at_ms))


def about(story: Story, capability: Capability, whom: ParticipantId) -> str:
    """Return for whom something was asked; the recording is asked for nobody."""
    who = story.people.get(whom)
    return who.name if who is not None and capability is not Capability.RECORD else ""


async def find_receipt(asked: Asked, secret: str) -> tuple[SessionSummary, Ticket, list[ev.Event]]:
    """Return what the receipt of this secret is made of. Raises Shut: 410 for one that opens nothing (any more)."""
    tools = asked.house.tools
    found = await seat_of(tools, "receipt", secret)
    if found is None:
        raise Shut(410)
    events = await tools.sessions.events(found[0])
    row = await tools.sessions.summary(found[0])
    ticket = await tools.tickets.get(row.ticket) if row is not None else None
    if not events or row is None or ticket is None:
        raise Shut(410)
    return row, ticket, events


def receipt_number(row: SessionSummary) -> str:
    """Return what a customer reads aloud to name this receipt."""
    return row.id.removeprefix("ses_")[:RECEIPT_CHARS].upper()


def kept_in_order(asked: Asked, row: SessionSummary, events: Sequence[ev.Event]) -> tuple[Kept, ...]:
    """Return what is kept of a session, marks of a live one included, in the order in which it is told."""
    kept, live = kept_of(events), asked.house.registry.find(row.id)
    if live is not None and live.decided.marked:
        kept.add("marks")
    return tuple(one for one in KEPT if one in kept)


def people_of(story: Story) -> tuple[Participant, ...]:
    """Return who was in the session with the customer."""
    return tuple(
        who for who in story.people.values() if who.role is not Role.CUSTOMER and who.id in story.joined
    )


def receipt_view(
    asked: Asked, row: SessionSummary, ticket: Ticket, events: Sequence[ev.Event], kept_for: Retention
) -> ReceiptView:
    """Return the receipt of a session for its customer."""
    story, reader = read(events), asked.reader
    used = used_in(events, events[-1].at_ms)
    ended = row.ended_ms if row.ended_ms is not None else events[-1].at_ms
    tools = asked.house.tools
    return ReceiptView(
        frame=asked.frame(),
        receipt_number=receipt_number(row),
        customer=row.customer_name or ticket.customer.name,
        ticket_number=ticket.number,
        ticket_title=ticket.title,
        started=reader.moment(row.opened_ms),
        ended=reader.moment(ended),
        duration=reader.span(ended - row.opened_ms),
        end_reason=reader.gettext(ENDINGS.get(story.reason, N_("It has not ended yet."))),
        people=tuple(_person(asked, story, who) for who in people_of(story)),
        answers=tuple(_answer(asked, story, used, consent) for consent in story.asked),
        recorded=story.recorded,
        retention=kept_for,
        kept=kept_in_order(asked, row, events),
        gaps=tuple(_gap(asked, begun, over) for begun, over in story.hidden),
        wrong_contact=tools.installation.desk_phone or None,
        fingerprint=tools.evidence.fingerprint,
        told=story.told,
        telephone=reader.span(used.telephone_ms) if used.telephone_ms else "",
        lines=sum(used.lines.values()),
        over=row.ended_ms is not None,
    )


def _person(asked: Asked, story: Story, who: Participant) -> ReceiptPerson:
    roles: dict[Role, Literal["host", "vendor", "observer", "moderator"]] = {
        Role.HOST: "host",
        Role.VENDOR: "vendor",
        Role.MODERATOR: "moderator",
    }
    return ReceiptPerson(
        who=asked.face(who.name, who.organisation, owner_of(who)),
        role=roles.get(who.role, "observer"),
        joined=asked.reader.moment(story.joined[who.id]),
        left=asked.reader.maybe(story.left.get(who.id)),
    )


def _answer(asked: Asked, story: Story, used: Used, consent: ConsentId) -> ReceiptAnswer:
    capability, whom, _ = story.asked[consent]
    answer, at_ms = story.answers[consent]
    how = words_of_use(asked.reader, used, capability, whom) if answer in ("yes", "withdrawn") else None
    said_at = asked.reader.moment(at_ms)
    return ReceiptAnswer(capability.value, about(story, capability, whom), answer, said_at, how)


def _gap(asked: Asked, begun: int, over: int) -> str:
    words = asked.reader.gettext("Your screen was hidden for %(time)s; nothing of it was recorded.")
    return words % {"time": asked.reader.span(over - begun)}
