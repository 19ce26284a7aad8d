from __future__ import annotations

from concierge.domain.ids import RecordingId
from concierge.services.audit_port import NoReceipts, Receipts


async def test_without_a_signed_log_nobody_is_given_a_receipt() -> None:
    receipts: Receipts = NoReceipts()
    assert await receipts.receipt(RecordingId("rec_" + "a" * 26)) is None
