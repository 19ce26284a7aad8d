"""The plane is kept equal to what the session allows: narrowing now, widening after the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from concierge.domain import commands as cmd
from concierge.domain.ids import SurfaceId
from concierge.domain.session import Flow, Session
from concierge.services.steering import Steering
from tests.cast import CUSTOMER, HOST, RECORDING, SESSION, SURFACE, VENDOR, seen, with_vendor
from tests.playbook import Play
from tests.services.fakes import FakePlane

TO_HOST, TO_VENDOR = Flow(SURFACE, HOST.id), Flow(SURFACE, VENDOR.id)


class Frames:
    """Evidence, as far as steering needs it."""

    def frames(self, recording: str) -> str:
        return f"frames of {recording}"


@pytest.fixture
def plane() -> FakePlane:
    return FakePlane()


@pytest.fixture
def steering(plane: FakePlane) -> Steering:
    evidence: Any = Frames()
    steering = Steering(SESSION, RECORDING, plane, evidence)
    steering.published(SURFACE)
    return steering


def decide(steering: Steering, play: Play, *commands: cmd.Command) -> Session:
    """Say lines, and narrow as the live session does after each."""
    for command in commands:
        play.does(command)
        steering.narrow(play.session, play.now_ms)
    return play.session


def test_nothing_opens_by_narrowing(steering: Steering, plane: FakePlane) -> None:
    steering.narrow(with_vendor().session, 0)
    assert plane.calls == []
    assert steering.flows == frozenset()


def test_what_is_decided_and_recorded_opens_source_first(steering: Steering, plane: FakePlane) -> None:
    play = with_vendor()
    decide(steering, play)
    steering.narrow(play.session, play.now_ms)
    steering.widen(play.session, play.session, play.now_ms)
    assert steering.flows == {TO_HOST, TO_VENDOR}
    assert plane.calls[0] == ("open", SURFACE)
    assert {call[0] for call in plane.calls[1:]} == {"permit"}
    assert plane.open[SURFACE] == f"frames of {RECORDING}"  # type: ignore[index,comparison-overlap]
    plane.calls.clear()
    steering.widen(play.session, play.session, play.now_ms)
    assert plane.calls == [], "told once"


def test_a_source_the_plane_does_not_hold_yet_is_not_opened(plane: FakePlane) -> None:
    evidence: Any = Frames()
    steering = Steering(SESSION, RECORDING, plane, evidence)
    play = seen()
    steering.narrow(play.session, play.now_ms)
    steering.widen(play.session, play.session, play.now_ms)
    assert plane.calls == []
    steering.published(SURFACE)
    steering.widen(play.session, play.session, play.now_ms)
    assert steering.flows == {TO_HOST}


def test_what_is_decided_and_not_recorded_stays_shut(steering: Steering, plane: FakePlane) -> None:
    play = seen()
    durable = replace(play.session, surfaces={})
    steering.narrow(play.session, play.now_ms)
    steering.widen(durable, play.session, play.now_ms)
    assert plane.permitted == set()


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        (cmd.HideSurface(by=CUSTOMER.id, surface=SURFACE), set()),
        (cmd.Freeze(by=HOST.id, participant=VENDOR.id), {TO_HOST}),
        (cmd.LosePresence(participant=HOST.id), set()),
        (cmd.StopEverything(by=CUSTOMER.id), set()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_narrowing_shuts_before_it_returns(
    steering: Steering, plane: FakePlane, taken: cmd.Command, left: set[Flow]
) -> None:
    play = with_vendor()
    steering.narrow(play.session, play.now_ms)
    steering.widen(play.session, play.session, play.now_ms)
    decide(steering, play, taken)
    assert steering.flows == left
    assert plane.permitted == {(flow.source, flow.viewer) for flow in left}


@pytest.mark.parametrize(
    ("taken", "given"),
    [
        (
            cmd.HideSurface(by=CUSTOMER.id, surface=SURFACE),
            cmd.UnhideSurface(by=CUSTOMER.id, surface=SURFACE),
        ),
        (cmd.Freeze(by=HOST.id, participant=VENDOR.id), cmd.Unfreeze(by=HOST.id, participant=VENDOR.id)),
        (cmd.LosePresence(participant=HOST.id), cmd.RegainPresence(participant=HOST.id)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_taken_and_given_again_waits_for_the_record_of_the_giving(
    steering: Steering, plane: FakePlane, taken: cmd.Command, given: cmd.Command
) -> None:
    play = with_vendor()
    old = play.session
    steering.narrow(old, play.now_ms)
    steering.widen(old, old, play.now_ms)
    taken_away = decide(steering, play, taken)
    again = decide(steering, play, given)
    narrowed = steering.flows
    for durable in (old, taken_away):
        steering.widen(durable, again, play.now_ms)
        assert steering.flows == narrowed
    steering.widen(again, again, play.now_ms)
    assert steering.flows == {TO_HOST, TO_VENDOR}


def test_a_surface_that_is_gone_is_closed_at_the_plane(steering: Steering, plane: FakePlane) -> None:
    play = seen()
    steering.narrow(play.session, play.now_ms)
    decide(steering, play, cmd.CloseSurface(by=CUSTOMER.id, surface=SURFACE))
    assert ("close", SURFACE) in plane.calls
    plane.calls.clear()
    steering.narrow(play.session, play.now_ms)
    assert plane.calls == []


def test_a_page_is_told_its_slot_only_for_what_flows_to_it(steering: Steering) -> None:
    play = seen()
    steering.narrow(play.session, play.now_ms)
    steering.widen(play.session, play.session, play.now_ms)
    assert steering.mid(HOST.id, SURFACE) == "0"
    assert steering.mid(CUSTOMER.id, SURFACE) == ""
    assert steering.mid(HOST.id, SurfaceId("sur_x")) == ""


def test_closing_shuts_everything(steering: Steering, plane: FakePlane) -> None:
    play = seen()
    steering.narrow(play.session, play.now_ms)
    steering.widen(play.session, play.session, play.now_ms)
    steering.left(HOST.id)
    steering.close()
    assert plane.calls[-2:] == [("close_participant", HOST.id), ("close_session", SESSION)]
    assert steering.flows == frozenset()
