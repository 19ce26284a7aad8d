"""Keeps the media plane equal to what the session allows. Narrowing is synchronous; widening only after evidence.

Rule: what was taken away and given again waits for its own record. A flow opens only when the event that decided on it
last is durable; that an older record allowed it does not count, for what took it away in between may not be kept yet.
"""

from __future__ import annotations

from concierge.domain.ids import ParticipantId, RecordingId, SessionId, SurfaceId
from concierge.domain.session import Flow, Session
from concierge.services.media_port import MediaPlane, SourceId
from concierge.services.ports import EvidenceLog

Source = SurfaceId | ParticipantId


class Steering:
    """The media of one session as it stands at the plane."""

    def __init__(
        self, session: SessionId, recording: RecordingId, plane: MediaPlane, evidence: EvidenceLog
    ) -> None:
        self._session = session
        self._recording = recording
        self._plane = plane
        self._evidence = evidence
        self._published: set[Source] = set()
        self._open: frozenset[Source] = frozenset()
        self._flows: frozenset[Flow] = frozenset()
        # By which event each of what is decided now was decided, unless that was before this began.
        self._since: dict[Source | Flow, int] = {}
        self._decided: frozenset[Source | Flow] = frozenset()

    @property
    def flows(self) -> frozenset[Flow]:
        """What is permitted at the plane now."""
        return self._flows

    def published(self, source: Source) -> None:
        """Note that the plane knows this source."""
        self._published.add(source)

    def narrow(self, decided: Session, now_ms: int) -> None:
        """Stop whatever `decided` no longer allows, before returning. Opens nothing."""
        sources, flows = decided.sources(), decided.flows(now_ms)
        for flow in self._flows - flows:
            self._plane.forbid(SourceId(flow.source), flow.viewer)
        for source in self._open - sources:
            self._plane.hold_source(SourceId(source))
        self._open &= sources
        self._flows &= flows
        now_decided: frozenset[Source | Flow] = sources | flows
        since = dict.fromkeys(now_decided - self._decided, decided.last_seq)
        self._since = {one: seq for one, seq in self._since.items() if one in now_decided} | since
        self._decided = now_decided
        for gone in self._published - set(decided.surfaces) - decided.voices:
            self._plane.close_source(SourceId(gone))
            self._published.discard(gone)

    def widen(self, durable: Session, decided: Session, now_ms: int) -> None:
        """Open what is both decided and durable."""
        wanted = durable.sources() & decided.sources() & self._published
        sources = frozenset(source for source in wanted if self._on_record(source, durable))
        flows = frozenset(
            flow
            for flow in durable.flows(now_ms) & decided.flows(now_ms)
            if flow.source in sources and self._on_record(flow, durable)
        )
        for source in sources - self._open:
            self._plane.open_source(SourceId(source), self._evidence.frames(self._recording))
        for flow in flows - self._flows:
            self._plane.permit(SourceId(flow.source), flow.viewer)
        self._open |= sources
        self._flows |= flows

    def _on_record(self, one: Source | Flow, durable: Session) -> bool:
        return self._since.get(one, 0) <= durable.last_seq

    def mid(self, viewer: ParticipantId, source: Source) -> str:
        """Return the SDP mid of the viewer's slot that carries a source, or ""."""
        if Flow(source, viewer) not in self._flows:
            return ""
        slots = self._plane.slots_of(self._session, viewer)
        return next((slot.mid or "" for slot in slots if slot.source == SourceId(source)), "")

    def left(self, participant: ParticipantId) -> None:
        """Close everything of a participant who is gone."""
        self._plane.close_participant(self._session, participant)

    def close(self) -> None:
        """Close everything."""
        self._plane.close_session(self._session)
        self._published.clear()
        self._open = frozenset()
        self._flows = frozenset()
