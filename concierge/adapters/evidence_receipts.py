"""Signed receipts: where a recording ended, with the proof that the audit log knows it (format: recorder/log/receipt.py)."""

from __future__ import annotations

import json
from typing import Final

from concierge.domain.ids import RecordingId
from concierge.services.audit_port import AuditLog, AuditTree
from recorder.log.receipt import write_receipt

_HEADS: Final = ("RecordingOpened", "RecordingReached", "RecordingClosed")


class LogReceipts:
    """The Receipts port over the log."""

    def __init__(self, tree: AuditTree, log: AuditLog) -> None:
        self._tree = tree
        self._log = log

    async def receipt(self, recording: RecordingId) -> bytes | None:
        """Return the receipt as JSON for the newest head of a recording; None when the log knows nothing of it."""
        heads = await self._tree.about(recording, _HEADS)
        if not heads:
            return None
        proof = await self._log.prove(heads[-1].number)
        document = write_receipt(proof.number, proof.text, proof.hashes, proof.checkpoint)
        return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
