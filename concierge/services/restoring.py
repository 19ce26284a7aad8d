"""After a backup was put back: the log goes on in a new epoch that says so, by whom, from what, and what was lost.

Rule: nothing is restored silently. The first leaf of the epoch names operator, backup and lost range, and the range is what
anchors and witnesses prove; verifiers then say "declared rollback" where they would say "forged".
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from concierge.domain.errors import BadInput
from concierge.services.audit_port import AuditLog, AuditTree, Restored
from concierge.services.ports import AuditLeaf, Clock

WORDS_MAX = 500


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
