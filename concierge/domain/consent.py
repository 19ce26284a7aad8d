"""Consent: one question about one capability for one participant, and the customer's recorded answer.

Rule: no answer in time means no.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.capability import Capability
from concierge.domain.ids import ConsentId, ParticipantId


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words the customer read: SHA-256 (hex) of the shown text, and its BCP 47 language tag."""

    sha256: str
    language: str


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """An open question; it lapses at `until_ms`."""

    id: ConsentId
    capability: Capability
    participant: ParticipantId
    asked_by: ParticipantId | None
    until_ms: int
