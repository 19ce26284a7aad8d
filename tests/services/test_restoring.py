from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_parts import evidence_parts
from concierge.adapters.keys import Keyring
from concierge.domain.errors import BadInput
from concierge.services.restoring import WORDS_MAX, restore, restore_recordings
from concierge.wire import messages as wire
from recorder.reading import read_recording
from tests.adapters.db.samples import leaf
from tests.recorder.log.keys import signing_key
from tests.services.desk import START_MS, Desk, FakeClock, desk_in
from tests.services.test_recovering import crash, finish


async def test_a_restore_says_who_what_and_how_much(database: Database) -> None:
    log = SignedLog(database.audit_tree, signing_key(bytes(range(32))), FakeClock())
    await database.audit.append(leaf())
    was = log.origin
    done = await restore(
        log, database.audit_tree, FakeClock(), [await log.checkpoint(), b"x"], " Kim ", "Monday"
    )
    (kept,) = await database.audit_tree.leaves(done.number, 1)
    assert (kept.leaf.kind, kept.leaf.actor, kept.leaf.subject) == ("LogRestored", "Kim", "log")
    assert json.loads(kept.leaf.detail) == {
        "backup": "Monday",
        "epoch": f"restored-{START_MS // 1000}",
        "kept": 1,
        "lost_until": 1,
        "operator": "Kim",
        "was": was,
    }
    await log.start()
    await restore(log, database.audit_tree, FakeClock(), [await log.checkpoint()], "Kim", "again")
    assert await database.audit_tree.epoch() == START_MS // 1000 + 1


@pytest.mark.parametrize(("operator", "backup"), [("", "b"), ("a", " "), ("a" * (WORDS_MAX + 1), "b")])
async def test_nothing_is_restored_without_a_name(database: Database, operator: str, backup: str) -> None:
    log = SignedLog(database.audit_tree, signing_key(), FakeClock())
    with pytest.raises(BadInput):
        await restore(log, database.audit_tree, FakeClock(), [], operator, backup)


@pytest.mark.parametrize(("ring", "good"), [(b"k", True), (b"x", False)])
async def test_a_recording_that_was_open_says_that_it_was_restored(
    desk: Desk, tmp_path: Path, ring: bytes, *, good: bool
) -> None:
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("in the backup"))
    left, clock = crash(desk, tmp_path / "after"), FakeClock(desk.clock.now_ms + 90_000)
    database = Database(f"sqlite:///{left / 'desk.sqlite3'}")
    await database.start()
    parts = evidence_parts(left / "recordings", left, Keyring(ring * 32), clock)
    parts.start()
    done, failed = await restore_recordings(
        database.sessions, database.recordings, parts.log, " Kim ", "Monday"
    )
    await asyncio.to_thread(parts.stop)
    await database.stop()
    recording = live.decided.recording
    assert (done, [one for one, _why in failed]) == (([recording], []) if good else ([], [recording]))
    if good:
        async with desk_in(left, FakeClock(clock.now_ms + 20_000)) as again:
            await finish(again, again.registry.get(live.decided.id), live.decided.host)
        verdict = read_recording(left / "recordings" / recording, None, desk.key.public).verdict
        assert (verdict.status.value, verdict.rollbacks, verdict.closed) == ("recovered", 1, True)
