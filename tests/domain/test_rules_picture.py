from __future__ import annotations

import pytest

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.ids import SurfaceId
from concierge.domain.surface import Condition, SurfaceKind
from tests.cast import CUSTOMER, HOST, SURFACE, agree, answer, consent, lobby, matched, recorded, seen
from tests.playbook import BAD_INPUT, NOTHING, Play, happened, refused

CAMERA = SurfaceId("sur_camera")


def told(condition: Condition = Condition.MOVING, width: int = 640, height: int = 360) -> cmd.NotePicture:
    return cmd.NotePicture(by=CUSTOMER.id, surface=SURFACE, condition=condition, width=width, height=height)


def with_phone() -> Play:
    """The screen is shown; the host may see the camera, and the customer's phone is there."""
    play = seen()
    agree(play, Capability.VIEW_CAMERA, HOST.id)
    play.does(cmd.JoinPhone())
    return play


def show_camera() -> cmd.OpenSurface:
    return cmd.OpenSurface(by=CUSTOMER.id, surface=CAMERA, kind=SurfaceKind.CAMERA)


def test_something_else_takes_the_place_without_sharing_anew() -> None:
    play = seen()
    swap = cmd.SwapSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.WINDOW)
    flows = play.session.flows(play.now_ms)
    assert flows
    assert (
        play
        << swap
        >> happened(
            ev.SurfaceSwapped, surface=SURFACE, display=SurfaceKind.WINDOW, former=SurfaceKind.MONITOR
        )
    )
    assert play.session.surfaces[SURFACE].kind is SurfaceKind.WINDOW
    assert play.session.flows(play.now_ms) == flows


def test_only_the_customer_swaps_and_only_what_is_shared_and_like_for_like() -> None:
    play = seen()
    kind = SurfaceKind.WINDOW
    assert play << cmd.SwapSurface(by=HOST.id, surface=SURFACE, kind=kind) >> refused("customer_only")
    assert play << cmd.SwapSurface(by=CUSTOMER.id, surface=CAMERA, kind=kind) >> refused("not_shared")
    camera = cmd.SwapSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.CAMERA)
    assert play << camera >> BAD_INPUT


def test_how_a_picture_stands_is_on_record_when_it_changes_and_not_again() -> None:
    play = seen()
    assert play << told() >> happened(ev.PictureNoted, condition=Condition.MOVING, width=640, height=360)
    assert play << told() >> NOTHING
    assert play << told(Condition.MUTED) >> happened(ev.PictureNoted, condition=Condition.MUTED)
    assert play.session.surfaces[SURFACE].condition is Condition.MUTED
    swap = cmd.SwapSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.TAB)
    assert play << swap >> ev.SurfaceSwapped
    assert play.session.surfaces[SURFACE].condition is Condition.MOVING


@pytest.mark.parametrize(("width", "height"), [(-1, 1), (1, -1), (limits.SIDE_MAX_PIXELS + 1, 1)])
def test_a_picture_has_sides_of_some_pixels(width: int, height: int) -> None:
    assert seen() << told(width=width, height=height) >> BAD_INPUT


def test_the_customer_offers_the_camera_and_still_answers_the_question() -> None:
    play = recorded()
    assert play << cmd.OfferCamera(by=CUSTOMER.id, consent=consent()) >> ev.ConsentAsked
    (question,) = play.session.questions.values()
    assert question.capability is Capability.VIEW_CAMERA
    assert question.participant == HOST.id
    assert question.asked_by == CUSTOMER.id
    answer(play, yes=True)
    assert play.session.holds(HOST.id, Capability.VIEW_CAMERA, play.now_ms)
    assert not play.session.holds(HOST.id, Capability.VIEW_SCREEN, play.now_ms)


def test_nothing_is_offered_before_the_recording_or_by_the_host() -> None:
    play = matched()
    assert play << cmd.OfferCamera(by=CUSTOMER.id, consent=consent()) >> refused("recording_first")
    assert recorded() << cmd.OfferCamera(by=HOST.id, consent=consent()) >> refused("customer_only")


def test_a_yes_to_the_screen_shows_no_camera_and_a_yes_to_the_camera_no_screen() -> None:
    play = seen()
    assert play << show_camera() >> refused("nobody_may_see_camera")
    play = recorded()
    agree(play, Capability.VIEW_CAMERA, HOST.id)
    assert play << show_camera() >> refused("no_phone_here")
    screen = cmd.OpenSurface(by=CUSTOMER.id, surface=SURFACE, kind=SurfaceKind.MONITOR)
    assert play << screen >> refused("nobody_may_see")


def test_the_camera_flows_beside_the_screen_and_stops_alone() -> None:
    play = with_phone()
    assert play << show_camera() >> ev.SurfaceOpened
    assert {flow.source for flow in play.session.flows(play.now_ms)} == {SURFACE, CAMERA}
    back = cmd.WithdrawConsent(by=CUSTOMER.id, capability=Capability.VIEW_CAMERA, participant=HOST.id)
    assert play << back >> (ev.ConsentWithdrawn, ev.GrantRevoked)
    assert {flow.source for flow in play.session.flows(play.now_ms)} == {SURFACE}
    assert CAMERA not in play.session.sources()


def test_a_phone_that_is_put_away_takes_its_picture_with_it() -> None:
    play = with_phone()
    play.does(show_camera())
    assert play << cmd.LeavePhone(by=HOST.id) >> refused("customer_only")
    assert play << cmd.LeavePhone(by=CUSTOMER.id) >> (ev.SurfaceClosed, ev.PhoneLeft)
    assert play.session.surfaces.keys() == {SURFACE}
    assert play << cmd.LeavePhone(by=CUSTOMER.id) >> NOTHING


def test_a_second_phone_takes_the_place_of_the_first() -> None:
    play = with_phone()
    play.does(show_camera())
    assert play << cmd.JoinPhone() >> (ev.SurfaceClosed, ev.PhoneLeft, ev.PhoneJoined)


def test_no_phone_without_a_customer_who_is_here() -> None:
    assert lobby() << cmd.JoinPhone() >> refused("not_now")
    assert with_phone() << cmd.JoinPhone(by=CUSTOMER.id) >> refused("not_granted")
