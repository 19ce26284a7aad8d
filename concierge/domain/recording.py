"""What the desk's database knows of a recording. The evidence itself is in the recording; this only finds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from concierge.domain.ids import RecordingId, SessionId, TicketId


class RecordingState(StrEnum):
    """Whether it is still being written."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Recording:
    """Times are wall-clock milliseconds. `people` and `companies` are names as shown in the session, for finding it.

    `kept_by` is the name of the retention rule that `keep_until_ms` comes from; "" where that was never noted.
    """

    id: RecordingId
    session: SessionId
    ticket: TicketId
    state: RecordingState
    opened_ms: int
    closed_ms: int | None
    keep_until_ms: int
    host_name: str
    customer_name: str
    people: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    outcome: str = ""
    kept_by: str = ""
