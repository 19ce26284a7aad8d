"""All live sessions of this process: finds them, watches over them, lets go of them when their end is kept.

One task beats for everybody (HEARTBEAT_EVERY_MS): pulses out, silences, recorder lag, deadlines, jumps of the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.errors import ConciergeError, KeysSilent, Refused
from concierge.domain.ids import (
    InviteId,
    ParticipantId,
    PersonId,
    RecordingId,
    SessionId,
    SurfaceId,
    TicketId,
)
from concierge.domain.reasons import PauseReason
from concierge.domain.session import Session, State
from concierge.services.closing import close_recording
from concierge.services.disk_watch import DiskLevel, DiskWatch
from concierge.services.live import LiveSession
from concierge.services.media_port import SourceId
from concierge.services.showing import Backdrop
from concierge.services.tools import Tools
from concierge.wire.messages import Pulse

_log = structlog.get_logger(__name__)

STOP_S = 5.0


class Registry:
    """The live sessions, by id."""

    def __init__(self, tools: Tools, disk: DiskWatch | None = None) -> None:
        self._tools = tools
        self.disk = disk or DiskWatch()
        self._live: dict[SessionId, LiveSession] = {}
        self._opening: set[TicketId] = set()
        self.waiting: dict[SessionId, TicketId] = {}
        """Sessions that a crash left behind and whose recording's key cannot be had yet: paused, and not live."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._beat: asyncio.Task[None] | None = None
        self._count = 0
        self.beats: list[Callable[[], None]] = []
        """Called at every beat: what looks after sessions from beside."""
        self._offset = tools.clock.wall() - tools.clock.now()
        tools.media.observe(self)
        tools.evidence.watch(self._unavailable)

    # --- finding ---

    def get(self, session: SessionId) -> LiveSession:
        """Return a live session. Raises Refused; KeysSilent while it waits to be recovered."""
        live = self._live.get(session)
        if session in self.waiting:
            raise KeysSilent(f"{session} waits for its recording's key")
        if live is None:
            raise Refused("no_such_session", f"{session} is not live")
        return live

    def find(self, session: SessionId) -> LiveSession | None:
        """Return a live session, or None."""
        return self._live.get(session)

    def all(self) -> list[LiveSession]:
        """Return every live session."""
        return list(self._live.values())

    def of_ticket(self, ticket: TicketId) -> LiveSession | None:
        """Return the newest live session of a ticket, or None."""
        found = [live for live in self._live.values() if live.decided.ticket == ticket]
        return max(found, key=lambda live: live.decided.opened_ms, default=None)

    @contextmanager
    def opening(self, ticket: TicketId) -> Iterator[None]:
        """Hold a ticket while its session is being opened. Raises Refused when it has a live one or gets one now."""
        taken = ticket in self._opening or ticket in self.waiting.values()
        if taken or self.of_ticket(ticket) is not None:
            raise Refused("session_open_already", f"{ticket} has a live session")
        self._opening.add(ticket)
        try:
            yield
        finally:
            self._opening.discard(ticket)

    def add(self, session: Session, backdrop: Backdrop) -> LiveSession:
        """Take over a session."""
        live = LiveSession(session, self._tools, backdrop, self._ended)
        self._live[session.id] = live
        return live

    # --- watching ---

    def start(self) -> None:
        """Begin to beat."""
        self._beat = asyncio.create_task(self._run(), name="heartbeat")

    async def _run(self) -> None:
        while True:
            started = self._tools.clock.now()
            self._count += 1
            for live in self.all():
                self._look_after(live)
            self._watch_clock()
            for beat in self.beats:
                beat()
            spent = self._tools.clock.now() - started
            await asyncio.sleep(max(limits.HEARTBEAT_EVERY_MS - spent, 10) / 1000)

    def _look_after(self, live: LiveSession) -> None:
        """Never lets one session's fault stop the beat of the others."""
        try:
            lag_ms = self._tools.evidence.lag_ms(live.decided.recording)
            now = self._tools.clock.now()
            for participant in live.hub.connected():
                live.hub.send(participant, Pulse(self._count, lag_ms))
            live.watch(now, lag_ms)
            self._watch_disk(live)
            for command in live.due(now, lag_ms):
                self._spawn(live, command)
        except Exception:  # noqa: BLE001 - a fault in one session must not silence the others
            _log.exception("session_not_looked_after", session=live.decided.id)

    def _watch_disk(self, live: LiveSession) -> None:
        """While there is no room but the reserve, nothing is forwarded; the reserve is for closing cleanly."""
        level = self.disk.level
        if level is DiskLevel.FULL and live.decided.state is not State.ENDED:
            live.narrow(cmd.Pause(reason=PauseReason.DISK_FULL))
        elif PauseReason.DISK_FULL in live.decided.pauses:
            self._spawn(live, cmd.Resume(reason=PauseReason.DISK_FULL))
        if live.backdrop.disk is not level:
            live.backdrop.disk = level
            live.send_views()

    def _watch_clock(self) -> None:
        """A step of the wall clock changes no deadline; it is put on every record."""
        offset = self._tools.clock.wall() - self._tools.clock.now()
        step = offset - self._offset
        if abs(step) >= limits.CLOCK_STEP_MS:
            self._offset = offset
            for live in self.all():
                if live.decided.state is not State.ENDED:
                    self._spawn(live, cmd.NoteClockStep(by_ms=step))

    def _spawn(self, live: LiveSession, command: cmd.Command) -> None:
        """Submit on a task of its own; the same command that is still on its way is not sent after itself."""
        name = f"{command} {live.decided.id}"
        if any(task.get_name() == name for task in self._tasks):
            return
        task = asyncio.create_task(self._submit(live, command), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submit(self, live: LiveSession, command: cmd.Command) -> None:
        try:
            await live.submit(command)
        except ConciergeError as error:
            _log.info("command_not_carried_out", command=type(command).__name__, reason=str(error))

    # --- what media and recorder tell ---

    def source_flowing(
        self,
        session: SessionId,
        source: SourceId,  # noqa: ARG002 - the observer's whole signature
        width: int,  # noqa: ARG002
        height: int,  # noqa: ARG002
    ) -> None:
        """A picture has a size now; pages measure it themselves, so the view is sent only to end a loading state."""
        live = self._live.get(session)
        if live is not None:
            live.send_views()

    def source_lost(self, session: SessionId, source: SourceId, reason: str) -> None:
        """A publisher's connection is gone: what it showed is closed."""
        live = self._live.get(session)
        if live is None:
            return
        _log.info("source_lost", session=session, source=source, reason=reason)
        live.narrow(cmd.CloseSurface(surface=SurfaceId(source)))
        live.narrow(cmd.CloseVoice(by=ParticipantId(source)))

    def viewer_connected(self, session: SessionId, participant: ParticipantId) -> None:
        """A viewer's receiving side is up: it may have slots now."""
        live = self._live.get(session)
        if live is not None:
            live.send_view(participant)

    def viewer_lost(self, session: SessionId, participant: ParticipantId, reason: str) -> None:
        """The page notices by itself and receives anew."""
        _log.info("viewer_lost", session=session, participant=participant, reason=reason)

    def _unavailable(self, recording: RecordingId, reason: str) -> None:
        for live in self.all():
            if live.decided.recording == recording:
                _log.error("recording_unavailable", session=live.decided.id, reason=reason)
                live.narrow(cmd.Pause(reason=PauseReason.RECORDING_UNAVAILABLE))

    # --- invites ---

    def remove_invited(self, invite: InviteId) -> None:
        """A revoked invite takes its seats with it, in whatever session they are."""
        for live in self.all():
            live.narrow(cmd.RemoveInvited(invite=invite))

    # --- people and policies that change under a session ---

    def person_disabled(self, person: PersonId) -> None:
        """A disabled person is out of every session at once. One who hosts counts as having left: vendors are out too."""
        for live in self.all():
            for seat in live.decided.present():
                if seat.who.person == person:
                    live.put_out(seat)

    def redecide(self) -> int:
        """Ask the policies anew, after they were loaded anew, about everything in force; return how much they took."""
        return sum(live.redecide() for live in self.all())

    # --- ending ---

    def _ended(self, live: LiveSession) -> None:
        self._live.pop(live.decided.id, None)
        task = asyncio.create_task(self._close(live), name=f"close {live.decided.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, live: LiveSession) -> None:
        await live.close()
        await close_recording(self._tools, live.durable)

    async def _stop_one(self, live: LiveSession) -> None:
        try:
            await live.submit(cmd.NoteStop())
        except ConciergeError as error:
            _log.info("stop_not_recorded", session=live.decided.id, reason=str(error))
        await live.close()

    async def stop(self) -> None:
        """Stop beating; let what is decided, and the stop itself, be kept for at most STOP_S seconds, then let go."""
        if self._beat is not None:
            self._beat.cancel()
        await self._tools.media.stop()  # no picture comes after the last word on a recording
        closing = [asyncio.create_task(self._stop_one(live)) for live in self.all()]
        if closing or self._tasks:
            await asyncio.wait([*closing, *self._tasks], timeout=STOP_S)
        for live in self.all():
            live.abandon()
