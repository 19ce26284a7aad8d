"""Random plays: everybody says anything at any time, well-meant and hostile, and the invariants hold after every step.

Twice: by hypothesis, which reduces what it finds to a short play, and by seeded walks, which get further.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from concierge.domain import commands as cmd
from concierge.domain.capability import Capability
from concierge.domain.decide import COMMANDS
from concierge.domain.event_codec import EVENT_TYPES
from concierge.domain.session import State
from concierge.domain.surface import SurfaceKind, SurfaceState
from tests.cast import consent
from tests.domain.invariants import ASKERS
from tests.domain.stage import ENDINGS, KINDS, LONG_MS, SCENES, SHORT_MS, SURFACES, Choose, Stage
from tests.playbook import Play
from tests.seeded import Seeded

T = TypeVar("T")

# Explaining a failure costs minutes here, and the reduced play explains itself.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
ASKABLE = (Capability.VIEW_SCREEN, Capability.VOICE, Capability.RECORD)


def drawing(data: st.DataObject) -> Choose:
    def choose(options: Sequence[T], /) -> T:
        return data.draw(st.sampled_from(options))

    return choose


class SessionMachine(RuleBasedStateMachine):
    """The stage with hypothesis as its author."""

    stage: Stage

    @initialize(scene=st.sampled_from(SCENES))
    def open(self, scene: Callable[[], Play]) -> None:
        self.stage = Stage(scene)

    def teardown(self) -> None:
        if hasattr(self, "stage"):
            self.stage.close()

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def anything_is_said(self, data: st.DataObject, kind: type[cmd.Command]) -> None:
        self.stage.say_anything(kind, drawing(data))

    @rule(data=st.data(), kind=st.sampled_from(sorted(ENDINGS, key=lambda kind: kind.__name__)))
    @precondition(lambda self: len(self.stage.events) > 30)
    def somebody_ends_it(self, data: st.DataObject, kind: type[cmd.Command]) -> None:
        self.stage.say_anything(kind, drawing(data))

    @rule(data=st.data())
    @precondition(lambda self: not self.stage.ended())
    def something_usual_happens(self, data: st.DataObject) -> None:
        usual(self.stage, drawing(data))

    @rule(ms=st.sampled_from((*SHORT_MS, *LONG_MS, None)), noticed=st.booleans())
    def time_passes(self, ms: int | None, *, noticed: bool) -> None:
        self.stage.time_passes(ms, noticed=noticed)


def usual(stage: Stage, choose: Choose) -> None:
    """Let something well-meant happen."""
    session = stage.session
    here = [seat.who.id for seat in session.present()]
    steps: list[Callable[[], None]] = [
        lambda: stage.answer(yes=choose((True, True, True, False))),
        lambda: stage.answer(yes=True),
        lambda: stage.hand_over(choose),
        lambda: stage.pick_up(choose),
        lambda: stage.step_away(choose),
        lambda: stage.say(choose((cmd.LosePresence, cmd.RegainPresence))(participant=choose(here))),
        lambda: stage.time_passes(choose(SHORT_MS)),
    ]
    if session.state is State.WAITING:
        steps += [stage.come_in] * 3
    customer = session.customer
    if session.state is State.WAITING and customer is not None:
        waits = customer.who.id
        steps.append(
            lambda: stage.say(
                cmd.ConfirmMatch(
                    by=session.host, participant=waits, correct=choose((True, False)), consent=consent()
                )
            )
        )
    hidden = [one for one in session.surfaces.values() if one.state is SurfaceState.HIDDEN]
    if hidden:
        steps.append(lambda: stage.say(cmd.UnhideSurface(by=hidden[0].owner, surface=hidden[0].id)))
    if session.state is State.ACTIVE and customer is not None:
        steps += [
            lambda: stage.bring_vendor(choose),
            lambda: stage.say(
                choose((cmd.HideSurface, cmd.UnhideSurface))(by=customer.who.id, surface=choose(SURFACES))
            ),
            lambda: stage.say(cmd.OpenVoice(by=choose(here))),
            lambda: stage.say(choose((cmd.Freeze, cmd.Unfreeze))(by=session.host, participant=choose(here))),
            lambda: stage.say(
                cmd.DrawMark(by=choose(here), surface=choose(SURFACES), shape="point", points=((1, 2),))
            ),
            lambda: stage.say(
                cmd.OpenSurface(by=customer.who.id, surface=choose(SURFACES), kind=SurfaceKind.TAB)
            ),
        ] + [
            lambda: stage.say(
                cmd.AskConsent(
                    by=session.host, consent=consent(), capability=choose(ASKABLE), participant=choose(here)
                )
            )
        ] * 2
    choose(steps)()


def walk(seed: int, steps: int) -> Stage:
    """Play at random from a seed."""
    choose = Seeded(seed).choice
    stage = Stage(choose(SCENES))
    for step in range(steps):
        if stage.ended():
            break
        what = choose(range(20))
        if what < 9:
            usual(stage, choose)
        elif what < 18 or step < steps // 2:
            stage.say_anything(choose(KINDS), choose)
        elif what == 18:
            stage.time_passes(choose((*LONG_MS, None, None, None)), noticed=choose((True, False)))
        else:
            stage.say_anything(choose(sorted(ENDINGS, key=lambda kind: kind.__name__)), choose)
    stage.close()
    return stage


def test_no_trace_breaks_an_invariant() -> None:
    run_state_machine_as_test(
        SessionMachine, settings=settings(max_examples=60, stateful_step_count=40, phases=PHASES)
    )


def test_no_walk_breaks_an_invariant_and_walks_go_everywhere() -> None:
    happened: Counter[str] = Counter()
    for seed in range(100):
        happened.update(type(event).__name__ for event in walk(seed, 60).events)
    # What the policies decided is put on the record by the use cases, before the core is asked: tests/services.
    assert EVENT_TYPES.keys() - happened.keys() == {"PolicyDecided"}


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_no_long_trace_breaks_an_invariant(torture: bool) -> None:  # noqa: FBT001 - a fixture
    examples = 3_000 if torture else 10
    run_state_machine_as_test(
        SessionMachine, settings=settings(max_examples=examples, stateful_step_count=150, phases=PHASES)
    )


@pytest.mark.torture
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("block", range(10))
def test_no_long_walk_breaks_an_invariant(torture: bool, block: int) -> None:  # noqa: FBT001 - a fixture
    walks = 2_000 if torture else 4
    for seed in range(1_000_000 + block * walks, 1_000_000 + (block + 1) * walks):
        walk(seed, 200)


def test_every_command_is_said_and_has_its_row_in_the_table_of_askers() -> None:
    assert {*KINDS, *ENDINGS} == ASKERS.keys() == COMMANDS.keys()
