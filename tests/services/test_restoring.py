from __future__ import annotations

import json

import pytest

from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog
from concierge.domain.errors import BadInput
from concierge.services.restoring import WORDS_MAX, restore
from tests.adapters.db.samples import leaf
from tests.recorder.log.keys import signing_key
from tests.services.desk import START_MS, FakeClock


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
