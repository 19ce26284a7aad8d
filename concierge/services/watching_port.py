"""The port to a recording that is still being made: only what is durable, and only as far as it was verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.replay_port import Script
from concierge.services.sealed_port import SealedIndex


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """Where the segments lie from `after` on. `told` counts what a script is made of: a reader who knows as much has it all.

    `until_us`: how far the recording durably reaches.
    """

    index: SealedIndex
    after: int
    told: int
    until_us: int


class LiveEvidence(Protocol):
    """Reads a recording while it is written. Every method raises EvidenceUnavailable."""

    async def script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        """Return what happened so far."""

    async def index(self, recording: RecordingId, keys: Sequence[WrappedKey], after: int) -> LiveIndex:
        """Return where the segments from number `after` on lie, and what opens them."""

    async def file(self, recording: RecordingId, name: str) -> tuple[Path, int] | None:
        """Return where a file lies and how many of its bytes are durable; None when there is none of that name."""

    def forget(self, recording: RecordingId) -> None:
        """Drop what was read of it, and the keys."""
