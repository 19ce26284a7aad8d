from __future__ import annotations

from concierge.adapters.db.repositories import Database
from concierge.services.export_port import StampedHead
from concierge.services.ports import AuditLeaf


async def test_a_stamp_is_wanted_when_a_recording_was_closed_and_kept_once(database: Database) -> None:
    async def happens(*kinds: str) -> None:
        await database.audit.append_all([AuditLeaf(1, kind, "a", "rec", "{}") for kind in kinds])

    stamps = database.stamps
    await happens("SessionOpened", "RecordingOpened")
    assert not await stamps.wanted()
    await happens("RecordingClosed", "TicketNoted")
    assert await stamps.wanted()
    await stamps.keep(StampedHead(4, b"four", b"stamp"), 1)
    await stamps.keep(StampedHead(4, b"four", b"another"), 2)
    assert not await stamps.wanted()
    assert await stamps.covering(3) == StampedHead(4, b"four", b"stamp")
    assert await stamps.covering(5) is None
    await happens("RecordingClosed")
    assert await stamps.wanted()
    await stamps.keep(StampedHead(5, b"five", b"stamp"), 3)
    assert await stamps.covering(4) == StampedHead(4, b"four", b"stamp")
    assert await stamps.covering(5) == StampedHead(5, b"five", b"stamp")
