"""Watching a recording while it is made: an authorised supervisor, told to everybody in the session by name.

Rules: the policy is asked for every piece. Watching is an audit leaf first, then durably on the session's own timeline,
and only then is a key taken out. Whoever asks for nothing for WATCH_IDLE_MS has left, and that is told too. Only what is
durable is given; what is not recorded is not seen.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import EvidenceUnavailable, Refused
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.person import Person
from concierge.domain.recording import Recording, RecordingState
from concierge.services.live import LiveSession
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf
from concierge.services.registry import Registry
from concierge.services.replays import Replay, Replays
from concierge.services.tools import Tools
from concierge.services.watching_port import LiveEvidence, LiveIndex


class Watching:
    """Who watches which recording now. One for the process; it looks at every beat of the registry who has left."""

    def __init__(self, tools: Tools, registry: Registry, evidence: LiveEvidence, replays: Replays) -> None:
        self._tools = tools
        self._registry = registry
        self._evidence = evidence
        self._replays = replays
        self._asked: dict[tuple[PersonId, RecordingId], int] = {}
        self._beginning = asyncio.Lock()
        registry.beats.append(self.look_after)

    async def script(self, principal: Principal, person: Person, recording: RecordingId) -> Replay:
        """Return what happened so far. Raises Refused, EvidenceUnavailable."""
        row = await self._begun(principal, person, recording)
        return Replay(row, await self._evidence.script(row.id, await self._replays.keys_of(principal, row)))

    async def index(
        self, principal: Principal, person: Person, recording: RecordingId, after: int
    ) -> LiveIndex:
        """Return where its segments lie from number `after` on, and what opens them. Raises as `script`."""
        row = await self._begun(principal, person, recording)
        keys = await self._replays.keys_of(principal, row)
        return await self._evidence.index(row.id, keys, after)

    async def file(
        self, principal: Principal, person: Person, recording: RecordingId, name: str
    ) -> tuple[Path, int] | None:
        """Return where one of its files lies and how many of its bytes are durable. Raises as `script`."""
        row = await self._begun(principal, person, recording)
        return await self._evidence.file(row.id, name)

    async def row(self, principal: Principal, recording: RecordingId) -> Recording:
        """Return a recording that this principal may watch, whatever its state. Raises Refused."""
        row = await self._tools.recordings.get(recording)
        if row is None:
            raise Refused("no_such_recording", "that recording does not exist")
        resource = Resource("Recording", row.id, {"ticket": row.ticket})
        check(self._tools.policy, AccessRequest(principal, Act.WATCH_RECORDING_LIVE, resource))
        return row

    def look_after(self) -> None:
        """Say of everybody who has left that they watch no more, also of those a broker that crashed had told of."""
        now = self._tools.clock.now()
        for key, last in list(self._asked.items()):
            if now - last > limits.WATCH_IDLE_MS:
                del self._asked[key]
                if not any(recording == key[1] for _, recording in self._asked):
                    self._evidence.forget(key[1])
        if self._beginning.locked():
            return
        for live in self._registry.all():
            for watcher in list(live.decided.watchers):
                if (watcher, live.decided.recording) not in self._asked:
                    live.narrow(cmd.NoteWatcherGone(watcher=watcher))

    async def _begun(self, principal: Principal, person: Person, recording: RecordingId) -> Recording:
        """Return the recording once everybody is told who watches it."""
        row = await self.row(principal, recording)
        live = self._live(row)
        key, now = (person.id, row.id), self._tools.clock.now()
        async with self._beginning:
            if key not in self._asked:
                await self._leaf(principal, row)
                await live.submit(cmd.NoteWatcher(watcher=person.id, name=person.name))
        self._asked[key] = now
        return row

    def _live(self, row: Recording) -> LiveSession:
        if row.state is not RecordingState.OPEN:
            raise Refused("recording_closed", "the recording is closed")
        live = self._registry.find(row.session)
        if live is None:
            raise EvidenceUnavailable("the recording is being closed")
        return live

    async def _leaf(self, principal: Principal, row: Recording) -> None:
        detail = json.dumps(
            {"session": row.session, "ticket": row.ticket, "role": principal.role}, sort_keys=True
        )
        await self._tools.audit.append(
            AuditLeaf(self._tools.clock.wall(), "RecordingWatchedLive", principal.id, row.id, detail)
        )
