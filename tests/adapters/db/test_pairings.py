from __future__ import annotations

import asyncio

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.errors import BadInput
from concierge.domain.ids import SessionId
from tests.adapters.db.samples import NOW, SESSION

CODE, OTHER = b"c" * 32, b"o" * 32
LATER = NOW + 600_000


async def test_a_pairing_is_found_until_it_ends(database: Database) -> None:
    await database.pairings.add("code", CODE, SESSION, LATER)
    assert await database.pairings.find("code", CODE, LATER - 1) == SESSION
    assert await database.pairings.find("code", CODE, LATER) is None
    assert await database.pairings.find("link", CODE, NOW) is None
    assert await database.pairings.find("code", OTHER, NOW) is None


async def test_one_of_many_uses_it_up(database: Database) -> None:
    await database.pairings.add("code", CODE, SESSION, LATER)
    assert not await database.pairings.use("code", CODE, LATER)
    used = await asyncio.gather(*(database.pairings.use("code", CODE, NOW) for _ in range(20)))
    assert used.count(True) == 1
    assert await database.pairings.find("code", CODE, NOW) is None


async def test_a_new_code_replaces_the_old_one_and_leaves_the_link(database: Database) -> None:
    await database.pairings.add("code", CODE, SESSION, LATER)
    await database.pairings.add("link", CODE, SESSION, LATER)
    await database.pairings.add("code", OTHER, SESSION, LATER)
    assert await database.pairings.find("code", CODE, NOW) is None
    assert await database.pairings.find("code", OTHER, NOW) == SESSION
    assert await database.pairings.find("link", CODE, NOW) == SESSION


async def test_two_sessions_cannot_have_the_same_code(database: Database) -> None:
    await database.pairings.add("code", CODE, SESSION, LATER)
    with pytest.raises(BadInput):
        await database.pairings.add("code", CODE, SessionId("ses_two"), LATER)
    assert await database.pairings.find("code", CODE, NOW) == SESSION


async def test_everything_of_a_session_is_forgotten(database: Database) -> None:
    await database.pairings.add("code", CODE, SESSION, LATER)
    await database.pairings.add("code", OTHER, SessionId("ses_two"), LATER)
    await database.pairings.drop(SESSION)
    assert await database.pairings.find("code", CODE, NOW) is None
    assert await database.pairings.find("code", OTHER, NOW) == SessionId("ses_two")
