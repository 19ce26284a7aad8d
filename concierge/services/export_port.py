"""What an export says of itself to somebody outside, and the port to an authority that stamps times (RFC 3161)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from concierge.domain.errors import ConciergeError
from concierge.domain.ids import RecordingId, SessionId, TicketId
from concierge.services.audit_port import AuditProof


class StampUnavailable(ConciergeError):
    """The authority did not answer within its deadline, or with an answer that is not believed: `str(error)` says which."""


@dataclass(frozen=True, slots=True)
class StampedHead:
    """A signed checkpoint of the audit log, and the authority's answer over exactly these bytes."""

    size: int
    note: bytes
    stamp: bytes


@dataclass(frozen=True, slots=True)
class Export:
    """Who takes which recording out of the house, when (wall clock, ms) and why, and what goes with it.

    `about` is the README. `closed` proves under a signed checkpoint that the audit log knows the recording's end; `early`
    proves it under the first checkpoint with a time stamp that holds it. None: there is no such leaf or stamp.
    """

    recording: RecordingId
    session: SessionId
    ticket: TicketId
    ticket_number: str
    by: str
    by_name: str
    role: str
    reason: str
    at_ms: int
    leaf: int
    about: str
    origin: str
    closed: AuditProof | None = None
    early: tuple[AuditProof, StampedHead] | None = None


Stamp = Callable[[bytes], Awaitable[bytes | None]]
"""Given the signature of an export's statement, the time stamp over it; None when it cannot be had now."""


class TimeAuthority(Protocol):
    """Somebody trusted for the time."""

    @property
    def certificates(self) -> bytes:
        """The certificates it is believed by, PEM."""

    async def stamp(self, message: bytes) -> bytes:
        """Return a time-stamp response over SHA-256 of the message, checked, DER. Raises StampUnavailable."""


class StampStore(Protocol):
    """Time stamps of the audit log's heads. Every method may raise StoreUnavailable."""

    async def wanted(self) -> bool:
        """Return whether a recording was closed behind the newest stamped head."""

    async def keep(self, head: StampedHead, at_ms: int) -> None:
        """Keep a stamped head."""

    async def covering(self, number: int) -> StampedHead | None:
        """Return the first stamped head that holds this leaf, or None."""
