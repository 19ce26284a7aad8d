from __future__ import annotations

from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_receipts import LogReceipts
from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.domain.recording_head import RecordingHead
from concierge.services.leaves import recording_leaf
from concierge.services.ports import RecordingOpening
from recorder.log.receipt import read_receipt
from tests.adapters.db.samples import leaf
from tests.recorder.log.keys import signing_key
from tests.services.desk import FakeClock

KEY = signing_key(bytes(range(32)))
OPENING = RecordingOpening(RecordingId("rec_one"), SessionId("ses_one"), TicketId("tic_one"), 7)


async def test_a_receipt_proves_the_newest_head(database: Database) -> None:
    receipts = LogReceipts(database.audit_tree, SignedLog(database.audit_tree, KEY, FakeClock()))
    assert await receipts.receipt(OPENING.recording) is None
    for kind, segments in (("RecordingOpened", 1), ("RecordingReached", 4), ("RecordingClosed", 9)):
        head = RecordingHead(segments, bytes([segments]) * 32, 0)
        await database.audit.append_all([recording_leaf(OPENING, kind, head, 7), leaf("Other")])
        raw = await receipts.receipt(OPENING.recording)
        assert raw is not None
        receipt = read_receipt(raw, KEY.public)
        assert receipt.known.heads == {segments: head.chain}
        assert receipt.known.ticket == OPENING.ticket
        if kind == "RecordingClosed":
            assert receipt.known.closed_at == 9
