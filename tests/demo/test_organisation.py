from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from concierge.bootstrap import Broker
from concierge.config import Config
from concierge.demo.organisation import as_demonstration, found
from concierge.demo.people import ANNA, COMPANIES, DESK, ORGANISATION
from concierge.demo.tickets import AGAIN, STORIES


def rows_of(database: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(database)) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr)  # noqa: S608 - names of tables
            for table in tables
            if table != "audit_checkpoints"  # signed anew as time goes by, whatever happens
        }


async def test_it_is_all_there(broker: Broker) -> None:
    for person in DESK:
        assert await broker.tools.people.person(person.id) == person
    assert {company.id for company in await broker.tools.people.companies()} == {one.id for one in COMPANIES}
    queue = await broker.tools.tickets.queue(100)
    assert len(queue) == len(STORIES) - 1
    assert queue[0].id == AGAIN.id
    assert len({ticket.number for ticket in queue}) == len(queue)


async def test_a_second_time_adds_nothing(broker: Broker) -> None:
    before = rows_of(broker.data.database)
    recordings = sorted(path.name for path in broker.data.recordings.iterdir())
    await found(broker)
    assert rows_of(broker.data.database) == before
    assert sorted(path.name for path in broker.data.recordings.iterdir()) == recordings
    assert len(recordings) == 1


async def test_what_a_run_that_was_cut_off_left_out_is_made_up_for(broker: Broker) -> None:
    before = await broker.tools.tickets.thread(AGAIN.id)
    with closing(sqlite3.connect(broker.data.database)) as connection, connection:
        connection.execute("DELETE FROM thread_entries WHERE id = ?", (before[-1].id,))
    assert len(await broker.tools.tickets.thread(AGAIN.id)) == len(before) - 1
    await found(broker)
    assert await broker.tools.tickets.thread(AGAIN.id) == before


async def test_what_people_changed_is_kept(broker: Broker) -> None:
    with closing(sqlite3.connect(broker.data.database)) as connection, connection:
        connection.execute("UPDATE tickets SET title = 'Mended' WHERE id = ?", (AGAIN.id,))
    await found(broker)
    ticket = await broker.tools.tickets.get(AGAIN.id)
    assert ticket is not None
    assert ticket.title == "Mended"


async def test_everybody_has_a_password_that_nobody_knows(broker: Broker) -> None:
    kept = [await broker.database.accounts.credentials_of(person.id) for person in DESK]
    hashes = {known.password_hash for known in kept if known is not None}
    assert len(hashes) == len(DESK)
    assert all(text is not None and text.startswith("$argon2id$") for text in hashes)


def test_a_name_that_was_set_is_kept(tmp_path: Path) -> None:
    plain = as_demonstration(Config(data_dir=tmp_path))
    assert plain.organisation == ORGANISATION
    assert plain.desk_phone
    own = as_demonstration(Config(data_dir=tmp_path, organisation="Our Desk", desk_phone="1234"))
    assert (own.organisation, own.desk_phone) == ("Our Desk", "1234")
    assert ANNA.email.endswith("lindmoor.example")
