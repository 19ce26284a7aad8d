"""The broker's side of `revoke`: a desk with the real services, plane and recorder, over a disk that can be made to hang.

Everything is done by the messages and use cases that pages and API call; only the pages themselves are stand-ins.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, cast

from typing_extensions import override

from concierge.adapters.clock import SteadyClock
from concierge.domain.capability import Capability
from concierge.domain.ids import InviteId, ParticipantId
from concierge.domain.session import State
from concierge.domain.surface import SurfaceKind
from concierge.media.plane import ForwardingPlane
from concierge.services.inviting import revoke_invite
from concierge.services.live import LiveSession
from concierge.wire import messages as wire
from tests.bench.sides import answer, questions
from tests.media.peers import LOOPBACK
from tests.recorder.disks import HangingFiles
from tests.services.desk import Desk, FakeClock, desk_in
from tests.services.fakes import FakePlane

ALIVE_EVERY_S: Final = 0.5


class RealTime(FakeClock):
    """The desk's clock, but telling the time."""

    def __init__(self) -> None:
        super().__init__()
        self._steady = SteadyClock()

    @override
    def now(self) -> int:
        return self._steady.now()

    @override
    def wall(self) -> int:
        return self._steady.wall()


class Scene:
    """One session after another in which a customer shares a picture with the host and with vendors."""

    def __init__(self, desk: Desk, files: HangingFiles) -> None:
        self._desk = desk
        self._files = files
        self._live: LiveSession | None = None

    @property
    def live(self) -> LiveSession:
        assert self._live is not None
        return self._live

    async def share(self, offer: str) -> dict[str, str]:
        """Open a session up to the shared picture; the answer to the publisher, and the host's name."""
        desk = self._desk
        live = self._live = await desk.open()
        seat = await desk.customer(live)
        await desk.page(live, live.decided.host)
        await desk.page(live, seat.participant)
        await desk.match(live, seat.participant)
        for capability in (Capability.RECORD, Capability.VIEW_SCREEN):
            await desk.yes(live, capability, live.decided.host)
        message = wire.Publish(wire.SourceKind.PICTURE, offer, SurfaceKind.MONITOR)
        reply = await desk.send(live, seat.participant, message)
        assert isinstance(reply, wire.Published)
        return {"answer": reply.answer, "host": live.decided.host}

    async def vendor(self) -> ParticipantId:
        """Bring a vendor in by an invite, admitted, with the customer's yes to seeing the screen."""
        participant = await self._desk.vendor(self.live, Capability.VIEW_SCREEN)
        await self._desk.page(self.live, participant)
        return participant

    async def receive(self, participant: ParticipantId, offer: str) -> str:
        """Answer a viewer."""
        reply = await self._desk.send(self.live, participant, wire.Receive(offer))
        assert isinstance(reply, wire.Received)
        return reply.answer

    async def give(self, participant: ParticipantId) -> None:
        """Give the picture again after it was taken back: the host asks, the customer agrees."""
        await self._desk.yes(self.live, Capability.VIEW_SCREEN, participant)

    async def take_back(self, participant: ParticipantId) -> None:
        """Let the host take the picture back."""
        message = wire.TakeBack(Capability.VIEW_SCREEN, participant)
        await self._desk.send(self.live, self.live.decided.host, message)

    async def revoke_invite(self, participant: ParticipantId) -> None:
        """Revoke the invite by which a vendor came in."""
        invite = self.live.decided.seats[participant].who.invite
        assert invite is not None
        desk = self._desk
        await revoke_invite(desk.tools, desk.registry, desk.principal(desk.anna), InviteId(invite))

    async def stop_everything(self) -> None:
        """Let the customer stop everything."""
        customer = self.live.decided.customer
        assert customer is not None
        await self._desk.send(self.live, customer.who.id, wire.StopEverything())

    async def hang(self) -> None:
        """Make the disk hang; returns when the recorder is stuck in it."""
        self._files.hanging = True
        await asyncio.to_thread(self._files.reached.wait, 10)

    async def release(self) -> None:
        """Let the disk go on; returns when all that was decided is on the record."""
        self._files.hanging = False
        self._files.release.set()
        live = self.live
        if live.decided.state is State.ENDED:
            await self._desk.ended(live)
        else:
            await self._desk.until(
                lambda: live.durable == live.decided and live.decided.state is State.ACTIVE
            )
        self._files.release.clear()
        self._files.reached.clear()

    async def stay(self) -> None:
        """Be heard, as pages are, for as long as this runs."""
        while True:
            if self._live is not None:
                self._desk.beat(self._live)
            await asyncio.sleep(ALIVE_EVERY_S)


async def carry_out(scene: Scene, question: dict[str, Any]) -> Any:
    """Do what the bench asks."""
    name, offer = ParticipantId(question.get("name", "")), question.get("offer", "")
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "share": lambda: scene.share(offer),
        "vendor": scene.vendor,
        "receive": lambda: scene.receive(name, offer),
        "give": lambda: scene.give(name),
        "take back": lambda: scene.take_back(name),
        "revoke invite": lambda: scene.revoke_invite(name),
        "stop everything": scene.stop_everything,
        "hang": scene.hang,
        "release": scene.release,
    }
    return await acts[question["do"]]()


async def desk() -> None:
    """Answer the bench's questions over a desk in a folder of its own."""
    files = HangingFiles()
    plane = ForwardingPlane(LOOPBACK)
    with tempfile.TemporaryDirectory(prefix="concierge-bench-") as folder:
        # The desk hands its plane on to the services; only its tests look at the fake's notes.
        async with desk_in(Path(folder), RealTime(), plane=cast("FakePlane", plane), files=files) as the_desk:
            scene = Scene(the_desk, files)
            the_desk.registry.start()
            staying = asyncio.create_task(scene.stay())
            async for question in questions():
                answer(await carry_out(scene, question))
            staying.cancel()
            files.release.set()
            await plane.stop()
