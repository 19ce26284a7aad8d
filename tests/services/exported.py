"""An export's own words, for tests that make a bundle without the use case."""

from __future__ import annotations

from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.services.export_port import Export


def export_of(recording: RecordingId, about: str = "About") -> Export:
    return Export(
        recording=recording,
        session=SessionId("ses_" + "s" * 26),
        ticket=TicketId("tic_" + "t" * 26),
        ticket_number="INC-1042",
        by="per_" + "d" * 26,
        by_name="Dora Audit",
        role="auditor",
        reason="Court order",
        at_ms=1_800_000_000_000,
        leaf=7,
        about=about,
        origin="log",
    )


async def unstamped(signature: bytes) -> None:
    """Nobody stamps."""
    assert len(signature) == 64
