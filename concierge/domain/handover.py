"""Warm hand-over: the next host is named, comes, is briefed, and only then takes the session."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.domain.ids import ParticipantId, PersonId


@dataclass(frozen=True, slots=True)
class Handover:
    """An open offer. `successor` is set once the offered person sits in the session. It lapses at `until_ms`.

    `introduced`: the customer has been told the successor's name.
    """

    to: PersonId
    to_name: str
    offered_by: ParticipantId
    brief: str
    until_ms: int
    successor: ParticipantId | None = None
    introduced: bool = False
