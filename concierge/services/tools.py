"""What the use cases work with: every port in one frozen bundle, filled in once by bootstrap."""

from __future__ import annotations

from dataclasses import dataclass, field

from concierge.services.alarm_port import Alarms
from concierge.services.audit_port import NoReceipts, Receipts
from concierge.services.impression_port import Impressions
from concierge.services.media_port import MediaPlane
from concierge.services.policy_port import PolicyEngine
from concierge.services.portraits import Album
from concierge.services.ports import (
    Audit,
    Clock,
    EvidenceLog,
    Invites,
    Mint,
    Pairings,
    People,
    Recordings,
    Seats,
    Secrets,
    Sessions,
    Tickets,
)
from concierge.services.retaining import RetentionBook
from concierge.wire.messages import IceServer, Way


@dataclass(frozen=True, slots=True)
class Installation:
    """What the operator set for the whole installation, as people are shown it."""

    organisation: str
    desk_phone: str
    public_url: str
    kept_days: int
    backup_days: int = 0
    ice_servers: tuple[IceServer, ...] = ()
    turn_secret: str = field(default="", repr=False)
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Tools:
    """The ports, by name."""

    installation: Installation
    run: str
    clock: Clock
    mint: Mint
    secrets: Secrets
    policy: PolicyEngine
    media: MediaPlane
    evidence: EvidenceLog
    sessions: Sessions
    tickets: Tickets
    people: People
    invites: Invites
    pairings: Pairings
    seats: Seats
    recordings: Recordings
    audit: Audit
    alarms: Alarms
    impressions: Impressions
    album: Album = field(default_factory=Album)
    receipts: Receipts = field(default_factory=NoReceipts)
    retention: RetentionBook = field(default_factory=RetentionBook)
