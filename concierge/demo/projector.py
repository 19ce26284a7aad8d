"""A media plane without a network: what is shown on it enters the recording exactly while the core has the source open.

Rule: as the real plane, nothing reaches the sink of a source that is held or closed, and a source begins with a key frame.
"""

# ruff: noqa: ARG002 - the port's whole signatures, of which a projector needs little
from __future__ import annotations

from collections.abc import Callable

from concierge.domain.ids import ParticipantId, SessionId
from concierge.services.media_port import (
    EncodedFrame,
    FrameSink,
    MediaKind,
    MediaObserver,
    SourceId,
    Traffic,
    ViewerSlots,
)


class Projector:
    """The MediaPlane port for a session that nobody watches."""

    def __init__(self) -> None:
        self._open: dict[SourceId, FrameSink] = {}
        self._begun: set[SourceId] = set()

    # --- what the demonstration does ---

    def wants(self) -> list[tuple[SourceId, bool]]:
        """Return the open sources, and of each whether it needs a key frame now."""
        return [(source, source not in self._begun) for source in self._open]

    def show(self, source: SourceId, frame: EncodedFrame) -> None:
        """Put a frame of an open source on the record. Raises EvidenceUnavailable, KeyError for one that is not open."""
        self._open[source].frame(source, frame)
        if frame.key:
            self._begun.add(source)

    # --- the port ---

    async def publish(
        self, session: SessionId, participant: ParticipantId, source: SourceId, kind: MediaKind, offer: str
    ) -> str:
        """There is no network to agree about."""
        return ""

    async def receive(self, session: SessionId, participant: ParticipantId, offer: str) -> str:
        """There is no network to agree about."""
        return ""

    def open_source(self, source: SourceId, sink: FrameSink) -> None:
        """Let the source's frames into the recording, from a key frame on."""
        self._open[source] = sink
        self._begun.discard(source)

    def hold_source(self, source: SourceId) -> None:
        """Take nothing of this source any more."""
        self._open.pop(source, None)

    def permit(self, source: SourceId, viewer: ParticipantId) -> ViewerSlots:
        """Nobody receives here."""
        return ViewerSlots(source, None, "no_free_slot")

    def forbid(self, source: SourceId, viewer: ParticipantId) -> None:
        """Nobody receives here."""

    def slots_of(self, session: SessionId, viewer: ParticipantId) -> list[ViewerSlots]:
        """Nobody receives here."""
        return []

    def close_source(self, source: SourceId) -> None:
        """Take nothing of this source any more."""
        self.hold_source(source)

    def close_participant(self, session: SessionId, participant: ParticipantId) -> None:
        """Surfaces are closed one by one."""

    def close_session(self, session: SessionId) -> None:
        """Take nothing any more: one projector shows one session."""
        self._open.clear()

    def observe(self, observer: MediaObserver) -> None:
        """Nothing is lost here that anybody had to be told."""

    def watch_forwarding(self, callback: Callable[[SourceId, ParticipantId, int], None] | None) -> None:
        """Nothing is forwarded here."""

    def traffic(self) -> list[Traffic]:
        """Nothing goes by."""
        return []

    async def stop(self) -> None:
        """Nothing runs here."""
