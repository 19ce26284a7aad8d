"""The fold: it believes events in their order, and a narrowing one never fails."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.domain import events as ev
from concierge.domain.errors import BadInput
from concierge.domain.event_codec import EVENT_TYPES
from concierge.domain.evolve import evolve, fold
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State
from tests.cast import offered, opened, with_vendor
from tests.shapes import values_of

SCENE = with_vendor()
NARROWING = [kind for kind in EVENT_TYPES.values() if kind.effect is ev.Effect.NARROWS]


def test_a_session_begins_with_its_opening() -> None:
    with pytest.raises(BadInput, match="no event"):
        fold([])
    with pytest.raises(BadInput, match="begins with"):
        evolve(None, ev.ClockStepped(seq=1, at_ms=1, by_ms=1))


def test_an_event_twice_or_out_of_order_is_refused_and_a_gap_is_not() -> None:
    session = opened().session
    later = evolve(session, ev.ClockStepped(seq=7, at_ms=1, by_ms=1))
    assert later.last_seq == 7
    for seq in (7, 6, 0, -1):
        with pytest.raises(BadInput, match="comes after"):
            evolve(later, ev.ClockStepped(seq=seq, at_ms=1, by_ms=1))


def test_folding_in_two_parts_is_folding() -> None:
    play = offered(with_vendor())
    for cut in range(1, len(play.events)):
        assert fold(play.events[cut:], fold(play.events[:cut])) == play.session


@pytest.mark.parametrize("kind", NARROWING, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_narrowing_event_about_nobody_and_nothing_never_fails_and_never_opens(
    kind: type[ev.Event], data: st.DataObject
) -> None:
    play = SCENE
    drawn = data.draw(values_of(kind))
    event = dataclasses.replace(drawn, seq=play.session.last_seq + 1, at_ms=play.now_ms)
    after = evolve(play.session, event)
    assert after.flows(play.now_ms) <= play.session.flows(play.now_ms)
    assert after.sources() <= play.session.sources()


def test_the_end_leaves_nothing_and_has_no_way_out() -> None:
    play = with_vendor()
    ended = evolve(
        play.session,
        ev.SessionEnded(seq=900, at_ms=1, reason=EndReason.COMPLETED, by=None),
    )
    resumed = fold(
        [
            ev.SessionPaused(seq=901, at_ms=1, reason=PauseReason.HOST_LOST),
            ev.SessionResumed(seq=902, at_ms=1),
        ],
        ended,
    )
    assert resumed.state is State.ENDED
    assert not resumed.flows(1)
    assert resumed.deadline() is None
