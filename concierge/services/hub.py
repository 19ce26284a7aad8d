"""Who is connected to a session right now, and when each was last heard. Memory only; knows nothing of sockets.

Rule: one connection per seat; the newest tab takes the seat over and the older one is told.
"""

from __future__ import annotations

from typing import Protocol

from concierge.domain.ids import ParticipantId
from concierge.wire.codec import write
from concierge.wire.messages import Displaced, ServerMessage


class Connection(Protocol):
    """One page's socket. Neither call blocks or raises; one that cannot keep up closes itself."""

    def send(self, text: str) -> None:
        """Queue a text frame."""

    def close(self, code: int, reason: str) -> None:
        """Close after what is queued."""


class Hub:
    """The connections of one session."""

    def __init__(self) -> None:
        self._connections: dict[ParticipantId, Connection] = {}
        self._heard: dict[ParticipantId, int] = {}

    def join(self, participant: ParticipantId, connection: Connection, now_ms: int) -> None:
        """Connect a participant; an older tab is displaced."""
        older = self._connections.get(participant)
        if older is not None and older is not connection:
            older.send(write(Displaced()))
            older.close(4001, "another tab took this seat")
        self._connections[participant] = connection
        self._heard[participant] = now_ms

    def leave(self, participant: ParticipantId, connection: Connection) -> None:
        """Forget a connection, unless a newer one took its place."""
        if self._connections.get(participant) is connection:
            del self._connections[participant]

    def heard(self, participant: ParticipantId, connection: Connection, now_ms: int) -> None:
        """Note a sign of life."""
        if self._connections.get(participant) is connection:
            self._heard[participant] = now_ms

    def expect(self, participant: ParticipantId, now_ms: int) -> None:
        """Start waiting for somebody who is not connected yet."""
        self._heard.setdefault(participant, now_ms)

    def silent_for(self, participant: ParticipantId, now_ms: int) -> int:
        """Return for how many milliseconds nothing was heard."""
        return now_ms - self._heard.setdefault(participant, now_ms)

    def connected(self) -> list[ParticipantId]:
        """Return who has a connection."""
        return list(self._connections)

    def is_current(self, participant: ParticipantId, connection: Connection) -> bool:
        """Whether this connection holds the seat."""
        return self._connections.get(participant) is connection

    def send(self, participant: ParticipantId, message: ServerMessage) -> None:
        """Send to one participant, if connected."""
        connection = self._connections.get(participant)
        if connection is not None:
            connection.send(write(message))

    def dismiss(self, participant: ParticipantId, message: ServerMessage) -> None:
        """Send a last message and close."""
        connection = self._connections.pop(participant, None)
        if connection is not None:
            connection.send(write(message))
            connection.close(4000, "no seat any more")
