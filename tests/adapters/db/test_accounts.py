from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.repositories import Database
from concierge.adapters.db.tables import sign_in_tries, sign_ins
from concierge.domain import limits
from concierge.domain.person import PersonState
from concierge.services.account_port import SignIn, SignInLink
from tests.adapters.db.samples import ALEX, NOW, leaf

SECRET, OTHER = b"s" * 32, b"o" * 32


def sign_in(number: int = 1) -> SignIn:
    return SignIn(f"sig_{number}", ALEX.id, NOW, NOW, NOW + 10_000_000, "192.0.2.1")


@pytest.fixture
async def desk(database: Database) -> Database:
    await database.people.add_person(ALEX, "old hash")
    return database


async def test_a_sign_in_and_its_leaf_are_kept_together(desk: Database) -> None:
    assert await desk.accounts.open_sign_in(sign_in(), SECRET, leaf("SignedIn"), password_hash="better")
    assert await desk.accounts.find_sign_in(SECRET, NOW) == (sign_in(), ALEX)
    assert await desk.accounts.find_sign_in(OTHER, NOW) is None
    known = await desk.accounts.credentials("ALEX")
    assert known is not None
    assert (known.person, known.password_hash) == (ALEX, "better")
    assert [one.kind for _, one in await desk.audit.tail(9)] == ["SignedIn"]


async def test_a_disabled_person_gets_no_sign_in_and_no_leaf(desk: Database) -> None:
    await desk.accounts.set_state(ALEX.id, PersonState.DISABLED, NOW, leaf("PersonDisabled"))
    assert not await desk.accounts.open_sign_in(sign_in(), SECRET, leaf("SignedIn"))
    assert await desk.accounts.find_sign_in(SECRET, NOW) is None
    assert [one.kind for _, one in await desk.audit.tail(9)] == ["PersonDisabled"]


async def test_a_step_is_used_once(desk: Database) -> None:
    assert await desk.accounts.open_sign_in(sign_in(1), SECRET, leaf(), totp_step=7)
    assert not await desk.accounts.open_sign_in(sign_in(2), OTHER, leaf(), totp_step=7)
    assert await desk.accounts.open_sign_in(sign_in(3), OTHER, leaf(), totp_step=8)


async def test_being_seen_is_written_now_and_then_only(desk: Database) -> None:
    await desk.accounts.open_sign_in(sign_in(), SECRET, leaf())
    for step in (1, limits.SIGN_IN_SEEN_EVERY_MS - 1):
        await desk.accounts.find_sign_in(SECRET, NOW + step)
    assert await desk.accounts.sign_ins(ALEX.id, NOW) == [sign_in()]
    await desk.accounts.find_sign_in(SECRET, NOW + limits.SIGN_IN_SEEN_EVERY_MS)
    (seen,) = await desk.accounts.sign_ins(ALEX.id, NOW)
    assert seen.seen_ms == NOW + limits.SIGN_IN_SEEN_EVERY_MS


async def test_a_link_counts_down_in_one_statement(desk: Database) -> None:
    link = SignInLink("lnk_1", ALEX.id, NOW, NOW + 1_000, 2)
    await desk.accounts.add_link(link, OTHER, leaf())
    used = [
        await desk.accounts.use_link(OTHER, sign_in(number), bytes([number] * 32), leaf())
        for number in range(3)
    ]
    assert used == [ALEX, ALEX, None]


async def test_tries_are_counted_by_name_and_old_ones_forgotten(desk: Database) -> None:
    async def rows(connection: AsyncConnection) -> object:
        return await connection.scalar(select(func.count()).select_from(sign_in_tries))

    assert [await desk.accounts.count_try("x", NOW) for _ in range(6)] == [1, 2, 3, 4, 5, None]
    assert await desk.accounts.count_try(" X ", NOW + limits.SIGN_IN_LOCK_MS - 1) is None
    assert await desk.accounts.count_try("y", NOW) == 1
    assert await desk.accounts.count_try("z", NOW + limits.SIGN_IN_LOCK_MS) == 1
    assert await desk.store.read(rows) == 1


async def test_ended_sign_ins_leave_no_row(desk: Database) -> None:
    async def rows(connection: AsyncConnection) -> object:
        return await connection.scalar(select(func.count()).select_from(sign_ins))

    await desk.accounts.open_sign_in(sign_in(1), SECRET, leaf())
    await desk.accounts.open_sign_in(sign_in(2), OTHER, leaf(), replaced_hash=SECRET)
    assert await desk.store.read(rows) == 1
    assert await desk.accounts.end_sign_ins(ALEX.id, leaf("SignedOut")) == 1
    assert await desk.accounts.end_sign_ins(ALEX.id, leaf("SignedOut")) == 0
    assert await desk.store.read(rows) == 0
    assert [one.kind for _, one in await desk.audit.tail(9)].count("SignedOut") == 1
