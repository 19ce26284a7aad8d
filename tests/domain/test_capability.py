"""Capabilities: what each needs, and that lists only narrow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from concierge.domain.capability import IN_A_BROWSER, INVITABLE, NEEDS, Capability, attenuate

sets = st.frozensets(st.sampled_from(Capability))


@given(sets, sets)
def test_attenuating_never_widens(asked: frozenset[Capability], held: frozenset[Capability]) -> None:
    narrowed = attenuate(asked, held)
    assert narrowed <= held
    assert narrowed <= asked
    assert attenuate(narrowed, held) == narrowed


def test_every_capability_says_what_it_needs() -> None:
    assert NEEDS.keys() == set(Capability)


def test_only_chat_and_marks_need_no_consent() -> None:
    free = {capability for capability, need in NEEDS.items() if not need.consent}
    assert free == {Capability.CHAT, Capability.MARK}


def test_an_invite_carries_nothing_of_the_endpoint_and_never_the_recording() -> None:
    assert {Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT, Capability.MARK} == INVITABLE
    assert not any(NEEDS[capability].endpoint_client for capability in IN_A_BROWSER)
