from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_audit import export_log, proof_fields, recorder_command
from concierge.adapters.evidence_log import SignedLog
from concierge.domain import limits
from recorder.log.folder import verify_log
from recorder.log.merkle import leaf_hash
from tests.adapters.db.samples import NASTY, leaf
from tests.recorder.log.keys import signing_key
from tests.services.desk import FakeClock

KEY = signing_key(bytes(range(32)))


async def test_what_is_exported_is_verified_by_the_recorder_alone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LEAVES_EXPORTED_AT_ONCE", 7)
    log = SignedLog(database.audit_tree, KEY, FakeClock())
    for number, text in enumerate(NASTY):
        await database.audit.append(leaf(text))
        if number % 5 == 0:
            await log.checkpoint()
    note = await log.checkpoint()
    await database.audit.append(leaf("Later"))
    await log.checkpoint()
    assert await export_log(log, database.audit_tree, note, tmp_path / "log") == len(NASTY)
    verdict = verify_log(tmp_path / "log", KEY.public)
    assert (verdict.fault, verdict.checkpoint.size) == (None, len(NASTY))
    assert verdict.heads > 2
    assert recorder_command(["log", "verify", str(tmp_path / "log"), "--trust", KEY.public.hex()]) == 0
    with pytest.raises(FileExistsError):
        await export_log(log, database.audit_tree, note, tmp_path / "log")
    shutil.rmtree(tmp_path / "log")


async def test_a_proof_is_said_in_json(database: Database) -> None:
    await database.audit.append(leaf())
    proof = await SignedLog(database.audit_tree, KEY, FakeClock()).prove(1)
    fields = proof_fields(proof)
    assert (fields["number"], fields["size"], fields["proof"]) == (1, 1, [])
    assert len(leaf_hash(str(fields["leaf"]).encode())) == 32
