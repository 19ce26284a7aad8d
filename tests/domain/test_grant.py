"""Grants: in force until an instant that no longer counts."""

from __future__ import annotations

from concierge.domain.capability import Capability
from concierge.domain.grant import Grant
from concierge.domain.ids import ParticipantId

GRANT = Grant(Capability.CHAT, ParticipantId("par_a"), None, until_ms=1_000)


def test_the_end_is_exclusive() -> None:
    assert GRANT.in_force(999)
    assert not GRANT.in_force(1_000)


def test_a_grant_is_one_capability_of_one_participant() -> None:
    assert GRANT.key == (ParticipantId("par_a"), Capability.CHAT)
