from __future__ import annotations

import asyncio

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import PersonId
from concierge.services.api_keys import PREFIX, IssuedKey
from tests.adapters.db.samples import NASTY
from tests.services.front_desk import ALEX, START, FrontDesk

UNTIL = START + 3_600_000


@pytest.fixture
async def desk(database: Database) -> FrontDesk:
    return await FrontDesk(database).open()


async def issue(desk: FrontDesk, name: str = "script") -> IssuedKey:
    return await desk.keys.issue(ALEX.id, name, (Act.VIEW_TICKET, Act.CREATE_INVITE, Act.VIEW_TICKET), UNTIL)


async def test_a_key_is_recalled_with_its_person_and_scopes(desk: FrontDesk) -> None:
    issued = await issue(desk)
    assert issued.secret.startswith(PREFIX)
    assert issued.key.scopes == (Act.CREATE_INVITE, Act.VIEW_TICKET)
    assert await desk.keys.recall(issued.secret) == (issued.key, ALEX)
    assert await desk.kinds() == ["ApiKeyIssued"]
    for wrong in ("", PREFIX, issued.secret[:-1], issued.secret.removeprefix(PREFIX), *NASTY):
        assert await desk.keys.recall(wrong) is None


async def test_a_key_ends(desk: FrontDesk) -> None:
    issued = await issue(desk)
    desk.clock.at_ms = UNTIL - 1
    assert await desk.keys.recall(issued.secret) is not None
    desk.clock.at_ms = UNTIL
    assert await desk.keys.recall(issued.secret) is None


async def test_last_use_is_noted_now_and_then(desk: FrontDesk) -> None:
    issued = await issue(desk)
    for step in (0, 1, limits.SIGN_IN_SEEN_EVERY_MS):
        desk.clock.at_ms = START + step
        await desk.keys.recall(issued.secret)
    (key,) = await desk.keys.of_person(ALEX.id)
    assert key.used_ms == START + limits.SIGN_IN_SEEN_EVERY_MS


async def test_a_key_is_revoked_by_its_own_person_once(desk: FrontDesk) -> None:
    issued = await issue(desk)
    for person, code in ((PersonId("per_else"), "no_such_key"), (ALEX.id, ""), (ALEX.id, "no_such_key")):
        if not code:
            await desk.keys.revoke(person, issued.key.id)
            continue
        with pytest.raises(Refused) as refused:
            await desk.keys.revoke(person, issued.key.id)
        assert refused.value.code == code
    assert await desk.keys.recall(issued.secret) is None
    assert [key.revoked_ms for key in await desk.keys.of_person(ALEX.id)] == [START]
    assert await desk.kinds() == ["ApiKeyIssued", "ApiKeyRevoked"]


@pytest.mark.parametrize(
    ("name", "scopes", "until"),
    [
        ("", (Act.SEARCH,), UNTIL),
        (" ", (Act.SEARCH,), UNTIL),
        ("x" * 81, (Act.SEARCH,), UNTIL),
        ("script", (), UNTIL),
        ("script", (Act.SEARCH,), START),
        ("script", (Act.SEARCH,), START + limits.API_KEY_LIFE_MAX_MS + 1),
    ],
)
async def test_a_bad_key_is_not_issued(
    desk: FrontDesk, name: str, scopes: tuple[Act, ...], until: int
) -> None:
    with pytest.raises(BadInput):
        await desk.keys.issue(ALEX.id, name, scopes, until)
    assert await desk.keys.of_person(ALEX.id) == []


async def test_keys_are_counted_also_when_issued_at_once(desk: FrontDesk) -> None:
    many = [issue(desk, f"script {number}") for number in range(limits.API_KEYS_PER_PERSON_MAX + 4)]
    outcomes = await asyncio.gather(*many, return_exceptions=True)
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"too_many_keys"}
    assert len(await desk.keys.of_person(ALEX.id)) == limits.API_KEYS_PER_PERSON_MAX
