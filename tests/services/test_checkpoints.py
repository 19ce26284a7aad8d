"""Checkpoints with witnesses that answer, are silent, or hold more than the log has; the log is the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.db.audit import LogSealed
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.log_anchor import FileAnchor
from concierge.domain import limits
from concierge.services.audit_port import AuditLog, LogRolledBack, Witness, WitnessSilent
from concierge.services.checkpoints import Checkpoints
from recorder.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from recorder.log.cosignature import check_cosignature, cosign
from recorder.log.note import NoteKey, SignatureKind, SignedNote
from tests.adapters.db.samples import leaf
from tests.recorder.log.keys import signing_key
from tests.services.desk import FakeClock

KEY, WITNESS_KEY = signing_key(bytes(range(32))), signing_key(bytes(32))


class Willing:
    """A witness in memory that believes everything."""

    name = "witness.example/w"

    def __init__(self) -> None:
        self.notes: list[bytes] = []
        self.silent = 0

    async def held(self) -> tuple[bytes, ...]:
        if self.silent:
            raise WitnessSilent("it is asleep")
        return tuple(self.notes[-1:])

    async def cosign(self, note: bytes, log: AuditLog) -> bytes:
        if self.silent:
            self.silent -= 1
            raise WitnessSilent("it is asleep")
        if self.notes:
            await log.check(self.notes[-1], self.name)
        self.notes.append(note)
        text = SignedNote.parse(note).text
        return cosign(text, self.name, WITNESS_KEY, 1_790_000_000).line().encode()


def built(database: Database, folder: Path, *witnesses: Witness) -> tuple[SignedLog, Checkpoints]:
    log = SignedLog(database.audit_tree, KEY, FakeClock())
    return log, Checkpoints(log, database.audit_tree, FileAnchor(folder), witnesses)


async def test_a_checkpoint_is_kept_beside_and_cosigned(database: Database, tmp_path: Path) -> None:
    witness = Willing()
    log, checkpoints = built(database, tmp_path, witness)
    await database.audit.append(leaf())
    note = SignedNote.parse(await checkpoints.take())
    key = NoteKey(witness.name, SignatureKind.COSIGNATURE, WITNESS_KEY.public)
    assert check_cosignature(note, key) == 1_790_000_000
    assert open_checkpoint(note, KEY.public)[0].size == 1
    assert await log.newest() == note.encode()
    assert FileAnchor(tmp_path).read() == witness.notes[-1]
    assert checkpoints.silent == frozenset()


async def test_a_silent_witness_is_tried_again_then_left_alone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WITNESS_RETRY_MS", 1)
    witness = Willing()
    _log, checkpoints = built(database, tmp_path, witness)
    witness.silent = 2
    assert len(SignedNote.parse(await checkpoints.take()).signatures) == 3
    witness.silent = 3
    assert len(SignedNote.parse(await checkpoints.take()).signatures) == 2
    assert checkpoints.silent == {witness.name}
    witness.silent = 1
    await checkpoints.before_serving()


async def test_the_data_directory_remembers_more_than_an_older_database(
    database: Database, tmp_path: Path
) -> None:
    await database.audit.append(leaf())
    await database.audit.append(leaf())
    log, checkpoints = built(database, tmp_path)
    newer = await checkpoints.take()
    await checkpoints.before_serving()
    older = SignedLog(database.audit_tree, KEY, FakeClock())
    with pytest.raises(LogRolledBack, match=r"of 9 leaves, signed 2027-01-15T08:00:00.*database has 2"):
        await older.check(newer_than(log, 9), "somebody")
    FileAnchor(tmp_path).keep(newer_than(log, 9))
    with pytest.raises(LogRolledBack, match="the data directory holds"):
        await checkpoints.before_serving()
    with pytest.raises(LogSealed):
        await database.audit.append(leaf())
    FileAnchor(tmp_path).keep(newer)
    with pytest.raises(LogRolledBack, match="not been restored"):
        await checkpoints.before_serving()


def newer_than(log: SignedLog, size: int) -> bytes:
    return sign_checkpoint(Checkpoint(log.origin, size, bytes(32)), KEY, 1_800_000_000).encode()


async def test_a_fork_seals_the_log_while_it_runs(database: Database, tmp_path: Path) -> None:
    witness = Willing()
    log, checkpoints = built(database, tmp_path, witness)
    await database.audit.append(leaf())
    witness.notes.append(newer_than(log, 1))
    with pytest.raises(LogRolledBack, match="other contents"):
        await checkpoints.take()
    assert await database.audit_tree.sealed()


async def test_what_others_signed_says_nothing(database: Database, tmp_path: Path) -> None:
    log, _checkpoints = built(database, tmp_path)
    foreign = newer_than(log, 5).replace(b"\n5\n", b"\n6\n")
    for note in (b"", b"garbage", foreign):
        await log.check(note, "somebody")
