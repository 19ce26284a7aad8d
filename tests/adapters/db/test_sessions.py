from __future__ import annotations

import asyncio

from concierge.adapters.db.projections import SESSION_OPENED
from concierge.adapters.db.repositories import Database
from concierge.domain import events as ev
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.domain.ticket import Channel
from concierge.services.ports import SessionSummary
from tests.adapters.db.samples import (
    CUSTOMER,
    NASTY,
    NOW,
    RECORDING,
    SESSION,
    TICKET,
    after,
    course,
    leaf,
    recording,
)

MARK = ev.MarkDrawn(
    seq=8, at_ms=NOW, participant=CUSTOMER.id, surface=SurfaceId("sur_1"), shape="dot", points=((1, 2),)
)


def kept(events: list[ev.Event]) -> list[ev.Event]:
    return [event for event in events if not isinstance(event, ev.MarkDrawn | ev.MarksCleared)]


async def test_events_row_thread_and_leaves_are_kept_together(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    await database.recordings.add(recording(), [])
    events = [*course(), MARK]
    session = after(events)
    await database.sessions.save(session, events, [leaf("SessionOpened"), leaf("SessionEnded")])

    assert await database.sessions.events(SESSION) == kept(events)
    assert await database.sessions.summary(SESSION) == SessionSummary(
        id=SESSION,
        ticket=TICKET.id,
        recording=RECORDING,
        state="ended",
        host=TICKET.assignee,
        host_name="Alex Host",
        customer_name="Dana Öztürk",
        opened_ms=NOW,
        ended_ms=NOW + 6_000,
        end_reason="completed",
        outcome="solved",
        last_seq=8,
    )
    thread = await database.tickets.thread(TICKET.id)
    assert [entry.channel for entry in thread] == [Channel.SESSION, Channel.CHAT, Channel.SESSION]
    assert "Replaced the fuser" in thread[-1].text
    known = await database.recordings.get(RECORDING)
    assert known is not None
    assert known.people == ("Alex Host", "Dana Öztürk", "Vic Vendor")
    assert known.companies == ("Acme Printers",)
    assert known.customer_name == "Dana Öztürk"
    assert [one.kind for _, one in await database.audit.tail(9)] == [
        "SessionEnded",
        "SessionOpened",
        "Tested",
    ]
    ticket = await database.tickets.get(TICKET.id)
    assert ticket is not None
    assert ticket.updated_ms == NOW + 6_000


async def test_saving_twice_changes_nothing(database: Database) -> None:
    await database.tickets.add(TICKET, leaf())
    events = course()
    leaves = [leaf(f"Kind{number}", SESSION) for number in range(7)]
    await database.sessions.save(after(events[:4]), events[:4], leaves[:4])
    for _ in range(2):
        await database.sessions.save(after(events), events, leaves)
    await database.sessions.save(after(events[:4]), events[:4], leaves[:4])

    assert await database.sessions.events(SESSION) == kept(events)
    assert len(await database.tickets.thread(TICKET.id)) == 3
    assert [one for _, one in await database.audit.tail(99)] == [*reversed(leaves), leaf()]
    summary = await database.sessions.summary(SESSION)
    assert summary is not None
    assert (summary.state, summary.last_seq) == ("ended", 7), "an older state never overwrites a newer one"


async def test_the_same_fold_by_two_at_once_keeps_one_of_each(migrated_url: str) -> None:
    one, other = Database(migrated_url), Database(migrated_url)
    events = course()
    await asyncio.gather(
        *(each.sessions.save(after(events), events, []) for each in (one, other, one, other))
    )
    assert await one.sessions.events(SESSION) == kept(events)
    assert len(await one.tickets.thread(TICKET.id)) == 3
    await one.stop()
    await other.stop()


async def test_events_keep_every_character(database: Database) -> None:
    # Half characters never get into an event: the codec refuses them.
    texts = [text for text in NASTY if text == text.encode("utf-8", "replace").decode()]
    events = course()[:5]
    events += [
        ev.ChatSaid(seq=number, at_ms=NOW, participant=CUSTOMER.id, text=text)
        for number, text in enumerate(texts, 6)
    ]
    await database.sessions.save(after(events), events, [])
    assert await database.sessions.events(SESSION) == events
    assert len(await database.tickets.thread(TICKET.id)) == 2 + len(texts)


async def test_a_long_session_fits_in_one_save(database: Database) -> None:
    events = course()[:5]
    events += [
        ev.PresenceLost(seq=number, at_ms=NOW, participant=ParticipantId("par_host"))
        for number in range(6, 9_006)
    ]
    await database.sessions.save(after(events), events, [])
    assert len(await database.sessions.events(SESSION)) == len(events)


async def test_lists_tell_live_from_ended(database: Database) -> None:
    events = course()
    assert await database.sessions.events(SESSION) == []
    assert await database.sessions.summary(SESSION) is None
    await database.sessions.save(after(events[:1]), events[:1], [])
    assert await database.sessions.unfinished() == [(SESSION, RECORDING)]
    assert [row.id for row in await database.sessions.summaries(ended=False, limit=5)] == [SESSION]
    assert await database.sessions.summaries(ended=True, limit=5) == []
    thread = await database.tickets.thread(TICKET.id)
    assert [entry.text for entry in thread] == [SESSION_OPENED]

    await database.sessions.save(after(events), events[1:], [])
    assert await database.sessions.unfinished() == []
    assert await database.sessions.summaries(ended=False, limit=5) == []
    assert [row.id for row in await database.sessions.summaries(ended=True, limit=5)] == [SESSION]
    assert [row.id for row in await database.sessions.of_ticket(TICKET.id)] == [SESSION]
