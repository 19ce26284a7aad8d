from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.custody import Cause, Custody, Erasure, Hold
from concierge.domain.ids import RecordingId, TicketId
from concierge.domain.recording import RecordingState
from concierge.domain.wrapped_key import EVERY, WrappedKey
from concierge.services.ports import RecordingQuery
from tests.adapters.db.samples import (
    NOW,
    RECORDING,
    SESSION,
    TICKET,
    after,
    course,
    leaf,
    recording,
)

pytestmark = pytest.mark.peer

KEYS = [WrappedKey(cls, "kek-1", 1, b"\x01" + cls.encode()) for cls in ("conversation", "control", "picture")]
WHOLE = Erasure(RECORDING, (EVERY,), Cause.ASKED, NOW, "per_1", "Sara", "because")


@pytest.fixture
async def desk(database: Database) -> Database:
    """Return a desk with one finished session: a chat line, and a note at its end."""
    await database.tickets.add(TICKET, leaf())
    await database.recordings.add(recording(), KEYS)
    events = course(chat="PC LOAD LETTER", note="Replaced the fuser")
    await database.sessions.save(after(events), events, [])
    await database.recordings.close(
        recording(state=RecordingState.CLOSED, closed_ms=NOW + 9, outcome="solved"), leaf()
    )
    return database


async def classes(desk: Database) -> set[str]:
    return {key.cls for key in await desk.recordings.wrapped_keys(RECORDING)}


async def texts(desk: Database) -> list[str]:
    return [entry.text for entry in await desk.tickets.thread(TicketId(TICKET.id))]


async def test_the_whole_takes_every_key_and_every_word(desk: Database) -> None:
    begun = await desk.custody.begin(WHOLE, leaf())
    assert begun == replace(WHOLE, number=1)
    assert await classes(desk) == set()
    assert not any("LETTER" in text or "fuser" in text for text in await texts(desk))
    for words in ("LETTER", "fuser"):
        assert await desk.recordings.find(RecordingQuery(words=words)) == []
        assert await desk.tickets.search(words, 10) == []
    kept = await desk.sessions.events(SESSION)
    assert len(kept) == len(await desk.sessions.events(SESSION))
    assert not any("LETTER" in repr(event) or "fuser" in repr(event) for event in kept)
    row = await desk.recordings.get(RECORDING)
    assert row is not None
    assert row.outcome == ""


async def test_one_class_takes_its_own_words_and_no_others(desk: Database) -> None:
    await desk.custody.begin(replace(WHOLE, classes=("conversation",)), leaf())
    assert await classes(desk) == {"control", "picture"}
    assert await desk.tickets.search("LETTER", 10) == []
    assert await desk.tickets.search("fuser", 10) != []
    await desk.custody.begin(replace(WHOLE, classes=("picture",)), leaf())
    assert await classes(desk) == {"control"}
    assert await desk.tickets.search("fuser", 10) != []
    kept = (await desk.custody.of([RECORDING]))[RECORDING]
    assert [erasure.classes for erasure in kept.erasures] == [("conversation",), ("picture",)]


async def test_a_held_recording_loses_nothing(desk: Database) -> None:
    hold = Hold(RECORDING, NOW, "per_2", "Dora", "a court")
    assert await desk.custody.hold(hold, leaf())
    assert not await desk.custody.hold(replace(hold, reason="again"), leaf())
    assert await desk.custody.begin(WHOLE, leaf()) is None
    assert await classes(desk) == {key.cls for key in KEYS}
    assert await desk.custody.of([RECORDING, RecordingId("rec_no")]) == {RECORDING: Custody(hold)}
    assert await desk.custody.release(RECORDING, leaf())
    assert not await desk.custody.release(RECORDING, leaf())
    assert await desk.custody.of([RECORDING]) == {}


async def test_an_erasure_is_unfinished_until_it_is_scrubbed_and_noted(desk: Database) -> None:
    begun = await desk.custody.begin(WHOLE, leaf())
    assert begun is not None
    assert await desk.custody.unfinished() == [begun]
    await desk.custody.scrub()
    before = len(await desk.audit.tail(100))
    for _ in range(2):
        await desk.custody.finish(begun, NOW + 5, leaf())
    assert len(await desk.audit.tail(100)) == before + 1
    assert await desk.custody.unfinished() == []
    assert (await desk.custody.of([RECORDING]))[RECORDING].erasures == (replace(begun, done_ms=NOW + 5),)


async def test_due_is_what_is_over_closed_not_held_and_not_deleted(desk: Database) -> None:
    over = recording().keep_until_ms
    await desk.recordings.add(recording(id=RecordingId("rec_open"), keep_until_ms=over - 5), [])
    assert await desk.custody.due(over - 1, 10) == []
    assert await desk.custody.due(over, 10) == [RECORDING]
    await desk.custody.hold(Hold(RECORDING, NOW, "x", "y", "z"), leaf())
    assert await desk.custody.due(over, 10) == []
    await desk.custody.release(RECORDING, leaf())
    await desk.custody.begin(WHOLE, leaf())
    assert await desk.custody.due(over, 10) == [RECORDING]
    await desk.custody.begin(replace(WHOLE, cause=Cause.RETENTION), leaf())
    assert await desk.custody.due(over, 10) == []
