"""Invites: when one can be redeemed, and what a new one may carry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain import limits
from concierge.domain.capability import INVITABLE, Capability
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import CompanyId, InviteId, PersonId, TicketId
from concierge.domain.invite import Invite, InviteState, check_new

INVITE = Invite(
    InviteId("inv"), TicketId("tic"), None, CompanyId("com"), "Printers Ltd", "Vera Vogel", "v@example.com",
    frozenset({Capability.CHAT}), from_ms=1_000, until_ms=2_000, created_by=PersonId("per"), created_ms=0,
)  # fmt: skip
VIEW = frozenset({Capability.VIEW_SCREEN})


@pytest.mark.parametrize(
    ("changes", "now_ms", "state"),
    [
        ({}, 999, InviteState.NOT_YET),
        ({}, 1_000, InviteState.READY),
        ({}, 1_999, InviteState.READY),
        ({}, 2_000, InviteState.EXPIRED),
        ({"redeemed_ms": 1_500}, 1_600, InviteState.REDEEMED),
        ({"redeemed_ms": 1_500}, 2_000, InviteState.EXPIRED),
        ({"revoked_ms": 1_500}, 1_600, InviteState.REVOKED),
        ({"revoked_ms": 1_500, "redeemed_ms": 1_400}, 2_000, InviteState.REVOKED),
        ({"failed_pins": limits.PIN_TRIES - 1}, 1_500, InviteState.READY),
        ({"failed_pins": limits.PIN_TRIES}, 1_500, InviteState.LOCKED),
        ({"failed_pins": limits.PIN_TRIES}, 500, InviteState.LOCKED),
    ],
)
def test_what_an_invite_is_at_an_instant(changes: dict[str, int], now_ms: int, state: InviteState) -> None:
    invite = replace(INVITE, **changes)  # type: ignore[arg-type]
    assert invite.state(now_ms) is state
    if state is InviteState.READY:
        invite.check_redeemable(now_ms)
        return
    with pytest.raises(Refused) as no:
        invite.check_redeemable(now_ms)
    assert no.value.code == f"invite_{state.value}"


sets = st.frozensets(st.sampled_from(Capability))


@given(sets, sets)
def test_nobody_passes_on_more_than_their_own(
    asked: frozenset[Capability], held: frozenset[Capability]
) -> None:
    try:
        carried = check_new(asked, held, 0, 10, 5)
    except (BadInput, Refused):
        assert not asked or not asked <= held & INVITABLE
    else:
        assert carried == asked
        assert carried <= held & INVITABLE


@pytest.mark.parametrize(
    ("from_ms", "until_ms", "now_ms"),
    [(10, 10, 0), (11, 10, 0), (0, 10, 10), (0, 10, 11), (0, limits.INVITE_WINDOW_MAX_MS + 1, 0)],
)
def test_the_window_makes_sense(from_ms: int, until_ms: int, now_ms: int) -> None:
    with pytest.raises(BadInput):
        check_new(VIEW, VIEW, from_ms, until_ms, now_ms)


def test_the_longest_window_is_thirty_days() -> None:
    assert check_new(VIEW, VIEW, 5, 5 + limits.INVITE_WINDOW_MAX_MS, 5) == VIEW
