"""Recordings out of the bucket: local copies brought back when somebody asks, stored ones verified and deleted.

Rule: what comes back is hashed piece by piece and appears as a whole or not at all; from then on it is a local copy
like any other, so whoever replays, verifies or exports needs not know where it was.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from concierge.domain import limits
from concierge.domain.errors import ConciergeError, EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.services.disk_watch import DiskWatch
from concierge.services.ports import AuditLeaf
from concierge.services.storage_port import (
    Bucket,
    BucketRefused,
    BucketUnreachable,
    Piece,
    PieceDiffers,
    whole_files,
)
from concierge.services.storing import StorageParts


@dataclass(frozen=True, slots=True)
class Checked:
    """What the bucket holds of a recording: pieces that are right, and what is wrong with the others."""

    recording: RecordingId
    good: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of a recording's pieces; `locked` ones stay until their lock ends, and are ciphertext."""

    deleted: int
    locked: int


class DiskTooFull(ConciergeError):
    """Looking at what is over must not pause what is going on: a recording is not fetched onto a disk nearly full."""


class Stored:
    """What lies in the bucket. Every method raises BucketUnreachable, BucketRefused and StoreUnavailable."""

    def __init__(self, parts: StorageParts, disk: DiskWatch | None = None) -> None:
        self._parts = parts
        self._disk = disk or DiskWatch()
        self._coming: dict[RecordingId, asyncio.Lock] = {}

    async def here(self, recording: RecordingId) -> None:
        """Return when whoever reads finds what can be found. Raises EvidenceUnavailable, in words for people."""
        try:
            await self.bring_back(recording)
        except (ConciergeError, OSError) as error:
            words = str(error) if isinstance(error, ConciergeError) else "the disk does not take it"
            raise EvidenceUnavailable(f"the recording cannot be brought back: {words}") from None

    async def bring_back(self, recording: RecordingId) -> None:
        """Return when there is a local copy, or when there is none to be had. Raises PieceDiffers, DiskTooFull, OSError."""
        parts = self._parts
        if await parts.files.sizes(recording) or not await parts.ledger.is_stored(recording):
            return
        async with self._one_at_a_time(recording):
            if await parts.files.sizes(recording):
                return
            pieces = [one.piece for one in await parts.ledger.pieces(recording)]
            if not await self._disk.takes_more(_size_of(pieces)):
                raise DiskTooFull("the disk has no room for it")
            folder = await parts.files.begin(recording)
            try:
                size = await self.fetch(pieces, folder)
                await parts.files.keep(folder, recording)
            except BaseException:
                await parts.files.drop(folder)
                raise
            await self._leaf("LocalCopyFetched", recording, bytes=size)
            await parts.ledger.fetched(recording, parts.clock.wall())

    @asynccontextmanager
    async def _one_at_a_time(self, recording: RecordingId) -> AsyncIterator[None]:
        lock = self._coming.setdefault(recording, asyncio.Lock())
        async with lock:
            yield
        if not lock.locked():
            self._coming.pop(recording, None)

    async def fetch(self, pieces: Iterable[Piece], folder: Path) -> int:
        """Put a recording's files together in an empty folder; how many bytes. Raises PieceDiffers, OSError."""
        size = 0
        for chain in whole_files(pieces).values():
            for piece in chain:
                body = await _patiently(self._parts.bucket, piece)
                await self._parts.files.write(folder, piece.file, body)
                size += piece.size
        return size

    async def verify(self, recording: RecordingId) -> Checked:
        """Read every piece that should be there, and compare."""
        wrong: list[str] = []
        pieces = [
            one.piece for one in await self._parts.ledger.pieces(recording) if one.placed_ms is not None
        ]
        for piece in pieces:
            try:
                await self._parts.bucket.read(piece)
            except PieceDiffers as error:
                wrong.append(str(error))
        return Checked(recording, len(pieces) - len(wrong), tuple(wrong))

    async def delete(self, recording: RecordingId) -> Deleted:
        """Delete what the bucket lets go, for retention and erasure. Call again for what was locked."""
        pieces = await self._all_of(recording)
        locked = 0
        for piece in pieces:
            try:
                await self._parts.bucket.delete(piece)
            except BucketRefused:
                locked += 1
        outcome = Deleted(len(pieces) - locked, locked)
        await self._leaf("StoredRecordingDeleted", recording, deleted=outcome.deleted, locked=locked)
        if not locked:
            await self._parts.ledger.forget(recording, self._parts.clock.wall())
        return outcome

    async def _all_of(self, recording: RecordingId) -> list[Piece]:
        """What we know of, and what lies there besides; who may not list has only the first."""
        known = {one.piece.key: one.piece for one in await self._parts.ledger.pieces(recording)}
        try:
            known |= {piece.key: piece for piece in await self._parts.bucket.pieces(recording)}
        except BucketRefused:
            pass
        return [known[key] for key in sorted(known)]

    async def _leaf(self, kind: str, recording: RecordingId, **detail: object) -> None:
        text = json.dumps(detail, sort_keys=True)
        await self._parts.audit.append(AuditLeaf(self._parts.clock.wall(), kind, "broker", recording, text))


async def _patiently(bucket: Bucket, piece: Piece) -> bytes:
    """One answer that got lost must not cost a whole recording."""
    for left in reversed(range(limits.FETCH_TRIES)):
        try:
            return await bucket.read(piece)
        except BucketUnreachable:
            if not left:
                raise
    raise AssertionError


def _size_of(pieces: Sequence[Piece]) -> int:
    return sum(chain[-1].end for chain in whole_files(pieces).values())
