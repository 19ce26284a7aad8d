"""Seats: when somebody is really here."""

from __future__ import annotations

import pytest

from concierge.domain.participant import Mode, Presence, Seat
from tests.cast import VENDOR


@pytest.mark.parametrize("presence", Presence)
@pytest.mark.parametrize("mode", Mode)
def test_here_is_joined_and_free(presence: Presence, mode: Mode) -> None:
    seat = Seat(VENDOR, presence, 0, mode=mode)
    assert seat.here is (presence is Presence.JOINED and mode is Mode.FREE)
