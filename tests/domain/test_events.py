"""Events: the classification that decides what waits for evidence, as a reviewed list (evidence.md, first table)."""

from __future__ import annotations

from dataclasses import is_dataclass

from concierge.domain import events as ev
from concierge.domain.event_codec import EVENT_TYPES

NARROWING = {
    "PresenceLost", "ParticipantLeft", "ParticipantFrozen", "ConsentRefused", "ConsentLapsed", "ConsentWithdrawn",
    "GrantRevoked", "SurfaceHidden", "SurfaceClosed", "PhoneLeft", "VoiceClosed", "SessionPaused", "HandoverClosed", "SessionEnded",
    "PickUpClosed", "AlarmRaised", "OpinionClosed", "CustomerSteppedAway", "RecordingUnwatched", "PolicyDecided",
}  # fmt: skip
STREAMING = {"MarkDrawn", "MarksCleared", "PictureNoted"}
CONVERSATION = {"ChatSaid", "DeskLineSaid", "MarkDrawn", "MarksCleared"}


def named(effect: ev.Effect) -> set[str]:
    return {name for name, kind in EVENT_TYPES.items() if kind.effect is effect}


def test_what_acts_at_once_is_a_reviewed_list_and_everything_else_waits_for_the_record() -> None:
    assert named(ev.Effect.NARROWS) == NARROWING
    assert named(ev.Effect.STREAMS) == STREAMING
    assert named(ev.Effect.WIDENS) == EVENT_TYPES.keys() - NARROWING - STREAMING


def test_what_is_sealed_as_conversation() -> None:
    assert {name for name, kind in EVENT_TYPES.items() if kind.conversation} == CONVERSATION


def test_events_are_facts_that_do_not_change() -> None:
    for kind in EVENT_TYPES.values():
        assert is_dataclass(kind)
        assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind)
