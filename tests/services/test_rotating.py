from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from concierge.adapters.evidence_keys import CLASS_NAMES
from concierge.adapters.keys import Keyring, KmsSilent
from concierge.adapters.keys.local import HeldKeks
from concierge.domain import limits
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import EVERY, WrappedKey
from concierge.services.rotating import Rotation, rotate
from concierge.wire import messages as wire
from tests.adapters.db.samples import recording
from tests.peers.key_service import key_service
from tests.services.desk import Desk
from tests.services.tape import taped

OLD, NEW = b"k" * 32, b"n" * 32


def rings() -> tuple[Keyring, Keyring]:
    """Return the desk's own keyring, and one that wraps under a newer KEK and knows the desk's."""
    return Keyring(OLD), Keyring(NEW, HeldKeks("older", [OLD]))


async def turn(desk: Desk, ring: Keyring) -> Rotation:
    return await rotate(desk.database.keys, ring, desk.tools.audit, desk.clock)


async def many(desk: Desk, ring: Keyring, count: int) -> dict[RecordingId, WrappedKey]:
    made = {}
    for number in range(count):
        name = RecordingId(f"rec_{number:03}")
        (made[name],) = await asyncio.to_thread(ring.wrap, name, {EVERY: bytes([number % 250 + 1]) * 32})
        await desk.tools.recordings.add(replace(recording(), id=name), [made[name]])
    return made


async def test_everything_is_wrapped_anew_while_one_is_recorded_and_one_played(desk: Desk) -> None:
    tape = await taped(desk, 12)
    live, customer, _surface = await desk.sharing()
    _, both = rings()
    desk.reader._ring = both
    before = await desk.tools.recordings.wrapped_keys(tape.recording)
    done = await turn(desk, both)
    assert done == Rotation(both.current(), 2 * len(CLASS_NAMES), 0)
    after = await desk.tools.recordings.wrapped_keys(tape.recording)
    assert {key.kek for key in after} == {both.current()}
    for keys in (before, after):
        assert (await desk.reader.script(tape.recording, keys)).readable
    await desk.send(live, customer, wire.Say("still here"))
    await desk.send(live, live.decided.host, wire.End("resolved", ""))
    await desk.ended(live)
    desk.reader._ring = Keyring(NEW)
    assert (await desk.script(live)).readable
    leaves = {leaf.kind: json.loads(leaf.detail) for _, leaf in await desk.tools.audit.tail(20)}
    assert leaves["KeysRewrapped"]["count"] == 2 * len(CLASS_NAMES)
    assert leaves["KeyRotationEnded"] == {"left": 0, "rewrapped": 2 * len(CLASS_NAMES)}
    assert {"KeyRotationBegun"} <= set(leaves)


async def test_what_a_kill_left_is_what_the_next_run_begins_with(desk: Desk) -> None:
    old, both = rings()
    count = limits.KEYS_REWRAP_BATCH + 5
    made = await many(desk, old, count)

    class Killed(Exception):
        pass

    def killed(_count: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        await rotate(desk.database.keys, both, desk.tools.audit, desk.clock, killed)
    counts = await desk.database.keys.counts()
    assert 0 < counts[both.current()] < count
    for name in made:
        keys = await desk.tools.recordings.wrapped_keys(name)
        assert both.unwrap(name, keys) == old.unwrap(name, [made[name]])
    done = await turn(desk, both)
    assert done.rewrapped == count - counts[both.current()]
    assert await desk.database.keys.counts() == {both.current(): count}


async def test_keys_of_a_lost_kek_are_counted_and_left_as_they_are(desk: Desk) -> None:
    old, _ = rings()
    made = await many(desk, Keyring(b"x" * 32), limits.KEYS_REWRAP_BATCH * 2)
    await desk.tools.recordings.add(
        replace(recording(), id=RecordingId("rec_zzz")), old.wrap("rec_zzz", {EVERY: b"d" * 32})
    )
    done = await turn(desk, Keyring(NEW, HeldKeks("older", [OLD])))
    assert (done.rewrapped, done.left) == (1, len(made))
    assert await desk.tools.recordings.wrapped_keys(RecordingId("rec_000")) == (made[RecordingId("rec_000")],)


async def test_from_a_file_to_a_kms_and_a_silent_kms_stops_and_loses_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    old, _ = rings()
    made = await many(desk, old, 3)
    with key_service(tmp_path / "kms") as service:
        ring = Keyring(service.keks(), HeldKeks("older", [OLD]))
        service.control(mood="broken")
        with pytest.raises(KmsSilent):
            await turn(desk, ring)
        assert set(await desk.database.keys.counts()) == {old.current()}
        service.control(mood="")
        assert (await turn(desk, ring)).rewrapped == 3
        assert set(await desk.database.keys.counts()) == {"kms:desk/1"}
        name = RecordingId("rec_002")
        keys = await desk.tools.recordings.wrapped_keys(name)
        assert ring.unwrap(name, keys) == old.unwrap(name, [made[name]])
