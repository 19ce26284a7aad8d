"""One live session: the only place that decides for it. Commands come in, events are kept, then effects follow.

How evidence goes before effect:
- `decided` is the session with everything decided; `durable` only with what is recorded and saved.
- What narrows is applied from `decided` before `submit` returns, whatever the recorder or database do.
- What widens is applied from what is in `durable` and still in `decided`, after the journal has kept it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act
from concierge.domain.decide import decide
from concierge.domain.errors import EvidenceUnavailable, Refused
from concierge.domain.evolve import evolve, fold
from concierge.domain.ids import ConsentId, ParticipantId
from concierge.domain.participant import LeaveReason, Participant, Presence, Seat
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import Session, State
from concierge.services.announcing import announce, history
from concierge.services.between import desk_history
from concierge.services.denials import Throttled
from concierge.services.hub import Connection, Hub
from concierge.services.journal import Entry, Journal
from concierge.services.leaves import leaves_of
from concierge.services.permission import (
    Ruling,
    act_request,
    check_grants,
    no_longer_held,
    no_longer_shared,
    refusal,
    rule,
)
from concierge.services.ports import StoreUnavailable
from concierge.services.relays import ice_servers_for
from concierge.services.showing import Backdrop, view_of
from concierge.services.steering import Source, Steering
from concierge.services.tools import Tools
from concierge.wire import messages as wire

_log = structlog.get_logger(__name__)


class LiveSession:
    """A session that has not ended, or whose end is still being kept."""

    def __init__(
        self, session: Session, tools: Tools, backdrop: Backdrop, ended: Callable[[LiveSession], None]
    ) -> None:
        self.decided = session
        self.durable = session
        self.backdrop = backdrop
        self.hub = Hub()
        self.steering = Steering(session.id, session.recording, tools.media, tools.evidence)
        self.watchers: set[Callable[[LiveSession], None]] = set()
        self._refused = Throttled()
        self._tools = tools
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()
        self._journal = Journal(session.recording, tools.evidence, self._save, self._kept)
        now = tools.clock.now()
        for seat in session.present():
            self.hub.expect(seat.who.id, now)

    # --- commands ---

    def rule(self, request: AccessRequest) -> Ruling:
        """Ask the policies about this session; return their permit, for `submit`. Raises Refused, and puts it on record."""
        ruling = rule(self._tools.policy, request)
        if not ruling.decision.permitted:
            now = self._tools.clock.now()
            if self.decided.state is not State.ENDED and self._refused.first(
                request.principal.id, request.act, now
            ):
                self._take((ruling.event(self.decided, now),), now)
            raise refusal(ruling)
        return ruling

    def rule_seat(self, who: Participant, act: Act) -> Ruling:
        """Ask the policies whether a participant may do this here, as `rule` does."""
        return self.rule(act_request(self.decided, who, act))

    async def submit(self, command: cmd.Command, ruling: Ruling | None = None) -> None:
        """Decide and carry out. Returns when the effect stands (narrowing: at once; widening: once it is kept).

        A ruling that permitted it goes on the record before it.

        Raises Refused, BadInput, or EvidenceUnavailable when it is decided but not yet on the record: it takes
        effect by itself as soon as it is.
        """
        now = self._tools.clock.now()
        ruled = () if ruling is None else (ruling.event(self.decided, now),)
        before = fold(ruled, self.decided)
        events = decide(before, command, now)
        if not events:
            return
        effects = {event.effect for event in events}
        if effects == {ev.Effect.STREAMS}:
            self._stream(events)
            return
        if effects == {ev.Effect.NARROWS}:
            self._take((*ruled, *events), now)
            return
        events = check_grants(self._tools.policy, before, events)
        entry = self._take((*ruled, *events), now)
        try:
            async with asyncio.timeout(limits.COMMAND_DEADLINE_MS / 1000):
                await asyncio.shield(entry.kept)
        except TimeoutError:
            raise EvidenceUnavailable("decided, but not on the record yet") from None

    def narrow(self, command: cmd.Command) -> None:
        """Carry out a command of the broker's own that only takes away; a refusal means there was nothing to take."""
        now = self._tools.clock.now()
        try:
            events = decide(self.decided, command, now)
        except Refused:
            return
        if events:
            self._take(events, now)

    def _take(self, events: tuple[ev.Event, ...], now_ms: int) -> Entry:
        """Fold, narrow, hand to the journal; tell people at once when access was only taken away."""
        self.decided = fold(events, self.decided)
        self.steering.narrow(self.decided, now_ms)
        entry = self._journal.put(events, self.decided)
        if all(event.effect is ev.Effect.NARROWS for event in events):
            self._tell(events)
        if any(isinstance(event, ev.HostChanged) for event in events):
            self.redecide()
        return entry

    def _stream(self, events: tuple[ev.Event, ...]) -> None:
        """Into the recorder's queue, then on; one that the queue does not take does not happen."""
        if self._journal.stalled:
            raise EvidenceUnavailable("the recording is not available")
        self._tools.evidence.enqueue(self.decided.recording, events)
        self.decided = fold(events, self.decided)
        self._tell(events)

    async def _save(self, after: Session, events: Sequence[ev.Event]) -> None:
        await self._tools.sessions.save(after, events, leaves_of(after, list(events)))

    def _kept(self, entry: Entry) -> None:
        """What the entry decided is on the record: let it take effect as far as it still stands."""
        durable = self.durable
        for event in entry.events:
            durable = evolve(durable, event)
        self.durable = durable
        self.steering.widen(self.durable, self.decided, self._tools.clock.now())
        if any(event.effect is not ev.Effect.NARROWS for event in entry.events):
            self._tell(entry.events)
        if self.durable.state is State.ENDED:
            self._ended(self)

    def _tell(self, events: Sequence[ev.Event]) -> None:
        changed = False
        for event in events:
            if isinstance(event, ev.PolicyDecided):
                continue
            changed = (
                announce(self.decided, self.hub, event, self.backdrop.receipts, self.steering.flows)
                or changed
            )
            if isinstance(event, ev.ParticipantLeft):
                self.steering.left(event.participant)
            elif isinstance(event, ev.SessionEnded):
                self.steering.close()
                self._told_watchers()
        if changed:
            self.send_views()

    # --- people ---

    async def connect(self, participant: ParticipantId, connection: Connection) -> None:
        """A page said hello for a seat: greet it, and end the pause that the silence caused.

        Raises Refused when there is no such seat.
        """
        seat = self.decided.seat(participant)
        if seat is None:
            raise Refused("no_such_participant", f"{participant} has no seat")
        self.hub.join(participant, connection, self._tools.clock.now())
        self.hub.send(participant, self.welcome(participant))
        self.send_view(participant)
        self._regain(participant)
        if self._known(participant).seats[participant].admitted:
            await self._tell_history(participant, connection)

    async def _tell_history(self, participant: ParticipantId, connection: Connection) -> None:
        """Send the chat so far; a database that does not answer costs a page its history, not its seat."""
        try:
            events = await self._tools.sessions.events(self.decided.id)
        except StoreUnavailable as error:
            _log.warning("history_not_told", session=self.decided.id, reason=str(error))
            return
        if self.hub.is_current(participant, connection):
            for line in history(self.decided, events):
                self.hub.send(participant, line)
            for desk_line in desk_history(self.decided, events, participant):
                self.hub.send(participant, desk_line)

    def _regain(self, participant: ParticipantId) -> None:
        """End the pause that a silence caused, without making the page's own messages wait for the recorder."""
        task = asyncio.create_task(self._submit_regain(participant), name=f"regain {participant}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submit_regain(self, participant: ParticipantId) -> None:
        try:
            asked = tuple(ConsentId(self._tools.mint.id("consent")) for _ in range(limits.CONSENTS_OPEN_MAX))
            await self.submit(cmd.RegainPresence(participant=participant, consents=asked))
        except (Refused, EvidenceUnavailable) as error:
            _log.info("presence_not_regained", participant=participant, reason=str(error))

    def welcome(self, participant: ParticipantId) -> wire.Welcome:
        """Return what a page is told first."""
        return wire.Welcome(
            session=self.decided.id,
            you=participant,
            role=self.decided.seats[participant].who.role,
            server_run=self._tools.run,
            ice_servers=self.ice_servers(participant),
            picture_slots=limits.PICTURE_SLOTS,
            voice_slots=limits.VOICE_SLOTS,
            picture_max_width=limits.PICTURE_MAX_WIDTH,
            picture_max_height=limits.PICTURE_MAX_HEIGHT,
            ways=self._tools.installation.ways,
        )

    @property
    def relays_expire(self) -> bool:
        """Whether what `ice_servers` says is good for a while only."""
        return bool(self._tools.installation.turn_secret)

    def ice_servers(self, participant: ParticipantId) -> tuple[wire.IceServer, ...]:
        """Return the ICE servers with credentials of this participant's own."""
        return ice_servers_for(self._tools.installation, participant, self._tools.clock.wall())

    def heard(self, participant: ParticipantId, connection: Connection) -> None:
        """Note a sign of life from a page."""
        self.hub.heard(participant, connection, self._tools.clock.now())
        seat = self.decided.seat(participant)
        if (
            seat is not None
            and seat.presence is Presence.AWAY
            and self.hub.is_current(participant, connection)
        ):
            self._regain(participant)

    def view(self, participant: ParticipantId) -> wire.View:
        """Return what this participant may know now."""
        now, installation = self._tools.clock.now(), self._tools.installation
        known = self._known(participant)
        return wire.View(
            view_of(known, participant, now, self.backdrop, installation, self.steering, self._tools.album)
        )

    def _known(self, participant: ParticipantId) -> Session:
        """Whoever has been let in, but not yet on the record, knows what one knows in the lobby."""
        kept = self.durable.seat(participant)
        waits = kept is not None and not kept.admitted and self.durable.state is not State.ENDED
        return self.durable if waits and self.decided.seats[participant].admitted else self.decided

    def send_view(self, participant: ParticipantId) -> None:
        """Send one participant their view anew."""
        if participant in self.decided.seats:
            self.hub.send(participant, self.view(participant))

    def send_views(self) -> None:
        """Send everybody their view anew."""
        for participant in self.hub.connected():
            self.send_view(participant)
        self._told_watchers()

    def _told_watchers(self) -> None:
        """Whoever watches beside the seats (a customer's second device) looks again."""
        for watcher in list(self.watchers):
            watcher(self)

    def put_out(self, seat: Seat) -> None:
        """Somebody of the desk has no business here any more: the seat is theirs no longer, from now on.

        A host cannot be taken out of a session; for the others it is as if the host had left.
        """
        who = seat.who.id
        if who != self.decided.host:
            self.narrow(cmd.Remove(participant=who, reason=LeaveReason.REMOVED))
            return
        if self.decided.state is State.WAITING:
            self.narrow(cmd.End(reason=EndReason.HOST_LEFT))
            return
        self.narrow(cmd.LosePresence(participant=who))
        self.narrow(cmd.Pause(reason=PauseReason.HOST_LEFT))
        self.steering.left(who)
        self.hub.dismiss(who, wire.Farewell(LeaveReason.REMOVED, self.backdrop.receipts.get(who, "")))

    def redecide(self) -> int:
        """Ask the policies anew about all that is granted and shown; return how much they took away."""
        session, policy = self.decided, self._tools.policy
        if session.state is State.ENDED:
            return 0
        taken: list[cmd.Command] = [
            cmd.RevokeByPolicy(participant=who, capability=capability)
            for who, capability in no_longer_held(policy, session)
        ]
        taken += [cmd.CloseSurface(surface=surface) for surface in no_longer_shared(policy, session)]
        for command in taken:
            self.narrow(command)
        return len(taken)

    # --- media ---

    def published(self, source: Source) -> None:
        """Note that the plane holds this source, closed until the record says otherwise."""
        self.steering.published(source)

    # --- time ---

    def watch(self, now_ms: int, lag_ms: int) -> None:
        """Look at what takes access away by itself: silence, and a recorder that falls behind."""
        self.backdrop.lag_ms = lag_ms
        if self.decided.state is State.ENDED:
            return
        for seat in self.decided.present():
            silent = self.hub.silent_for(seat.who.id, now_ms)
            if seat.presence is Presence.JOINED and silent >= limits.PRESENCE_SILENT_MS:
                self.narrow(cmd.LosePresence(participant=seat.who.id))
        if lag_ms > limits.EVIDENCE_LAG_MAX_MS or self._journal.stalled:
            self.narrow(cmd.Pause(reason=PauseReason.RECORDING_UNAVAILABLE))

    def due(self, now_ms: int, lag_ms: int) -> list[cmd.Command]:
        """Return the commands whose time has come."""
        due: list[cmd.Command] = []
        deadline = self.decided.deadline()
        if deadline is not None and now_ms >= deadline:
            due.append(cmd.Tick())
        behind = lag_ms > limits.EVIDENCE_LAG_MAX_MS or self._journal.stalled
        if PauseReason.RECORDING_UNAVAILABLE in self.decided.pauses and not behind:
            due.append(cmd.Resume(reason=PauseReason.RECORDING_UNAVAILABLE))
        return due

    async def close(self) -> None:
        """Finish the journal."""
        await self._journal.close()

    def abandon(self) -> None:
        """Let go without waiting: the process is going down."""
        self._journal.abandon()
        for task in self._tasks:
            task.cancel()
        self.steering.close()
