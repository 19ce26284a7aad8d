"""After a backup was put back: the log goes on in a new epoch that says so, by whom, from what, and what was lost.

Rule: nothing is restored silently. The first leaf of the epoch names operator, backup and lost range, and the range is what
anchors and witnesses prove; verifiers then say "declared rollback" where they would say "forged".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from concierge.domain.errors import BadInput, EvidenceUnavailable
from concierge.domain.events import Event
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.audit_port import AuditLog, AuditTree, Restored
from concierge.services.ports import AuditLeaf, Clock, RecordingOpening, Recordings, Sessions

WORDS_MAX = 500


class Reopened(Protocol):
    """Recordings that can be opened again after a restore."""

    async def reopen(
        self, opening: RecordingOpening, keys: Sequence[WrappedKey], restore: tuple[str, str] | None = None
    ) -> list[Event]:
        """Open a new epoch that says, signed, who put which backup back. Raises EvidenceUnavailable."""


async def restore_recordings(
    sessions: Sessions, recordings: Recordings, evidence: Reopened, operator: str, backup: str
) -> tuple[list[RecordingId], list[tuple[RecordingId, str]]]:
    """Declare the rollback in every recording that is still open; return which say so now, and which could not and why.

    Raises StoreUnavailable. Its session is recovered at the next start, as after any stop.
    """
    rows = [await recordings.get(recording) for _session, recording in await sessions.unfinished()]
    done: list[RecordingId] = []
    failed: list[tuple[RecordingId, str]] = []
    for row in [*(row for row in rows if row is not None), *await recordings.orphans()]:
        opening = RecordingOpening(row.id, row.session, row.ticket, row.opened_ms)
        keys = await recordings.wrapped_keys(row.id)
        try:
            await evidence.reopen(opening, keys, (operator.strip(), backup.strip()))
        except EvidenceUnavailable as error:
            failed.append((row.id, str(error)))
        else:
            done.append(row.id)
    return done, failed


async def restore(
    log: AuditLog, tree: AuditTree, clock: Clock, held: Sequence[bytes], operator: str, backup: str
) -> Restored:
    """Open a restored epoch; `held` are checkpoints that others hold of this log. Raises BadInput, StoreUnavailable."""
    operator, backup = operator.strip(), backup.strip()
    if not 0 < len(operator) <= WORDS_MAX or not 0 < len(backup) <= WORDS_MAX:
        raise BadInput("a restore names its operator and its backup, in at most 500 characters each")
    kept = await tree.size()
    known = max((log.size_of(note) for note in held), default=0)
    at_ms = clock.wall()
    at_s = max(at_ms // 1000, await tree.epoch() + 1, *(log.epoch_of(note) + 1 for note in held), 1)
    detail = {
        "backup": backup,
        "epoch": f"restored-{at_s}",
        "kept": kept,
        "lost_until": max(known, kept),
        "operator": operator,
        "was": log.origin,
    }
    leaf = AuditLeaf(at_ms, "LogRestored", operator, "log", json.dumps(detail, sort_keys=True))
    number = await tree.restore(at_s, leaf)
    return Restored(number, kept, max(known, kept))
