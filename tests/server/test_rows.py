from __future__ import annotations

import dataclasses
from datetime import UTC

import pytest

from concierge.domain.ids import TicketId
from concierge.domain.ticket import Channel, Priority, ThreadEntry, TicketState
from concierge.server.languages import Reader
from concierge.server.rows import CHANNELS, PRIORITIES, STATES, pieces, thread_entry
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Session opened.", "Sitzung eröffnet."),
        ("Session ended.\nresolved\nRoll type set.\nPrinted.", "Sitzung beendet.\nRoll type set.\nPrinted."),
        ("Session ended.\nsomething else", "Sitzung beendet.\nsomething else"),
    ],
)
def test_the_line_of_a_session_is_in_the_readers_language(text: str, told: str) -> None:
    reader = Reader("de", UTC, "UTC", 1_800_000_000_000)
    entry = ThreadEntry("entry_a", TicketId("tic_a"), Channel.SESSION, "Anna", text, 1_799_999_000_000)
    assert thread_entry(reader, entry, {}).text == told
    note = dataclasses.replace(entry, channel=Channel.NOTE)
    assert thread_entry(reader, note, {}).text == text
