"""Fakes for ports that have no cheap real part: a media plane that only remembers, a page that only listens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from concierge.domain.ids import ParticipantId, SessionId
from concierge.services.media_port import (
    Direction,
    FrameSink,
    MediaKind,
    MediaObserver,
    SourceId,
    Traffic,
    ViewerSlots,
)


class FakePlane:
    """Keeps what it was told, in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.open: dict[SourceId, FrameSink] = {}
        self.permitted: set[tuple[str, str]] = set()
        self.observer: MediaObserver | None = None
        self.on_open: Callable[[], None] = lambda: None

    def _note(self, *call: str) -> None:
        self.calls.append(call)

    async def publish(
        self, session: SessionId, participant: ParticipantId, source: SourceId, kind: MediaKind, offer: str
    ) -> str:
        self._note("publish", source)
        return f"answer to {offer}"

    async def receive(self, session: SessionId, participant: ParticipantId, offer: str) -> str:
        self._note("receive", participant)
        return f"answer to {offer}"

    def open_source(self, source: SourceId, sink: FrameSink) -> None:
        self._note("open", source)
        self.on_open()
        self.open[source] = sink

    def hold_source(self, source: SourceId) -> None:
        self._note("hold", source)
        self.open.pop(source, None)

    def permit(self, source: SourceId, viewer: ParticipantId) -> ViewerSlots:
        self._note("permit", source, viewer)
        self.permitted.add((source, viewer))
        return ViewerSlots(source, "0")

    def forbid(self, source: SourceId, viewer: ParticipantId) -> None:
        self._note("forbid", source, viewer)
        self.permitted.discard((source, viewer))

    def slots_of(self, session: SessionId, viewer: ParticipantId) -> list[ViewerSlots]:
        return [ViewerSlots(SourceId(source), "0") for source, who in self.permitted if who == viewer]

    def close_source(self, source: SourceId) -> None:
        self._note("close", source)
        self.open.pop(source, None)
        self.permitted = {flow for flow in self.permitted if flow[0] != source}

    def close_participant(self, session: SessionId, participant: ParticipantId) -> None:
        self._note("close_participant", participant)
        self.permitted = {flow for flow in self.permitted if flow[1] != participant}

    def close_session(self, session: SessionId) -> None:
        self._note("close_session", session)
        self.open.clear()
        self.permitted.clear()

    def observe(self, observer: MediaObserver) -> None:
        self.observer = observer

    def watch_forwarding(self, callback: Callable[[SourceId, ParticipantId, int], None] | None) -> None:
        self._note("watch")

    def traffic(self) -> list[Traffic]:
        return [Traffic(Direction.FORWARDED, MediaKind.PICTURE, 7, 4321)]

    async def stop(self) -> None:
        self._note("stop")


class Page:
    """A connection that keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None

    def send(self, text: str) -> None:
        self.sent.append(json.loads(text))

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of one type."""
        return [message for message in self.sent if message["type"] == kind]

    @property
    def view(self) -> dict[str, Any]:
        """The newest view."""
        view: dict[str, Any] = self.of("view")[-1]["view"]
        return view
