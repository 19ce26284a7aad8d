from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain.capability import Capability
from concierge.domain.consent import ConsentRequest
from concierge.domain.reasons import EndReason
from concierge.domain.surface import Surface, SurfaceKind
from concierge.server.receipts import ENDINGS, kept_of, read
from tests import cast


def test_every_ending_has_a_sentence() -> None:
    assert set(ENDINGS) == set(EndReason)


def test_the_story_is_read_from_the_record() -> None:
    play = cast.with_vendor()
    story = read(play.events)
    assert {who.name for who in story.people.values()} == {"Hanna Holt", "Carl Kunde", "Vera Vogel"}
    assert story.recorded
    assert {answer for answer, _ in story.answers.values()} == {"yes"}
    assert cast.VENDOR.id in story.joined


def test_a_yes_taken_back_and_a_question_without_answer_are_told() -> None:
    asked = [
        ConsentRequest(cast.consent(), capability, cast.HOST.id, None, 100)
        for capability in (Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT)
    ]
    events: list[ev.Event] = [
        ev.ConsentAsked(seq=number, at_ms=number, request=one) for number, one in enumerate(asked)
    ]
    events.append(
        ev.ConsentGiven(
            seq=4,
            at_ms=4,
            consent=asked[0].id,
            capability=asked[0].capability,
            participant=cast.HOST.id,
            wording=cast.WORDING,
        )
    )
    events.append(
        ev.ConsentWithdrawn(seq=5, at_ms=5, capability=Capability.VIEW_SCREEN, participant=cast.HOST.id)
    )
    events.append(
        ev.ConsentRefused(
            seq=6, at_ms=6, consent=asked[1].id, capability=asked[1].capability, participant=cast.HOST.id
        )
    )
    story = read(events)
    assert [story.answers[one.id][0] for one in asked] == ["withdrawn", "no", "no_answer"]


def test_what_was_hidden_is_told_with_its_length() -> None:
    surface = Surface(cast.SURFACE, cast.CUSTOMER.id, SurfaceKind.MONITOR)
    events: list[ev.Event] = [
        ev.SurfaceOpened(seq=1, at_ms=0, surface=surface),
        ev.SurfaceHidden(seq=2, at_ms=1_000, surface=cast.SURFACE),
        ev.SurfaceHidden(seq=3, at_ms=2_000, surface=cast.SURFACE),
        ev.SurfaceUnhidden(seq=4, at_ms=5_000, surface=cast.SURFACE),
        ev.SurfaceHidden(seq=5, at_ms=6_000, surface=cast.SURFACE),
        ev.SurfaceClosed(seq=6, at_ms=7_000, surface=cast.SURFACE),
        ev.SurfaceClosed(seq=7, at_ms=8_000, surface=cast.SURFACE),
    ]
    assert read(events).hidden == [(1_000, 5_000), (6_000, 7_000)]


def test_what_is_kept_is_what_flowed_and_not_what_was_offered() -> None:
    assert kept_of(cast.with_vendor().events) == {"picture", "consents"}
    # A picture that nobody had been allowed to see, or that nobody agreed to record, never flowed.
    for missing in (Capability.VIEW_SCREEN, Capability.RECORD):
        play = cast.with_vendor()
        events = [
            event
            for event in play.events
            if not (isinstance(event, ev.ConsentGiven) and event.capability is missing)
            and not (isinstance(event, ev.GrantGiven) and event.grant.capability is missing)
        ]
        assert kept_of(events) == {"consents"}, missing


def test_marks_are_kept_though_the_desk_keeps_none_of_them() -> None:
    play = cast.with_vendor()
    mark = cmd.DrawMark(by=cast.HOST.id, surface=cast.SURFACE, shape="arrow", points=((1, 2), (3, 4)))
    play.does(mark)
    play.does(cmd.End(by=cast.HOST.id, reason=EndReason.COMPLETED))
    desk = [event for event in play.events if not isinstance(event, ev.MarkDrawn)]
    assert kept_of(desk) == kept_of(play.events) == {"picture", "marks", "consents"}
