from __future__ import annotations

from concierge.adapters.db.repositories import Database
from concierge.domain.ids import ParticipantId
from tests.adapters.db.samples import NOW, SESSION

WHO = ParticipantId("par_one")


async def test_a_seat_is_found_by_its_secret_until_it_ends(database: Database) -> None:
    await database.seats.add(b"s" * 32, SESSION, WHO, NOW + 10)
    assert await database.seats.find(b"s" * 32, NOW) == (SESSION, WHO)
    assert await database.seats.find(b"s" * 32, NOW + 10) is None
    assert await database.seats.find(b"x" * 32, NOW) is None


async def test_a_secret_never_changes_its_seat(database: Database) -> None:
    await database.seats.add(b"s" * 32, SESSION, WHO, NOW + 10)
    await database.seats.add(b"s" * 32, SESSION, ParticipantId("par_two"), NOW + 99)
    assert await database.seats.find(b"s" * 32, NOW) == (SESSION, WHO)
