from __future__ import annotations

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.ticket import Channel
from tests.adapters.db.samples import NASTY, SESSION, TICKET, after, course, entry, leaf, ticket


@pytest.fixture
async def desk(database: Database) -> Database:
    """Return a desk with a ticket, a note, and a session with chat and a note of its own."""
    await database.tickets.add(TICKET, leaf())
    await database.tickets.add(ticket(2, title="VPN drops", description="every hour"), leaf())
    await database.tickets.add_entry(entry(1, "Caller says the toner is new", Channel.PHONE), None)
    events = course(chat="It says PC LOAD LETTER", note="Replaced the fuser")
    await database.sessions.save(after(events), events, [])
    return database


WHERE: list[tuple[str, list[str]]] = [
    ("printer", ["ticket"]),
    ("INC-1042", ["ticket"]),
    ("OZTURK", ["ticket", "ticket"]),
    ("toner", ["phone"]),
    ("load letter", ["chat"]),
    ("letter load", ["chat"]),
    ("fus", ["session"]),
    ("toner letter", []),
    ("nothing-like-it", []),
    ("", []),
    ("🧯 ***", []),
]


async def test_words_are_found_where_they_stand(desk: Database) -> None:
    answers = [(words, [hit.where for hit in await desk.tickets.search(words, 10)]) for words, _ in WHERE]
    assert answers == WHERE


async def test_a_hit_says_which_ticket_and_shows_the_match(desk: Database) -> None:
    (hit,) = await desk.tickets.search("load", 10)
    assert (hit.ticket, hit.number, hit.title) == (TICKET.id, TICKET.number, TICKET.title)
    assert hit.snippet == "It says PC \ue000LOAD\ue001 LETTER"


async def test_the_better_match_comes_first_and_the_limit_holds(desk: Database) -> None:
    await desk.tickets.add_entry(entry(2, "zebra " + "filler " * 200), None)
    await desk.tickets.add_entry(entry(3, "zebra zebra zebra"), None)
    found = await desk.tickets.search("zebra", 10)
    assert [len(hit.snippet) > 40 for hit in found] == [False, True]
    assert len(await desk.tickets.search("zebra", 1)) == 1


async def test_what_is_typed_is_never_syntax(desk: Database) -> None:
    plain = {hit.snippet for hit in await desk.tickets.search("fuser", 10)}
    assert len(plain) == 1
    for text in NASTY:
        found = {hit.snippet for hit in await desk.tickets.search(f"fuser {text}", 10)}
        assert found <= plain
        for query in (f"fuser*{text}", f"fuser' {text}", f'fuser" OR "{text}', f"(fuser | {text}"):
            assert len(await desk.tickets.search(query, 10)) <= 1


async def test_a_session_is_found_once_however_often_it_is_folded(desk: Database) -> None:
    events = course(chat="It says PC LOAD LETTER", note="Replaced the fuser")
    await desk.sessions.save(after(events), events, [])
    assert len(await desk.tickets.search("fuser", 10)) == 1
    assert (await desk.sessions.summary(SESSION)) is not None
