"""The ports: what the use cases need from outside, in ids, values and bytes only. Adapters implement, bootstrap connects.

The media plane and the policy engine have files of their own. Every method may raise ConciergeError kinds named in its
docstring; a database that stays unreachable raises StoreUnavailable after its own bounded retries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from concierge.domain.errors import ConciergeError
from concierge.domain.events import Event
from concierge.domain.ids import (
    CompanyId,
    InviteId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    TicketId,
)
from concierge.domain.invite import Invite
from concierge.domain.person import Company, Person
from concierge.domain.recording import Recording
from concierge.domain.recording_head import RecordingHead
from concierge.domain.session import Session
from concierge.domain.ticket import ThreadEntry, Ticket, TicketState
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.media_port import FrameSink


class StoreUnavailable(ConciergeError):
    """The database did not answer within its deadline; nothing of the call was kept."""


class Clock(Protocol):
    """Time as an argument. `now` never steps: it is anchored once and runs on CLOCK_BOOTTIME."""

    def now(self) -> int:
        """Milliseconds since the epoch on the broker's steady clock: for deadlines and order."""

    def wall(self) -> int:
        """Milliseconds since the epoch on the machine's wall clock: a label for people."""


class Mint(Protocol):
    """Randomness as an argument: `secrets` in production, a counter in tests."""

    def id(self, kind: str) -> str:
        """Return a fresh identifier of a kind of domain.ids.PREFIXES."""

    def secret(self) -> str:
        """Return a URL-safe secret of at least 192 bits."""

    def digits(self, count: int) -> str:
        """Return so many decimal digits, uniformly."""


@dataclass(frozen=True, slots=True)
class AuditLeaf:
    """One line of the audit log. `kind` is a past-tense name; `detail` is JSON text without secrets."""

    at_ms: int
    kind: str
    actor: str
    subject: str
    detail: str


# --- the desk's records ---


class Sessions(Protocol):
    """Live and ended sessions: their events, a row to list them by, and what they project into the thread."""

    async def save(self, session: Session, events: Sequence[Event], leaves: Sequence[AuditLeaf]) -> None:
        """Keep events not kept yet (by number), the row, projections and audit leaves in ONE transaction. Idempotent."""

    async def events(self, session: SessionId) -> list[Event]:
        """Return the kept events in order (marks are not kept); empty for an unknown session."""

    async def unfinished(self) -> list[tuple[SessionId, RecordingId]]:
        """Return every session that has not ended, or whose recording is not closed."""

    async def summaries(self, *, ended: bool, limit: int) -> list[SessionSummary]:
        """Return rows for lists, newest first."""

    async def summary(self, session: SessionId) -> SessionSummary | None:
        """Return one row, or None."""

    async def of_ticket(self, ticket: TicketId) -> list[SessionSummary]:
        """Return a ticket's sessions, newest first."""


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session's row. Times on the broker's steady clock, which lies within a step of wall time."""

    id: SessionId
    ticket: TicketId
    recording: RecordingId
    state: str
    host: PersonId | None
    host_name: str
    customer_name: str
    opened_ms: int
    ended_ms: int | None
    end_reason: str | None
    outcome: str
    last_seq: int


class Tickets(Protocol):
    """Tickets and their threads."""

    async def add(self, ticket: Ticket, leaf: AuditLeaf) -> None:
        """Keep a new ticket."""

    async def get(self, ticket: TicketId) -> Ticket | None:
        """Return a ticket, or None."""

    async def queue(self, limit: int) -> list[Ticket]:
        """Return tickets that are not solved: urgent first, then oldest first."""

    async def next_number(self) -> str:
        """Return the next free number, as in INC-1042."""

    async def set_state(self, ticket: TicketId, state: TicketState, at_ms: int) -> None:
        """Move a ticket."""

    async def thread(self, ticket: TicketId) -> list[ThreadEntry]:
        """Return the timeline, oldest first."""

    async def add_entry(self, entry: ThreadEntry, leaf: AuditLeaf | None) -> None:
        """Add to the timeline. Idempotent by the entry's id."""

    async def search(self, words: str, limit: int) -> list[SearchHit]:
        """Find words in tickets, chat lines and notes; best first. Text in `words` is never syntax."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """`snippet` marks matches with U+E000 … U+E001, which pages turn into emphasis after escaping."""

    ticket: TicketId
    number: str
    title: str
    where: str
    snippet: str
    at_ms: int
    session: SessionId | None = None


class People(Protocol):
    """Desk people and vendor companies."""

    async def add_person(self, person: Person, password_hash: str | None) -> None:
        """Keep a new person."""

    async def person(self, person: PersonId) -> Person | None:
        """Return a person, or None."""

    async def hosts(self) -> list[Person]:
        """Return enabled people who may host, by name."""

    async def every(self) -> list[Person]:
        """Return everybody of the desk by name, the disabled too."""

    async def named(self, sign_in_name: str) -> Person | None:
        """Find by sign-in name, compared casefolded."""

    async def disabled(self) -> frozenset[PersonId]:
        """Return who may not sign in."""

    async def add_company(self, company: Company) -> None:
        """Keep a new vendor company."""

    async def companies(self) -> list[Company]:
        """Return vendor companies by name."""

    async def company(self, company: CompanyId) -> Company | None:
        """Return a company, or None."""


class Invites(Protocol):
    """Invites; secrets arrive here only as SHA-256 hashes."""

    async def add(self, invite: Invite, link_hash: bytes, pin_hash: bytes, leaf: AuditLeaf) -> None:
        """Keep a new invite."""

    async def by_link(self, link_hash: bytes) -> Invite | None:
        """Find by the hash of the link's secret; changes nothing."""

    async def get(self, invite: InviteId) -> Invite | None:
        """Return an invite, or None."""

    async def every(self, limit: int) -> list[Invite]:
        """Return all invites, newest first."""

    async def redeem(
        self, link_hash: bytes, pin_hash: bytes, participant: ParticipantId, now_ms: int, leaf: AuditLeaf
    ) -> bool:
        """Use it up in one atomic UPDATE … WHERE: True for exactly one caller, ever. A wrong PIN counts a failure."""

    async def revoke(self, invite: InviteId, now_ms: int, leaf: AuditLeaf) -> bool:
        """Revoke; True when it was not revoked before."""

    async def freeze(self, invite: InviteId, now_ms: int, leaf: AuditLeaf) -> bool:
        """Freeze; True when it was not frozen before."""

    async def renew(self, invite: InviteId, pin_hash: bytes, leaf: AuditLeaf, *, thaw: bool) -> bool:
        """Put a new PIN in the place of the old one, and count wrong ones anew; `thaw`: a frozen one can be redeemed again."""

    async def note_test(self, link_hash: bytes, result: str, now_ms: int) -> bool:
        """Note how a test of the connection went; False when no invite has that link."""

    async def link_hash(self, invite: InviteId) -> bytes | None:
        """Return the hash that an invite's PIN is bound to."""


class Pairings(Protocol):
    """Codes and links by which a customer finds a session; kept only as hashes."""

    async def add(self, kind: str, secret_hash: bytes, session: SessionId, until_ms: int) -> None:
        """Keep a pairing. `kind` is "code" or "link"; a session's new code replaces its old one."""

    async def find(self, kind: str, secret_hash: bytes, now_ms: int) -> SessionId | None:
        """Return the session of a pairing that is still good and unused."""

    async def use(self, kind: str, secret_hash: bytes, now_ms: int) -> bool:
        """Use a pairing up atomically: True for exactly one caller."""

    async def drop(self, session: SessionId) -> None:
        """Forget every pairing of a session."""


class Seats(Protocol):
    """Which browser may take which seat again, and who may read which receipt; secrets kept as hashes."""

    async def add(
        self, secret_hash: bytes, session: SessionId, participant: ParticipantId, until_ms: int
    ) -> None:
        """Keep a seat's secret."""

    async def find(self, secret_hash: bytes, now_ms: int) -> tuple[SessionId, ParticipantId] | None:
        """Return the seat of a secret that is still good."""

    async def forget(self, secret_hash: bytes) -> None:
        """Drop a secret: it opens nothing any more."""


class Recordings(Protocol):
    """Recordings as the database knows them, and their wrapped keys (never beside the recording)."""

    async def add(self, recording: Recording, keys: Sequence[WrappedKey]) -> None:
        """Keep a new recording's row and its data keys, wrapped."""

    async def get(self, recording: RecordingId) -> Recording | None:
        """Return a recording, or None."""

    async def wrapped_keys(self, recording: RecordingId) -> tuple[WrappedKey, ...]:
        """Return the wrapped data keys by class; those that were destroyed are not there."""

    async def orphans(self) -> list[Recording]:
        """Return open recordings whose session was never kept: what a crash between the two leaves behind."""

    async def close(self, recording: Recording, leaf: AuditLeaf) -> None:
        """Keep the closed row and its leaf. Idempotent."""

    async def find(self, query: RecordingQuery) -> list[Recording]:
        """Return recordings that fit every given field, newest first."""

    async def of_ticket(self, ticket: TicketId) -> list[Recording]:
        """Return a ticket's recordings, newest first."""


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """Empty fields match everything. Times are wall-clock milliseconds; `words` also finds chat and notes."""

    ticket_number: str = ""
    person: str = ""
    company: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
    words: str = ""
    limit: int = 100


class Audit(Protocol):
    """The append-only audit log."""

    async def append(self, leaf: AuditLeaf) -> int:
        """Append one leaf durably; return its number."""

    async def append_all(self, leaves: Sequence[AuditLeaf]) -> int:
        """Append leaves durably, all or none; return the number of the last."""

    async def tail(self, limit: int) -> list[tuple[int, AuditLeaf]]:
        """Return the newest leaves, newest first."""


# --- evidence ---


@dataclass(frozen=True, slots=True)
class RecordingOpening:
    """What a new recording's public header says: opaque ids and a time, no names."""

    recording: RecordingId
    session: SessionId
    ticket: TicketId
    opened_ms: int


class EvidenceLog(Protocol):
    """The recorder as the session core sees it.

    Enqueueing happens synchronously at the call, in call order; awaiting tells when it is durable.
    """

    async def open(self, opening: RecordingOpening) -> tuple[WrappedKey, ...]:
        """Create a recording; return its wrapped data keys. Raises EvidenceUnavailable."""

    async def reopen(self, opening: RecordingOpening, keys: Sequence[WrappedKey]) -> list[Event]:
        """Recover after a crash into a new epoch; return every event the recording holds. Raises EvidenceUnavailable."""

    def commit(self, recording: RecordingId, events: Sequence[Event]) -> Awaitable[None]:
        """Enqueue now; the awaitable resolves when durable, or raises EvidenceUnavailable."""

    def enqueue(self, recording: RecordingId, events: Sequence[Event]) -> None:
        """Enqueue a stream event. Raises EvidenceUnavailable at once when the queue is not taken any more."""

    def lag_ms(self, recording: RecordingId) -> int:
        """Age of the oldest thing enqueued and not yet durable."""

    def frames(self, recording: RecordingId) -> FrameSink:
        """Return the sink through which this recording's pictures and voices enter its queue."""

    async def resume(self, recording: RecordingId, reason: str) -> None:
        """Try to write again after a failure, behind a signed gap. Raises EvidenceUnavailable while it cannot."""

    def head(self, recording: RecordingId) -> RecordingHead | None:
        """Return how far the recording durably reaches and who signed it; None when it is not open."""

    async def close(self, recording: RecordingId, summary: str) -> RecordingHead:
        """Write the final segment and destroy the ephemeral signing key; return where the recording ends."""

    @property
    def fingerprint(self) -> str:
        """The name of the installation key that signs recordings, as people compare it."""

    async def try_out(self) -> None:
        """Return when the recorder lives and can make something durable now. Raises EvidenceUnavailable within READY_WAIT_MS."""

    def watch(self, callback: Callable[[RecordingId, str], None]) -> None:
        """Name who is told, on the event loop, when a recording can no longer be written."""


class Secrets(Protocol):
    """Turns a secret into what may be stored: HMAC-SHA-256 under the installation's pepper, apart for every kind."""

    def digest(self, kind: str, secret: str) -> bytes:
        """Return 32 bytes; equal secrets of different kinds differ."""
