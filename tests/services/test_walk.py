"""Random walks over a real session, real recorder and real database, with a disk that stops now and then.

After every step: the plane permits nothing that any state between the record and the latest decision forbids, and no page
has read a line that is not on the record. At the end recording, database and fold tell the same story.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.errors import BadInput, EvidenceUnavailable, Refused
from concierge.domain.events import Event, MarkDrawn, MarksCleared
from concierge.domain.evolve import fold
from concierge.domain.ids import ParticipantId
from concierge.domain.participant import Role
from concierge.domain.session import Session, State
from concierge.domain.surface import SurfaceKind
from concierge.services.joining import join_from_desk
from concierge.services.journal import Entry
from concierge.services.live import LiveSession
from concierge.wire import messages as wire
from recorder.store import RealFiles
from tests.seeded import Seeded
from tests.services.desk import HASH, Desk, desk_in

STEPS = 60
WALKS, LONG_WALKS = 4, 150
TURNS = 8


class StoppingDisk(RealFiles):
    """A disk whose syncs wait while it is stopped."""

    def __init__(self) -> None:
        self.runs = threading.Event()
        self.runs.set()

    @override
    def fdatasync(self, descriptor: int) -> None:
        assert self.runs.wait(60)
        super().fdatasync(descriptor)


class Walk:
    """One walk: somebody does something, and everything is looked at."""

    def __init__(self, desk: Desk, live: LiveSession, disk: StoppingDisk, draw: Seeded) -> None:
        self.desk, self.live, self.disk, self.draw = desk, live, disk, draw
        self.states: list[Session] = [live.durable]
        self.running: set[asyncio.Task[Any]] = set()
        self.done: Counter[str] = Counter()
        put = live._journal.put

        def noted(events: tuple[Event, ...], after: Session) -> Entry:
            self.states.append(after)
            return put(events, after)

        live._journal.put = noted  # type: ignore[method-assign]

    # --- looking ---

    def look(self) -> None:
        durable, now = self.live.durable, self.desk.clock.now()
        pending = [durable, *(s for s in self.states if s.last_seq > durable.last_seq), self.live.decided]
        allowed = set.intersection(*({(f.source, f.viewer) for f in s.flows(now)} for s in pending))
        assert self.desk.plane.permitted <= allowed
        sources = set.intersection(*(set(s.sources()) for s in pending))
        assert set(self.desk.plane.open) <= sources
        for page in self.desk.pages.values():
            assert all(line["seq"] <= durable.last_seq for line in page.of("line"))

    # --- doing ---

    async def step(self) -> None:
        name, what = self.draw.choice(self.steps())
        task = asyncio.create_task(self.tried(what))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        for _ in range(TURNS):
            await asyncio.sleep(0)
            self.look()
        if self.disk.runs.is_set():
            await asyncio.wait_for(task, 30)
        elif task.done():
            await task
        self.done[name] += 1
        self.look()

    async def tried(self, what: Callable[[], Awaitable[object]]) -> None:
        """A no is an answer; anything else is a fault."""
        try:
            await what()
        except (Refused, BadInput, EvidenceUnavailable):
            return

    def steps(self) -> list[tuple[str, Callable[[], Coroutine[Any, Any, object]]]]:
        session = self.live.decided
        one = self.draw.choice([seat.who.id for seat in session.present()])
        host, customer = session.host, self.by_role(Role.CUSTOMER)
        vendor = self.by_role(Role.VENDOR) or host
        surface = next(iter(session.surfaces), None)
        capability = self.draw.choice((Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT))
        steps: list[tuple[str, Callable[[], Coroutine[Any, Any, object]]]] = [
            ("say", lambda: self.send(one, wire.Say("Hello"))),
            ("ask", lambda: self.send(host, wire.Ask(capability, one))),
            ("answer", lambda: self.answer(customer)),
            ("answer", lambda: self.answer(customer)),
            ("take_back", lambda: self.send(host, wire.TakeBack(capability, one))),
            ("withdraw", lambda: self.send(customer, wire.Withdraw(capability, one))),
            ("freeze", lambda: self.send(host, wire.Freeze(vendor))),
            ("unfreeze", lambda: self.send(host, wire.Unfreeze(vendor))),
            ("remove", lambda: self.send(host, wire.RemoveParticipant(vendor))),
            ("pause", lambda: self.send(self.draw.choice((host, customer)), wire.PauseSession())),
            ("resume", lambda: self.send(host, wire.ResumeSession())),
            ("resume", lambda: self.send(customer, wire.ResumeSession())),
            ("vendor", self.vendor),
            ("hand_over", self.hand_over),
            ("silence", self.silence),
            ("back", self.back),
            ("voice", lambda: self.send(one, wire.Publish(wire.SourceKind.VOICE, "offer"))),
            ("unvoice", lambda: self.send(one, wire.Unpublish())),
            ("share", lambda: self.send(customer, _monitor())),
            ("stop_disk", self.stop_disk),
            ("stop_disk", self.stop_disk),
            ("start_disk", self.start_disk),
        ]
        if surface is not None:
            steps += [
                ("hide", lambda: self.send(customer, wire.Hide(surface))),
                ("unhide", lambda: self.send(customer, wire.Unhide(surface))),
                ("unhide", lambda: self.send(customer, wire.Unhide(surface))),
                ("mark", lambda: self.send(one, wire.DrawMark(surface, "point", ((1, 2),)))),
                ("unshare", lambda: self.send(customer, wire.Unpublish(surface))),
            ]
        return steps

    def by_role(self, role: Role) -> ParticipantId:
        found = [seat.who.id for seat in self.live.decided.present() if seat.who.role is role]
        return self.draw.choice(found) if found else ParticipantId("")

    async def send(self, by: ParticipantId, message: wire.ClientMessage) -> object:
        return await self.desk.send(self.live, by, message)

    async def answer(self, customer: ParticipantId) -> None:
        for question in list(self.live.decided.questions)[:1]:
            await self.send(customer, wire.Answer(question, yes=True, text_sha256=HASH, language="en"))

    async def vendor(self) -> None:
        if len(self.live.decided.vendors()) < 2:
            seat = await self.desk.knock(self.live, Capability.VIEW_SCREEN, Capability.VOICE, Capability.CHAT)
            await self.desk.page(self.live, seat.participant)
            await self.send(self.live.decided.host, wire.Admit(seat.participant))

    async def hand_over(self) -> None:
        here = self.live.decided.seats[self.live.decided.host].who.person
        to = self.desk.ben if here == self.desk.anna.id else self.desk.anna
        await self.send(self.live.decided.host, wire.OfferHandover(to.id, "Please."))
        seat = await join_from_desk(self.desk.tools, self.live, self.desk.principal(to), to)
        await self.desk.page(self.live, seat)
        await self.send(seat, wire.AcceptHandover(brief_read=True))

    async def silence(self) -> None:
        """Somebody is not heard for three seconds; everybody else is."""
        quiet = self.draw.choice([seat.who.id for seat in self.live.decided.present()])
        self.desk.clock.now_ms += limits.PRESENCE_SILENT_MS
        for participant, page in self.desk.pages.items():
            if participant != quiet:
                self.live.heard(participant, page)
        self.live.watch(self.desk.clock.now(), self.draw.choice((0, 0, 5_000)))
        self.look()
        for command in self.live.due(self.desk.clock.now(), 0):
            await self.live.submit(command)

    async def back(self) -> None:
        self.desk.beat(self.live)
        for command in self.live.due(self.desk.clock.now(), 0):
            await self.live.submit(command)

    async def stop_disk(self) -> None:
        self.disk.runs.clear()

    async def start_disk(self) -> None:
        self.disk.runs.set()

    # --- ending ---

    async def finish(self) -> None:
        self.disk.runs.set()
        if self.running:
            await asyncio.wait(self.running, timeout=60)
        await self.desk.until(lambda: self.states[-1].last_seq <= self.live.durable.last_seq)
        self.look()
        if self.live.decided.state is not State.ENDED:
            await self.send(self.live.decided.host, wire.End("Solved", ""))
        await self.desk.ended(self.live)
        script = await self.desk.script(self.live)
        assert script.verification.status == "ok"
        assert [event.seq for event in script.events] == list(range(1, len(script.events) + 1))
        assert fold(script.events) == self.live.decided
        without_marks = [e for e in script.events if not isinstance(e, MarkDrawn | MarksCleared)]
        assert without_marks == await self.desk.tools.sessions.events(self.live.decided.id)


def _monitor() -> wire.Publish:
    return wire.Publish(wire.SourceKind.PICTURE, "offer", SurfaceKind.MONITOR)


async def walk(folder: Path, seed: int, steps: int) -> Counter[str]:
    disk = StoppingDisk()
    async with desk_in(folder, files=disk) as desk:
        live, _customer, _surface = await desk.sharing()
        walked = Walk(desk, live, disk, Seeded(seed))
        try:
            for _ in range(steps):
                if live.decided.state is State.ENDED:
                    break
                await walked.step()
            await walked.finish()
        finally:
            disk.runs.set()
    return walked.done


@pytest.mark.torture
@pytest.mark.timeout(7200)
async def test_no_walk_permits_more_than_what_is_recorded_and_decided(
    tmp_path: Path,
    torture: bool,  # noqa: FBT001 - a fixture
) -> None:
    done: Counter[str] = Counter()
    for seed in range(LONG_WALKS if torture else WALKS):
        folder = tmp_path / str(seed)
        await asyncio.to_thread(folder.mkdir)
        done += await walk(folder, seed, STEPS)
    assert {"hide", "unhide", "vendor", "hand_over", "silence", "stop_disk", "voice", "freeze"} <= done.keys()
