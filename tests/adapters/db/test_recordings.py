from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.domain.recording import RecordingState
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.ports import RecordingQuery
from tests.adapters.db.samples import (
    NASTY,
    NOW,
    RECORDING,
    SESSION,
    TICKET,
    after,
    course,
    entry,
    leaf,
    recording,
    ticket,
)

OTHER = RecordingId("rec_two")
WRAPPED = WrappedKey("every", "kek-1", 1, b"wrapped")


@pytest.fixture
async def desk(database: Database) -> Database:
    """Return a desk with two tickets, a session and its recording, and an older recording of the other ticket."""
    await database.tickets.add(TICKET, leaf())
    await database.tickets.add(ticket(2, title="VPN drops"), leaf())
    await database.recordings.add(recording(), [WRAPPED])
    events = course(chat="PC LOAD LETTER", note="Replaced the fuser")
    await database.sessions.save(after(events), events, [])
    older = recording(
        id=OTHER,
        session=SessionId("ses_two"),
        ticket=TicketId("tic_2"),
        opened_ms=NOW - 86_400_000,
        customer_name="Bo 100% Müller",
    )
    await database.recordings.add(older, [WrappedKey("every", "kek-1", 1, b"other")])
    return database


async def test_a_recording_is_read_back_with_its_names(database: Database) -> None:
    kept = recording(people=("Alex Host", "Vic"), companies=("Acme",), customer_name="Vic")
    await database.recordings.add(kept, [WRAPPED])
    assert await database.recordings.get(RECORDING) == replace(kept, people=("Alex Host", "Vic"))
    assert await database.recordings.get(OTHER) is None


async def test_closing_keeps_what_the_session_taught(desk: Database) -> None:
    closed = recording(state=RecordingState.CLOSED, closed_ms=NOW + 9, outcome="solved", customer_name="")
    for _ in range(2):
        await desk.recordings.close(closed, leaf("RecordingClosed"))
    kept = await desk.recordings.get(RECORDING)
    assert kept is not None
    assert (kept.state, kept.closed_ms, kept.outcome) == (RecordingState.CLOSED, NOW + 9, "solved")
    assert (kept.customer_name, kept.companies) == ("Dana Öztürk", ("Acme Printers",))
    assert await desk.recordings.wrapped_keys(RECORDING) == (WRAPPED,)


async def test_the_keys_of_a_recording_come_by_class(desk: Database) -> None:
    third = RecordingId("rec_three")
    keys = [WrappedKey(cls, "kek-1", 1, cls.encode()) for cls in ("voice", "picture")]
    await desk.recordings.add(recording(id=third, session=SessionId("ses_three")), keys)
    assert await desk.recordings.wrapped_keys(third) == (keys[1], keys[0])
    assert await desk.recordings.wrapped_keys(RecordingId("rec_none")) == ()


FOUND: list[tuple[RecordingQuery, list[RecordingId]]] = [
    (RecordingQuery(), [RECORDING, OTHER]),
    (RecordingQuery(limit=1), [RECORDING]),
    (RecordingQuery(ticket_number=" inc-1042 "), [RECORDING]),
    (RecordingQuery(ticket_number="INC-104"), []),
    (RecordingQuery(person="OZTURK"), [RECORDING]),
    (RecordingQuery(person="alex"), [RECORDING, OTHER]),
    (RecordingQuery(person="100%"), [OTHER]),
    (RecordingQuery(person="%"), [OTHER]),
    (RecordingQuery(person="_"), []),
    (RecordingQuery(company="acme"), [RECORDING]),
    (RecordingQuery(company="alex"), []),
    (RecordingQuery(from_ms=NOW), [RECORDING]),
    (RecordingQuery(until_ms=NOW), [OTHER]),
    (RecordingQuery(words="letter"), [RECORDING]),
    (RecordingQuery(words="fuser"), [RECORDING]),
    (RecordingQuery(words="vpn"), [OTHER]),
    (RecordingQuery(words="nowhere"), []),
    (RecordingQuery(words="fuser", company="acme", person="vic", ticket_number="INC-1042"), [RECORDING]),
    (RecordingQuery(words="fuser", ticket_number="INC-2"), []),
]


async def test_recordings_are_found_by_every_field(desk: Database) -> None:
    answers = [(query, [one.id for one in await desk.recordings.find(query)]) for query, _ in FOUND]
    assert answers == FOUND


async def test_a_note_on_the_ticket_finds_its_recordings(desk: Database) -> None:
    await desk.tickets.add_entry(entry(1, "the zebra cable"), None)
    assert [one.id for one in await desk.recordings.find(RecordingQuery(words="zebra"))] == [RECORDING]
    await desk.tickets.add_entry(entry(2, "said okapi", session=SessionId("ses_else")), None)
    assert await desk.recordings.find(RecordingQuery(words="okapi")) == []


async def test_any_text_can_be_asked_for(desk: Database) -> None:
    for text in NASTY:
        for query in (
            RecordingQuery(ticket_number=text),
            RecordingQuery(person=text),
            RecordingQuery(company=text),
            RecordingQuery(words=text),
        ):
            assert {one.id for one in await desk.recordings.find(query)} <= {RECORDING, OTHER}


async def test_recordings_of_a_ticket(desk: Database) -> None:
    assert [one.id for one in await desk.recordings.of_ticket(TICKET.id)] == [RECORDING]
    assert (await desk.recordings.of_ticket(TICKET.id))[0].session == SESSION
