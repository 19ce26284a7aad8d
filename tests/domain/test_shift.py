"""The end of a shift: what is due before somebody is back, and who answers for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import InviteId, PersonId
from concierge.domain.shift import Care, CareState, check_back, due_invites, hosted, in_care_of
from tests.cast import HOST, opened
from tests.domain.test_invite import INVITE

ME, YOU = INVITE.created_by, PersonId("you")
CARE = Care(INVITE.id, ME, YOU, "You", CareState.OFFERED, until_ms=900)


def test_an_offer_changes_nothing_before_it_is_accepted_and_waits_until_its_time() -> None:
    assert (in_care_of(INVITE, None), in_care_of(INVITE, CARE)) == (ME, ME)
    assert in_care_of(INVITE, replace(CARE, state=CareState.ACCEPTED)) == YOU
    assert in_care_of(INVITE, replace(CARE, state=CareState.DECLINED)) == ME
    assert CARE.waits(899)
    assert not CARE.waits(900)
    assert not replace(CARE, state=CareState.DECLINED).waits(0)


@pytest.mark.parametrize(
    ("changes", "back_ms", "due"),
    [
        ({}, 1_001, True),
        ({}, 1_000, False),
        ({"revoked_ms": 1}, 1_500, False),
        ({"redeemed_ms": 1}, 1_500, False),
        ({"failed_pins": limits.PIN_TRIES}, 1_500, False),
        ({"until_ms": 500, "from_ms": 100}, 1_500, False),
    ],
)
def test_what_is_due(changes: dict[str, int], back_ms: int, due: bool) -> None:  # noqa: FBT001 - a parameter
    invite = replace(INVITE, **changes)  # type: ignore[arg-type]
    assert due_invites([invite], {}, ME, back_ms, 500) == ([invite] if due else [])
    assert due_invites([invite], {}, YOU, back_ms, 500) == []


def test_what_a_colleague_accepted_is_due_with_them_and_the_earliest_comes_first() -> None:
    later = replace(INVITE, id=InviteId("later"), from_ms=1_200)
    cares = {INVITE.id: replace(CARE, state=CareState.ACCEPTED)}
    assert due_invites([later, INVITE], cares, ME, 2_000, 500) == [later]
    assert due_invites([later, INVITE], cares, YOU, 2_000, 500) == [INVITE]
    assert due_invites([later, INVITE], {}, ME, 2_000, 500) == [INVITE, later]


def test_whose_a_live_session_is() -> None:
    session = opened().session
    assert HOST.person is not None
    assert hosted([session], HOST.person) == [session]
    assert hosted([session], YOU) == []


@pytest.mark.parametrize("back_ms", [0, 1_000, 1_001 + limits.AWAY_MAX_MS])
def test_nobody_is_back_before_they_go_or_in_another_year(back_ms: int) -> None:
    with pytest.raises(BadInput):
        check_back(back_ms, 1_000)
    check_back(1_001, 1_000)
