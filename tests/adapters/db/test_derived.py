from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.derived import destroy_derived
from concierge.adapters.db.repositories import Database
from concierge.adapters.db.tables import search_lines
from concierge.domain.custody import Cause, Erasure
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import EVERY
from tests.adapters.db.samples import RECORDING, SESSION, TICKET, after, course, leaf, recording

pytestmark = pytest.mark.peer


async def lines(database: Database) -> int:
    async def work(connection: AsyncConnection) -> int:
        return int(await connection.scalar(select(func.count()).select_from(search_lines)) or 0)

    return await database.store.read(work)


def erased(recording_id: RecordingId) -> Erasure:
    return Erasure(recording_id, (EVERY,), Cause.ASKED, 1, "x", "y", "z")


async def test_words_go_once_and_for_all_and_the_ticket_s_own_stay(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    await database.recordings.add(recording(), [])
    events = course(chat="PC LOAD LETTER", note="Replaced the fuser")
    await database.sessions.save(after(events), events, [])
    for _ in range(2):
        await database.store.write(lambda connection: destroy_derived(connection, erased(RECORDING)))
    assert await database.tickets.search("LETTER", 5) == await database.tickets.search("fuser", 5) == []
    assert [hit.ticket for hit in await database.tickets.search("printer", 5)] == [TICKET.id]
    assert [event.seq for event in await database.sessions.events(SESSION)]
    count = await lines(database)
    await database.store.write(lambda connection: destroy_derived(connection, erased(RecordingId("rec_no"))))
    assert await lines(database) == count
