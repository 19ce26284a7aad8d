from __future__ import annotations

import pytest

from concierge.domain.ticket import Channel, Priority, TicketState
from concierge.server.rows import CHANNELS, PRIORITIES, STATES, pieces
from concierge.server.views.frame import Piece


def test_every_state_and_priority_has_a_word() -> None:
    assert set(STATES) == set(TicketState)
    assert set(PRIORITIES) == set(Priority)
    assert set(CHANNELS) == set(Channel) - {Channel.NOTE, Channel.SESSION}


@pytest.mark.parametrize(
    ("snippet", "found"),
    [
        ("plain", (Piece("plain"),)),
        ("a \ue000hit\ue001 b", (Piece("a "), Piece("hit", hit=True), Piece(" b"))),
        ("\ue000x\ue001\ue000y\ue001", (Piece("x", hit=True), Piece("y", hit=True))),
        ("a \ue000never closed", (Piece("a "), Piece("never closed"))),
        ("\ue001a", (Piece("a"),)),
        ("", ()),
    ],
)
def test_a_snippet_is_cut_at_its_marks(snippet: str, found: tuple[Piece, ...]) -> None:
    assert pieces(snippet) == found
