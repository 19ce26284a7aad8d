"""Finding, replaying and exporting recordings. Every viewing and export is an audit leaf before the first byte.

Rule: a viewing is one leaf, however many pieces it is fetched in; it is over when nothing was fetched for
VIEWING_IDLE_MS, and the next piece is a new one. The policy is asked for every piece. What is still being recorded can
be found and verified, and neither replayed nor exported: that would be a way into a live session.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.custody import EvidenceClass
from concierge.domain.errors import Refused
from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf, RecordingQuery
from concierge.services.replay_port import EvidenceReader, Exported, Script, Verification
from concierge.services.sealed_port import SealedIndex
from concierge.services.searching import seen_by
from concierge.services.stored import Stored
from concierge.services.tools import Tools


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording opened for somebody."""

    recording: Recording
    script: Script


class Replays:
    """The use cases of auditors, and of hosts looking at what was done before."""

    def __init__(self, tools: Tools, reader: EvidenceReader, stored: Stored | None = None) -> None:
        self._tools = tools
        self._reader = reader
        self._stored = stored
        self._viewings: OrderedDict[tuple[str, RecordingId], int] = OrderedDict()

    async def find(self, principal: Principal, query: RecordingQuery) -> list[Recording]:
        """Return the recordings that fit. Raises Refused."""
        check(self._tools.policy, AccessRequest(principal, Act.FIND_RECORDINGS, Resource("Desk", "desk")))
        found = await self._tools.recordings.find(query)
        return seen_by(self._tools.policy, principal, found)

    async def verify(self, principal: Principal, recording: RecordingId) -> Verification:
        """Return what the verifier says; no key is touched. Raises Refused, EvidenceUnavailable."""
        row = await self._row(principal, recording, Act.REPLAY_RECORDING)
        return await self._reader.verify(row.id)

    async def look(self, principal: Principal, recording: RecordingId) -> Verification:
        """Return what the verifier says, as `verify` does, and have ready what `open` will ask for next.

        Long recordings are then read once and not twice. Nothing of what is inside leaves here: a viewing begins with
        `open`. Raises Refused, EvidenceUnavailable.
        """
        row = await self._row(principal, recording, Act.REPLAY_RECORDING)
        if row.state is RecordingState.OPEN:
            return await self._reader.verify(row.id)
        return await self._reader.open(row.id, await self._released(principal, row))

    async def open(self, principal: Principal, recording: RecordingId) -> Replay:
        """Return a recording's script, after putting the viewing on the record. Raises Refused, EvidenceUnavailable."""
        row = await self.finished(principal, recording, Act.REPLAY_RECORDING)
        await self._view(principal, row, anew=True)
        keys = await self._released(principal, row)
        return Replay(row, await self._reader.script(row.id, keys))

    async def media(self, principal: Principal, recording: RecordingId, from_us: int, until_us: int) -> bytes:
        """Return a stretch of pictures and voices, within a viewing. Raises Refused, EvidenceUnavailable."""
        row = await self.finished(principal, recording, Act.REPLAY_RECORDING)
        keys = await self.keys_of(principal, row)
        await self._view(principal, row)
        return await self._reader.media(row.id, keys, from_us, until_us, voice=True)

    async def sealed(self, principal: Principal, recording: RecordingId) -> SealedIndex:
        """Return where the recording's own bytes lie, and the keys of what may be seen of it, within a viewing."""
        row = await self.finished(principal, recording, Act.REPLAY_RECORDING)
        await self._view(principal, row)
        return await self._reader.sealed(row.id, await self._released(principal, row))

    async def sealed_file(self, principal: Principal, recording: RecordingId, name: str) -> Path | None:
        """Return where one of its files lies, within a viewing; None when there is no such file."""
        row = await self.finished(principal, recording, Act.REPLAY_RECORDING)
        await self._view(principal, row)
        return await self._reader.sealed_file(row.id, name)

    async def export(self, principal: Principal, recording: RecordingId, folder: Path) -> Exported:
        """Write the recording into an empty folder, after putting the export on the record."""
        row = await self.finished(principal, recording, Act.EXPORT_RECORDING)
        keys = await self.keys_of(principal, row)
        await self._leaf("RecordingExported", principal, row)
        return await self._reader.export(row.id, keys, folder)

    async def _row(self, principal: Principal, recording: RecordingId, act: Act) -> Recording:
        """A recording that does not exist and one that is not permitted answer alike."""
        row = await self._tools.recordings.get(recording)
        if row is None:
            raise Refused("no_such_recording", "that recording does not exist")
        check(
            self._tools.policy,
            AccessRequest(principal, act, Resource("Recording", row.id, {"ticket": row.ticket})),
        )
        if self._stored is not None and row.state is not RecordingState.OPEN:
            await self._stored.here(row.id)
        return row

    async def finished(self, principal: Principal, recording: RecordingId, act: Act) -> Recording:
        """Return a recording that has an end, with its files here. Raises Refused, EvidenceUnavailable."""
        row = await self._row(principal, recording, act)
        if row.state is RecordingState.OPEN:
            raise Refused("recording_open", "the session is still being recorded")
        return row

    async def _released(self, principal: Principal, row: Recording) -> tuple[WrappedKey, ...]:
        """Return the keys of the classes that may be seen: what was typed needs an act of its own."""
        keys = await self._tools.recordings.wrapped_keys(row.id)
        resource = Resource("Recording", row.id, {"ticket": row.ticket})
        release = AccessRequest(principal, Act.RELEASE_INPUT, resource)
        if self._tools.policy.decide(release).permitted:
            return keys
        return tuple(key for key in keys if key.cls != EvidenceClass.INPUT)

    async def keys_of(self, principal: Principal, row: Recording) -> tuple[WrappedKey, ...]:
        """Return the wrapped keys of what may be seen of a recording. Raises Refused when none are left."""
        keys = await self._released(principal, row)
        if not keys:
            raise Refused("recording_erased", "the recording's key was destroyed")
        return keys

    async def _view(self, principal: Principal, row: Recording, *, anew: bool = False) -> None:
        """Put a viewing on the record, unless one goes on."""
        who, now = (principal.id, row.id), self._tools.clock.now()
        last = self._viewings.get(who)
        if anew or last is None or now - last > limits.VIEWING_IDLE_MS:
            await self._leaf("RecordingViewed", principal, row)
        self._viewings[who] = now
        self._viewings.move_to_end(who)
        while len(self._viewings) > limits.VIEWINGS_KEPT:
            self._viewings.popitem(last=False)

    async def _leaf(self, kind: str, principal: Principal, row: Recording) -> None:
        told = {"session": row.session, "ticket": row.ticket, "role": principal.role}
        if "viewer" in principal.attributes:  # somebody outside, by a link: the leaf names them
            told["viewer"] = str(principal.attributes["viewer"])
        detail = json.dumps(told, sort_keys=True)
        await self._tools.audit.append(
            AuditLeaf(self._tools.clock.wall(), kind, principal.id, row.id, detail)
        )
