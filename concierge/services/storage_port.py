"""The storage port: finished pieces of recordings in a bucket that is only ever added to, and what is known of them.

A recording is written to the local disk first; that is what counts. A *piece* is a range of one of its files that is
durable there and never changes again. Its key says what it is, so that the pieces alone give the recording back:
``rec_…/epoch-0000.crec/0000000000000-0000008388608-<sha256>``. Nothing here can overwrite, and pieces are ciphertext.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from concierge.domain.errors import ConciergeError
from concierge.domain.ids import RecordingId

_KEY: Final = re.compile(
    r"(?P<recording>rec_[0-9A-Za-z]{1,64})/(?P<file>(?:epoch-[0-9]{4}\.crec|torn-[0-9]{4}\.bin))"
    r"/(?P<start>[0-9]{13})-(?P<end>[0-9]{13})-(?P<sha256>[0-9a-f]{64})"
)


class BucketUnreachable(ConciergeError):
    """No answer within its deadline, or one that says to come back later. Trying again later may help."""


class BucketRefused(ConciergeError):
    """The bucket does not let these credentials do this, or the object is locked. Somebody has to change something."""


class PieceDiffers(ConciergeError):
    """What lies under a piece's key, or in its place on the local disk, is not that piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes [start, end) of one file of a recording, and their SHA-256 (32 raw bytes)."""

    recording: RecordingId
    file: str
    start: int
    end: int
    sha256: bytes

    @property
    def key(self) -> str:
        """The name of its object."""
        return f"{self.recording}/{self.file}/{self.start:013d}-{self.end:013d}-{self.sha256.hex()}"

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.end - self.start


def piece_of(key: str) -> Piece | None:
    """Return the piece that a key names, or None for anything else that lies in a bucket."""
    found = _KEY.fullmatch(key)
    if found is None or int(found["start"]) >= int(found["end"]):
        return None
    return Piece(
        RecordingId(found["recording"]),
        found["file"],
        int(found["start"]),
        int(found["end"]),
        bytes.fromhex(found["sha256"]),
    )


def whole_files(pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    """Return for each file the pieces that make it, in order, without a hole or an overlap.

    There may be more than are needed: a database set back to an older state cuts the same file anew, elsewhere. Every
    piece is a range of the same bytes, so whichever chain reaches furthest is the file. Raises PieceDiffers for a hole.
    """
    by_file: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_file.setdefault(piece.file, []).append(piece)
    return {file: _chain(found) for file, found in sorted(by_file.items())}


def _chain(pieces: Sequence[Piece]) -> list[Piece]:
    reached: dict[int, Piece | None] = {0: None}
    for piece in sorted(pieces, key=lambda one: (one.start, one.end)):
        if piece.start in reached:
            reached.setdefault(piece.end, piece)
    at = max(piece.end for piece in pieces)
    if at not in reached:
        raise PieceDiffers(f"pieces of {pieces[0].recording}/{pieces[0].file} are missing")
    chain: list[Piece] = []
    while (last := reached[at]) is not None:
        chain.append(last)
        at = last.start
    return chain[::-1]


class Placed(StrEnum):
    """How an object came to be where it is."""

    NEW = "new"
    THERE_ALREADY = "there_already"


class Bucket(Protocol):
    """An object store. Every method raises BucketUnreachable or BucketRefused, and returns within its deadlines."""

    async def put_new(self, piece: Piece, body: bytes, locked_until_ms: int | None) -> Placed:
        """Put an object where none is; the server checks its SHA-256. Never replaces one. `locked_until_ms`: wall time."""

    async def read(self, piece: Piece) -> bytes:
        """Return the bytes whose hash the key names, whatever was put over them. Raises PieceDiffers when there are none."""

    async def pieces(self, recording: RecordingId) -> list[Piece]:
        """Return the pieces that lie under a recording, by their keys alone."""

    async def delete(self, piece: Piece) -> None:
        """Delete every version of an object; one that is gone already is fine. Raises BucketRefused while it is locked."""


@dataclass(frozen=True, slots=True)
class KnownPiece:
    """A piece as the ledger knows it; `placed_ms` None: planned, and perhaps under way."""

    piece: Piece
    placed_ms: int | None


@dataclass(frozen=True, slots=True)
class Unstored:
    """A recording that is not wholly in the bucket yet."""

    recording: RecordingId
    closed: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """How much is where. `waiting`: pieces planned and not placed, and their bytes."""

    recordings: int
    stored: int
    released: int
    waiting: int
    waiting_bytes: int


class StorageLedger(Protocol):
    """What is known of pieces, in the database. Every method raises StoreUnavailable."""

    async def pieces(self, recording: RecordingId) -> list[KnownPiece]:
        """Return a recording's pieces, by file and place."""

    async def plan(self, pieces: Sequence[Piece], at_ms: int) -> None:
        """Note pieces before they are sent. Idempotent."""

    async def placed(self, piece: Piece, at_ms: int) -> None:
        """Note that a piece is in the bucket."""

    async def unstored(self, limit: int) -> list[Unstored]:
        """Return recordings that are not wholly in the bucket, oldest first."""

    async def stored(self, recording: RecordingId, at_ms: int) -> None:
        """Note that a closed recording is wholly in the bucket."""

    async def is_stored(self, recording: RecordingId) -> bool:
        """Whether a recording is wholly in the bucket."""

    async def releasable(
        self, closed_before_ms: int, fetched_before_ms: int, limit: int
    ) -> list[RecordingId]:
        """Return stored recordings whose local copy is due to go, and has not gone."""

    async def released(self, recording: RecordingId, at_ms: int) -> None:
        """Note that the local copy is gone."""

    async def fetched(self, recording: RecordingId, at_ms: int) -> None:
        """Note that the local copy is back."""

    async def forget(self, recording: RecordingId, at_ms: int) -> None:
        """Forget a recording's pieces: it was deleted. It is not uploaded again."""

    async def with_pieces(self) -> list[RecordingId]:
        """Return the recordings that have pieces, oldest first."""

    async def totals(self) -> Totals:
        """Return how much is where."""


class RecordingFiles(Protocol):
    """The local copies of recordings. Every method raises OSError; all but `durable` run off the event loop."""

    def durable(self, recording: RecordingId) -> tuple[str, int] | None:
        """Return the file being written and how many of its bytes are durable; None when nothing writes it here."""

    async def sizes(self, recording: RecordingId) -> dict[str, int]:
        """Return the recording's files and their sizes; empty when there is no local copy."""

    async def read(self, recording: RecordingId, file: str, start: int, end: int) -> bytes:
        """Return a range of a file; shorter when the file is."""

    async def begin(self, recording: RecordingId) -> Path:
        """Return an empty folder outside the recordings in which a local copy is put together."""

    async def write(self, folder: Path, file: str, body: bytes) -> None:
        """Append to a file in such a folder."""

    async def keep(self, folder: Path, recording: RecordingId) -> None:
        """Make such a folder durable and the recording's local copy, in one step."""

    async def drop(self, folder: Path) -> None:
        """Delete such a folder."""

    async def release(self, recording: RecordingId) -> None:
        """Delete the local copy; one that is gone already is fine."""
