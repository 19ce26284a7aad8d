from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain.access import Act
from concierge.domain.ids import PersonId
from concierge.domain.person import PersonState
from concierge.services.account_port import ApiKey
from tests.adapters.db.samples import ALEX, NOW, leaf

KEY = ApiKey("key_1", ALEX.id, "script", (Act.SEARCH, Act.VIEW_DESK), NOW, NOW + 1_000_000)
HASH = b"h" * 32


@pytest.fixture
async def desk(database: Database) -> Database:
    await database.people.add_person(ALEX, None)
    assert await database.api_keys.add(KEY, HASH, leaf("ApiKeyIssued"))
    return database


async def test_a_key_is_read_back_as_it_was(desk: Database) -> None:
    assert await desk.api_keys.find(HASH, NOW) == (KEY, ALEX)
    assert await desk.api_keys.find(b"x" * 32, NOW) is None
    assert await desk.api_keys.of_person(ALEX.id) == [replace(KEY, used_ms=NOW)]
    assert await desk.api_keys.of_person(PersonId("per_else")) == []


async def test_revoking_keeps_the_row_and_one_leaf(desk: Database) -> None:
    assert not await desk.api_keys.revoke(PersonId("per_else"), KEY.id, NOW, leaf("ApiKeyRevoked"))
    assert await desk.api_keys.revoke(ALEX.id, KEY.id, NOW, leaf("ApiKeyRevoked"))
    assert not await desk.api_keys.revoke(ALEX.id, KEY.id, NOW, leaf("ApiKeyRevoked"))
    assert await desk.api_keys.find(HASH, NOW) is None
    assert [one.kind for _, one in await desk.audit.tail(9)] == ["ApiKeyRevoked", "ApiKeyIssued"]


async def test_a_disabled_person_gets_no_key(desk: Database) -> None:
    await desk.accounts.set_state(ALEX.id, PersonState.DISABLED, NOW, leaf("PersonDisabled"))
    assert not await desk.api_keys.add(replace(KEY, id="key_2"), b"y" * 32, leaf())
    assert [key.id for key in await desk.api_keys.of_person(ALEX.id)] == ["key_1"]
