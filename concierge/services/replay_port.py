"""The port to finished evidence: reading is verifying. Times are microseconds since the recording opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from concierge.domain.events import Event
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.export_port import Export, Stamp
from concierge.services.sealed_port import SealedIndex


@dataclass(frozen=True, slots=True)
class Verification:
    """What the verifier found. `status` is ok, recovered, open, torn or bad; `signer` trusted, unknown or foreign."""

    status: str
    signer: str
    closed: bool
    segments: int
    until_us: int
    recoveries: int
    bad_segment: int | None
    fault: str
    fault_from_us: int | None
    fault_until_us: int | None
    installation: str


@dataclass(frozen=True, slots=True)
class Track:
    """One recorded picture or voice. `source` is the surface's or the speaking participant's id."""

    number: int
    source: str
    kind: str
    codec: str
    width: int
    height: int
    keys_us: tuple[int, ...]
    from_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A signed stretch without recording."""

    from_us: int
    until_us: int
    reason: str


@dataclass(frozen=True, slots=True)
class Script:
    """Everything of a recording but its pictures and voices. `readable` is False when its key cannot be had; `sealed`
    then says why: erased, kek_lost (its key-encryption key is not here) or kms_silent (the KMS does not answer).

    `at_us` says when each of `events` happened, in the same order.
    """

    verification: Verification
    readable: bool
    sealed: str
    events: tuple[Event, ...]
    at_us: tuple[int, ...]
    gaps: tuple[Gap, ...]
    tracks: tuple[Track, ...]
    duration_us: int


@dataclass(frozen=True, slots=True)
class Exported:
    """Files made for the outside: plain WebM (None when there is no picture) and one event a line."""

    webm: Path | None
    events: Path


class EvidenceReader(Protocol):
    """Reads closed or open recordings. Every method raises EvidenceUnavailable when there is nothing to read."""

    async def verify(self, recording: RecordingId) -> Verification:
        """Check the whole chain; needs no key."""

    async def open(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Verification:
        """Verify as `verify` does, and read for `script` and `media` in the same pass where the keys open it."""

    async def script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        """Verify and return what happened when."""

    async def media(
        self, recording: RecordingId, keys: Sequence[WrappedKey], from_us: int, until_us: int, *, voice: bool
    ) -> bytes:
        """Return the frames of [from_us, until_us), at most REPLAY_CHUNK_MAX_US, as `wire.replay` lays them out."""

    async def sealed(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> SealedIndex:
        """Return its files, its segments' places and those content keys."""

    async def sealed_file(self, recording: RecordingId, name: str) -> Path | None:
        """Return where a file of it lies; None when there is none of that name."""

    async def export(self, recording: RecordingId, keys: Sequence[WrappedKey], folder: Path) -> Exported:
        """Write plain files into an empty folder."""

    async def bundle(
        self, recording: RecordingId, keys: Sequence[WrappedKey], export: Export, stamp: Stamp
    ) -> Path:
        """Write the same files and what an outsider checks them by into one zip file, where only the broker reads.

        `stamp` is asked for a time stamp over the signature once the files are signed for.
        """

    async def discard(self, bundle: Path) -> None:
        """Delete a bundle. Never raises."""
