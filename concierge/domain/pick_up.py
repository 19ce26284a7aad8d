"""A colleague picks up a session whose host is gone: an open question to the customer, who decides about the new name."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class PickUp:
    """`by` waits in the session for the customer's answer; it lapses at `until_ms`. `came` means: came only for this."""

    by: ParticipantId
    until_ms: int
    came: bool
