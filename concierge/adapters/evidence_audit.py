"""The audit log for the outside: exported to a folder, proven leaf by leaf, and the recorder's own commands run here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from concierge.domain import limits
from concierge.services.audit_port import AuditLog, AuditProof, AuditTree
from recorder import cli
from recorder.log.folder import CHECKPOINT, CHECKPOINTS, HASHES, LEAVES
from recorder.log.merkle import leaf_hash


async def export_log(log: AuditLog, tree: AuditTree, note: bytes, folder: Path) -> int:
    """Write the log as it was at a checkpoint into a folder that must not exist; return how many leaves. Raises OSError."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    size = log.size_of(note)
    with (folder / LEAVES).open("wb") as leaves, (folder / HASHES).open("wb") as hashes:
        for first in range(1, size + 1, limits.LEAVES_EXPORTED_AT_ONCE):
            count = min(limits.LEAVES_EXPORTED_AT_ONCE, size + 1 - first)
            for kept in await tree.leaves(first, count):
                leaves.write(kept.text + b"\n")
                hashes.write(leaf_hash(kept.text))
    older = [
        one for one in await tree.checkpoints(limits.CHECKPOINTS_EXPORTED_MAX) if log.size_of(one) <= size
    ]
    lines = "".join(json.dumps(one.decode()) + "\n" for one in older)
    (folder / CHECKPOINTS).write_text(lines, encoding="utf-8")
    (folder / CHECKPOINT).write_bytes(note)
    return size


def proof_fields(proof: AuditProof) -> dict[str, object]:
    """Return a proof as JSON can say it."""
    return {
        "number": proof.number,
        "leaf": proof.text.decode(),
        "size": proof.size,
        "proof": [step.hex() for step in proof.hashes],
        "checkpoint": proof.checkpoint.decode(),
    }


def recorder_command(arguments: Sequence[str]) -> int:
    """Run a command of the recorder; its exit code."""
    return cli.main(list(arguments))
