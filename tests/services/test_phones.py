from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.domain.surface import Condition, SurfaceKind
from concierge.services.live import LiveSession
from concierge.services.phones import Phones, act_from_phone, camera_of
from concierge.wire import messages as wire
from tests.services.desk import Desk
from tests.services.fakes import Page

CAMERA = wire.Publish(wire.SourceKind.PICTURE, "offer", SurfaceKind.CAMERA)


@dataclass
class Scene:
    """A session in which the host may see the camera."""

    desk: Desk
    phones: Phones
    live: LiveSession
    customer: ParticipantId

    def link(self) -> str:
        return self.phones.offer(self.live, self.customer).address.rpartition("/")[2]

    async def phone(self) -> Page:
        """Return the page of a phone that used a fresh link."""
        await self.phones.join(self.link())
        page = Page()
        self.phones.connect(self.live, page)
        return page

    async def send(self, message: wire.ClientMessage) -> wire.ServerMessage:
        return await act_from_phone(self.desk.tools, self.live, 1, message)


@pytest.fixture
async def scene(desk: Desk) -> Scene:
    live, customer, _ = await desk.sharing()
    await desk.yes(live, Capability.VIEW_CAMERA, live.decided.host)
    return Scene(desk, Phones(desk.tools, desk.registry), live, customer)


async def test_a_link_is_good_once_and_not_for_long(scene: Scene) -> None:
    secret = scene.link()
    assert scene.phones.find(secret) is scene.live
    assert scene.phones.find(secret) is scene.live, "looking uses nothing up"
    seat = await scene.phones.join(secret)
    assert (seat.session, seat.participant) == (scene.live.decided.id, scene.customer)
    assert scene.live.decided.phone
    assert scene.phones.is_current(scene.live, seat.secret)
    old = scene.link()
    scene.desk.clock.now_ms += limits.PHONE_LINK_LIFE_MS
    for spent in (secret, old, "x" * 43):
        with pytest.raises(Refused) as caught:
            await scene.phones.join(spent)
        assert caught.value.code == "phone_link_not_good"


async def test_of_two_at_once_one_joins(scene: Scene) -> None:
    secret = scene.link()
    done = await asyncio.gather(scene.phones.join(secret), scene.phones.join(secret), return_exceptions=True)
    assert [isinstance(one, Refused) for one in done].count(True) == 1


async def test_a_new_link_kills_the_older_one(scene: Scene) -> None:
    older = scene.link()
    scene.link()
    with pytest.raises(Refused):
        scene.phones.find(older)


async def test_no_link_without_the_customers_yes_and_none_for_another_seat(desk: Desk) -> None:
    live, customer, _ = await desk.sharing()
    phones = Phones(desk.tools, desk.registry)
    with pytest.raises(Refused) as caught:
        phones.offer(live, customer)
    assert caught.value.code == "camera_needs_consent"
    await desk.yes(live, Capability.VIEW_CAMERA, live.decided.host)
    with pytest.raises(Refused) as caught:
        phones.offer(live, live.decided.host)
    assert caught.value.code == "no_policy_permits"


async def test_the_phone_shows_its_camera_hides_and_stops_it(scene: Scene) -> None:
    page = await scene.phone()
    assert page.of("phone_shown")[-1]["may_show"]
    published = await scene.send(CAMERA)
    assert isinstance(published, wire.Published)
    assert published.surface is not None
    surface = published.surface
    assert page.of("phone_shown")[-1]["seen_by"] == ["Anna Berger"]
    await scene.send(wire.TellPicture(surface, Condition.MOVING, 1280, 720, 0))
    assert scene.desk.pages[scene.live.decided.host].of("picture_told")[-1]["surface"] == surface
    await scene.send(wire.Hide(surface))
    assert page.of("phone_shown")[-1]["hidden"]
    await scene.send(wire.Unhide(surface))
    assert not page.of("phone_shown")[-1]["hidden"]
    await scene.send(wire.PutPhoneAway())
    assert page.of("farewell")
    assert page.closed is not None
    assert camera_of(scene.live.decided) is None


async def test_a_phone_can_do_nothing_else(scene: Scene) -> None:
    await scene.phone()
    screen = next(iter(scene.live.decided.surfaces))
    for refused in (wire.Hide(screen), wire.Unpublish(screen), wire.Unhide(screen)):
        with pytest.raises(Refused):
            await scene.send(refused)
    for unheard in (
        wire.Say("hello"),
        wire.StopEverything(),
        wire.Receive("offer"),
        wire.Publish(wire.SourceKind.VOICE, "offer"),
        wire.Publish(wire.SourceKind.PICTURE, "offer", SurfaceKind.MONITOR),
    ):
        with pytest.raises(BadInput):
            await scene.send(unheard)


async def test_the_computer_itself_shows_no_camera(scene: Scene) -> None:
    await scene.phone()
    with pytest.raises(BadInput):
        await scene.desk.send(scene.live, scene.customer, CAMERA)


async def test_a_yes_taken_back_is_told_to_the_phone(scene: Scene) -> None:
    page = await scene.phone()
    await scene.send(CAMERA)
    back = wire.Withdraw(Capability.VIEW_CAMERA, scene.live.decided.host)
    await scene.desk.send(scene.live, scene.customer, back)
    assert not page.of("phone_shown")[-1]["may_show"]
    assert page.of("phone_shown")[-1]["seen_by"] == []


async def test_a_phone_that_is_gone_shows_nothing_and_may_come_back(scene: Scene) -> None:
    page = await scene.phone()
    await scene.send(CAMERA)
    scene.phones.leave(scene.live, page)
    assert camera_of(scene.live.decided) is None
    assert scene.live.decided.phone
    other = Page()
    scene.phones.connect(scene.live, other)
    assert scene.phones.holds(scene.live, other)
    assert not scene.phones.holds(scene.live, page)


async def test_a_second_phone_displaces_the_first(scene: Scene) -> None:
    first = await scene.phone()
    await scene.phone()
    assert first.of("displaced") or first.of("farewell")
    assert first.closed is not None


async def test_when_the_session_ends_the_phone_is_told(scene: Scene) -> None:
    page = await scene.phone()
    await scene.desk.send(scene.live, scene.customer, wire.StopEverything())
    assert page.of("farewell")[-1]["reason"] == "session_ended"
    with pytest.raises(Refused) as caught:
        await scene.send(wire.Hide(SurfaceId("sur_x")))
    assert caught.value.code == "session_ended"
