from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain import limits
from concierge.domain.ids import InviteId, ParticipantId
from concierge.domain.invite import Invite, InviteState
from tests.adapters.db.samples import NOW, invite, leaf

LINK, PIN, WRONG = b"l" * 32, b"p" * 32, b"w" * 32
WHO = ParticipantId("par_vic")


async def redeem(database: Database, pin: bytes = PIN, now: int = NOW, who: ParticipantId = WHO) -> bool:
    return await database.invites.redeem(LINK, pin, who, now, leaf("InviteRedeemed", "inv_one"))


async def kinds(database: Database) -> list[str]:
    return [one.kind for _, one in reversed(await database.audit.tail(99))]


@pytest.fixture
async def desk(database: Database) -> Database:
    """Return a desk with one invite that is ready."""
    await database.invites.add(invite(), LINK, PIN, leaf("InviteCreated", "inv_one"))
    return database


async def known(database: Database) -> Invite:
    found = await database.invites.by_link(LINK)
    assert found is not None
    return found


async def test_an_invite_is_read_back_and_looking_changes_nothing(desk: Database) -> None:
    for _ in range(20):
        assert await known(desk) == invite()
    assert await desk.invites.get(InviteId("inv_one")) == invite()
    assert await desk.invites.every(5) == [invite()]
    assert await desk.invites.by_link(WRONG) is None
    assert await kinds(desk) == ["InviteCreated"]


async def test_an_invite_is_redeemed_once(desk: Database) -> None:
    assert await redeem(desk)
    assert not await redeem(desk)
    used = await known(desk)
    assert (used.redeemed_ms, used.redeemed_as, used.failed_pins) == (NOW, WHO, 0)
    assert used.state(NOW) is InviteState.REDEEMED
    assert await kinds(desk) == ["InviteCreated", "InviteRedeemed"]


@pytest.mark.parametrize("now", [invite().from_ms - 1, invite().until_ms])
async def test_outside_its_window_nothing_is_redeemed_or_counted(desk: Database, now: int) -> None:
    assert not await redeem(desk, now=now)
    assert not await redeem(desk, WRONG, now=now)
    assert await known(desk) == invite()


async def test_wrong_pins_are_counted_and_lock_also_for_the_right_one(desk: Database) -> None:
    tries = await asyncio.gather(*(redeem(desk, WRONG) for _ in range(limits.PIN_TRIES + 5)))
    assert not any(tries)
    assert not await redeem(desk)
    locked = await known(desk)
    assert locked.failed_pins == limits.PIN_TRIES
    assert locked.state(NOW) is InviteState.LOCKED
    assert await kinds(desk) == ["InviteCreated", *["InvitePinFailed"] * limits.PIN_TRIES]


async def test_a_revoked_invite_is_worth_nothing(desk: Database) -> None:
    assert await desk.invites.revoke(InviteId("inv_one"), NOW, leaf("InviteRevoked"))
    assert not await desk.invites.revoke(InviteId("inv_one"), NOW, leaf("InviteRevoked"))
    assert not await redeem(desk)
    assert (await known(desk)).state(NOW) is InviteState.REVOKED
    assert await kinds(desk) == ["InviteCreated", "InviteRevoked"]


RACER = """
import asyncio, json, sys
from concierge.adapters.db.repositories import Database
from tests.adapters.db.samples import leaf

async def race(url, number, now):
    database = Database(url)
    await database.start()
    print("ready", flush=True)
    sys.stdin.readline()
    results = await asyncio.gather(*(
        database.invites.redeem(b"l" * 32, b"p" * 32, f"par_{number}_{each}", now, leaf("InviteRedeemed"))
        for each in range(17)
    ))
    await database.stop()
    print(json.dumps(results))

asyncio.run(race(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def test_fifty_redeems_at_once_from_three_processes_seat_one(desk: Database, migrated_url: str) -> None:
    racers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", RACER, migrated_url, str(number), str(NOW)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        for number in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert await asyncio.wait_for(racer.stdout.readline(), 60) == b"ready\n"
    ended = await asyncio.gather(*(asyncio.wait_for(racer.communicate(b"go\n"), 60) for racer in racers))
    results = [result for out, _ in ended for result in json.loads(out)]
    assert len(results) == 51
    assert results.count(True) == 1
    assert await kinds(desk) == ["InviteCreated", "InviteRedeemed"]
    assert (await known(desk)).failed_pins == 0
