"""Believable records for the tests of the database, and texts of the kind that break databases."""

from __future__ import annotations

from dataclasses import replace

from concierge.domain import events as ev
from concierge.domain.access import DeskRole
from concierge.domain.capability import Capability
from concierge.domain.evolve import fold
from concierge.domain.ids import (
    CompanyId,
    InviteId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    TicketId,
)
from concierge.domain.invite import Invite
from concierge.domain.participant import Participant, Role
from concierge.domain.person import Person
from concierge.domain.reasons import EndReason
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.session import Session
from concierge.domain.ticket import Channel, Customer, Priority, ThreadEntry, Ticket, TicketState
from concierge.services.ports import AuditLeaf

NOW = 1_790_000_000_000

TICKET = Ticket(
    id=TicketId("tic_one"),
    number="INC-1042",
    title="Printer on floor 3 prints nothing",
    description="Since Monday the big printer answers “offline”.",
    customer=Customer(
        "Dana Öztürk", "dana@example.org", "+49 30 1", "Berlin", "LAPTOP-7", "Europe/Berlin", "de"
    ),
    priority=Priority.NORMAL,
    state=TicketState.OPEN,
    assignee=PersonId("per_alex"),
    opened_ms=NOW,
    updated_ms=NOW,
)
ALEX = Person(PersonId("per_alex"), "Alex Host", "alex", "alex@example.org", DeskRole.HOST)

HOST = Participant(
    ParticipantId("par_host"), Role.HOST, "Alex Host", "", frozenset(), person=PersonId("per_alex")
)
CUSTOMER = Participant(ParticipantId("par_customer"), Role.CUSTOMER, "Dana Öztürk", "", frozenset())
VENDOR = Participant(
    ParticipantId("par_vendor"), Role.VENDOR, "Vic Vendor", "Acme Printers", frozenset({Capability.CHAT})
)
SESSION = SessionId("ses_one")
RECORDING = RecordingId("rec_one")

# What outside text may be: NUL, half a character, quotes, operators of both query languages, controls, emoji, right to left.
NASTY = [
    "a\x00b",
    "\x00",
    "\ud800 half \udfff",
    b"\xff\xfe broken \xc3".decode("utf-8", "surrogateescape"),
    "'; DROP TABLE tickets; --",
    '"unbalanced',
    "'unbalanced",
    "star* (paren OR AND NOT NEAR/2 ^caret col:umn -minus +plus",
    "a & b | !c <-> d:* \\",
    "%_like\\%",
    "🧯👩‍🚒🏳️‍🌈",
    "\u202edrowssap\u202c",
    "\x1b[31mred\x07\r\n",
    "e\u0301 é ﬁ ½ Straße İ",
    "\ue000fake\ue001 emphasis",
    "x" * 5_000,
    "",
    " \t\n",
]


def ticket(number: int, **changes: object) -> Ticket:
    """Return another ticket."""
    return replace(TICKET, id=TicketId(f"tic_{number}"), number=f"INC-{number}", **changes)  # type: ignore[arg-type]


def leaf(kind: str = "Tested", subject: str = "tic_one") -> AuditLeaf:
    """Return an audit leaf."""
    return AuditLeaf(NOW, kind, "per_alex", subject, "{}")


def entry(number: int, text: str, channel: Channel = Channel.NOTE, **changes: object) -> ThreadEntry:
    """Return an entry of the first ticket's thread."""
    kept = ThreadEntry(f"ent_{number}", TICKET.id, channel, "Alex Host", text, NOW + number)
    return replace(kept, **changes)  # type: ignore[arg-type]


def invite(**changes: object) -> Invite:
    """Return an invite that can be redeemed at NOW."""
    kept = Invite(
        id=InviteId("inv_one"),
        ticket=TICKET.id,
        session=SESSION,
        company=CompanyId("com_acme"),
        company_name="Acme Printers",
        vendor_name="Vic Vendor",
        vendor_email="vic@example.org",
        capabilities=frozenset({Capability.VIEW_SCREEN, Capability.CHAT}),
        from_ms=NOW - 1_000,
        until_ms=NOW + 3_600_000,
        created_by=PersonId("per_alex"),
        created_ms=NOW - 2_000,
        brief="Please look at the fuser.",
    )
    return replace(kept, **changes)  # type: ignore[arg-type]


def recording(**changes: object) -> Recording:
    """Return the recording of the sample session, just opened."""
    kept = Recording(
        id=RECORDING,
        session=SESSION,
        ticket=TICKET.id,
        state=RecordingState.OPEN,
        opened_ms=NOW,
        closed_ms=None,
        keep_until_ms=NOW + 90 * 86_400_000,
        host_name="Alex Host",
        customer_name="",
    )
    return replace(kept, **changes)  # type: ignore[arg-type]


def course(chat: str = "It says PC LOAD LETTER", note: str = "Replaced the fuser") -> list[ev.Event]:
    """Return a whole session's events: open, two arrivals, a chat line, a mark, the end."""
    facts: list[ev.Event] = [
        ev.SessionOpened(seq=1, at_ms=NOW, session=SESSION, ticket=TICKET.id, recording=RECORDING, host=HOST),
        ev.ParticipantArrived(seq=2, at_ms=NOW + 1_000, participant=CUSTOMER),
        ev.MatchConfirmed(seq=3, at_ms=NOW + 2_000, participant=CUSTOMER.id, by=HOST.id),
        ev.ParticipantArrived(seq=4, at_ms=NOW + 3_000, participant=VENDOR),
        ev.ChatSaid(seq=5, at_ms=NOW + 4_000, participant=CUSTOMER.id, text=chat),
        ev.MarksCleared(seq=6, at_ms=NOW + 5_000, participant=HOST.id),
        ev.SessionEnded(
            seq=7, at_ms=NOW + 6_000, reason=EndReason.COMPLETED, by=HOST.id, outcome="solved", note=note
        ),
    ]
    return facts


def after(events: list[ev.Event]) -> Session:
    """Return the session that events lead to."""
    return fold(events)
