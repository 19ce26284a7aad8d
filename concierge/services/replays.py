"""Finding, replaying and exporting recordings. Every viewing and export is an audit leaf before the first byte."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import Refused
from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf, RecordingQuery
from concierge.services.replay_port import EvidenceReader, Exported, Script, Verification
from concierge.services.tools import Tools


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording opened for somebody."""

    recording: Recording
    script: Script


class Replays:
    """The use cases of auditors, and of hosts looking at what was done before."""

    def __init__(self, tools: Tools, reader: EvidenceReader) -> None:
        self._tools = tools
        self._reader = reader

    async def find(self, principal: Principal, query: RecordingQuery) -> list[Recording]:
        """Return the recordings that fit. Raises Refused."""
        check(self._tools.policy, AccessRequest(principal, Act.FIND_RECORDINGS, Resource("Desk", "desk")))
        return await self._tools.recordings.find(query)

    async def verify(self, principal: Principal, recording: RecordingId) -> Verification:
        """Return what the verifier says; no key is touched. Raises Refused, EvidenceUnavailable."""
        row = await self._row(principal, recording, Act.REPLAY_RECORDING)
        return await self._reader.verify(row.id)

    async def open(self, principal: Principal, recording: RecordingId) -> Replay:
        """Return a recording's script, after putting the viewing on the record. Raises Refused, EvidenceUnavailable."""
        row = await self._row(principal, recording, Act.REPLAY_RECORDING)
        await self._leaf("RecordingViewed", principal, row)
        return Replay(
            row, await self._reader.script(row.id, await self._tools.recordings.wrapped_key(row.id))
        )

    async def media(self, principal: Principal, recording: RecordingId, from_us: int, until_us: int) -> bytes:
        """Return a stretch of pictures and voices. Raises Refused, EvidenceUnavailable."""
        row = await self._row(principal, recording, Act.REPLAY_RECORDING)
        wrapped = await self._tools.recordings.wrapped_key(row.id)
        if wrapped is None:
            raise Refused("recording_erased", "the recording's key was destroyed")
        return await self._reader.media(row.id, wrapped, from_us, until_us, voice=True)

    async def export(self, principal: Principal, recording: RecordingId, folder: Path) -> Exported:
        """Write the recording into an empty folder, after putting the export on the record."""
        row = await self._row(principal, recording, Act.EXPORT_RECORDING)
        wrapped = await self._tools.recordings.wrapped_key(row.id)
        if wrapped is None:
            raise Refused("recording_erased", "the recording's key was destroyed")
        await self._leaf("RecordingExported", principal, row)
        return await self._reader.export(row.id, wrapped, folder)

    async def _row(self, principal: Principal, recording: RecordingId, act: Act) -> Recording:
        """A recording that does not exist and one that is not permitted answer alike."""
        row = await self._tools.recordings.get(recording)
        if row is None:
            raise Refused("no_such_recording", "that recording does not exist")
        check(
            self._tools.policy,
            AccessRequest(principal, act, Resource("Recording", row.id, {"ticket": row.ticket})),
        )
        return row

    async def _leaf(self, kind: str, principal: Principal, row: Recording) -> None:
        detail = json.dumps(
            {"session": row.session, "ticket": row.ticket, "role": principal.role}, sort_keys=True
        )
        await self._tools.audit.append(
            AuditLeaf(self._tools.clock.wall(), kind, principal.id, row.id, detail)
        )
