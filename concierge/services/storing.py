"""Recordings into the bucket, in the background: what is durable on the local disk, piece by piece, and never twice.

Refuses to hold up a session: it only reads what the recorder has made durable, and a bucket that is slow, broken or away
costs nothing but the wait. Rules: a piece is planned in the database before it is sent, so that after a crash the same
piece goes to the same name; a local copy is released only after every byte was read back from the bucket and is the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from concierge.domain import limits
from concierge.domain.ids import RecordingId
from concierge.services.ports import Audit, AuditLeaf, Clock, StoreUnavailable
from concierge.services.storage_port import (
    Bucket,
    BucketRefused,
    BucketUnreachable,
    Piece,
    PieceDiffers,
    Placed,
    RecordingFiles,
    StorageLedger,
    Unstored,
    whole_files,
)

_log = structlog.get_logger(__name__)

DAY_MS = 24 * 60 * 60_000


@dataclass(frozen=True, slots=True)
class StorageRules:
    """What the operator set. `lock_days` 0: no lock of ours; `local_keep_days` None: local copies stay."""

    lock_days: int = 0
    local_keep_days: int | None = None


@dataclass(frozen=True, slots=True)
class StorageState:
    """How it stands. `fault` is "" or why nothing gets on; `since_ms` since when; `wrong` what needs a person."""

    waiting: int = 0
    waiting_bytes: int = 0
    stored: int = 0
    fault: str = ""
    since_ms: int | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a recording, and when to look again."""

    words: str
    again_ms: int


@dataclass(frozen=True, slots=True)
class StorageParts:
    """What it works with."""

    bucket: Bucket
    ledger: StorageLedger
    files: RecordingFiles
    audit: Audit
    clock: Clock


class Storing:
    """The uploader of one broker; `run` until cancelled."""

    def __init__(self, parts: StorageParts, rules: StorageRules) -> None:
        self._parts = parts
        self._rules = rules
        self._at_once = asyncio.Semaphore(limits.PIECES_AT_ONCE)
        self._wrong: dict[RecordingId, _Wrong] = {}
        self._cut_ms: dict[RecordingId, int] = {}
        self._failures = 0
        self.state = StorageState()

    async def run(self) -> None:
        """Look again and again; after a failure with growing patience."""
        while True:
            await self.round()
            patience = limits.BUCKET_LOOK_EVERY_MS * 2 ** min(self._failures, 10)
            await asyncio.sleep(min(patience, limits.BUCKET_BACKOFF_MAX_MS) / 1000)

    async def round(self) -> None:
        """Do what can be done now, and note how it stands. Raises nothing but being cancelled."""
        try:
            for unstored in await self._parts.ledger.unstored(limits.BUCKET_ROUND_RECORDINGS):
                await self._apart(unstored.recording, self._store(unstored))
            await self._release_old()
        except (BucketUnreachable, BucketRefused, StoreUnavailable) as error:
            self._failed(str(error))
        except Exception:  # noqa: BLE001 - a fault of ours must not end the uploads for good
            _log.exception("storing_failed")
            self._failed("a fault of ours: see the log")
        else:
            self._failures = 0
            self.state = replace(self.state, fault="", since_ms=None)
        await self._count()

    def _failed(self, reason: str) -> None:
        self._failures += 1
        if self.state.fault != reason:
            _log.warning("bucket_unavailable", reason=reason)
        since = self.state.since_ms if self.state.since_ms is not None else self._parts.clock.wall()
        self.state = replace(self.state, fault=reason, since_ms=since)

    async def _count(self) -> None:
        wrong = next((one.words for one in self._wrong.values()), "")
        self.state = replace(self.state, wrong=wrong)
        try:
            totals = await self._parts.ledger.totals()
        except StoreUnavailable:
            return
        self.state = replace(
            self.state, waiting=totals.waiting, waiting_bytes=totals.waiting_bytes, stored=totals.stored
        )

    async def _apart(self, recording: RecordingId, work: Coroutine[None, None, None]) -> None:
        """What is wrong with one recording is told, tried again later, and holds up no other."""
        wrong = self._wrong.get(recording)
        if wrong is not None and self._parts.clock.now() < wrong.again_ms:
            work.close()
            return
        try:
            await work
        except (PieceDiffers, OSError) as error:
            reason = "" if isinstance(error, PieceDiffers) else error.strerror or type(error).__name__
            words = f"{recording}: the disk says {reason}" if reason else str(error)
            again_ms = self._parts.clock.now() + limits.BUCKET_BACKOFF_MAX_MS
            self._wrong[recording] = _Wrong(words, again_ms)
            if wrong is None:
                _log.error("recording_not_stored", recording=recording, reason=words)
                await self._leaf("RecordingNotStored", recording, reason=words)
        else:
            self._wrong.pop(recording, None)

    # --- up ---

    async def _store(self, unstored: Unstored) -> None:
        recording, pieces, more = unstored.recording, 0, True
        while more:
            known = await self._parts.ledger.pieces(recording)
            planned, more = await self._plan(unstored, [one.piece for one in known])
            waiting = [one.piece for one in known if one.placed_ms is None] + planned
            await _all(self._send(piece) for piece in waiting)
            pieces = len(known) + len(planned)
        if unstored.closed:
            await self._leaf("RecordingStored", recording, pieces=pieces)
            await self._parts.ledger.stored(recording, self._parts.clock.wall())
            self._cut_ms.pop(recording, None)

    async def _plan(self, unstored: Unstored, known: Sequence[Piece]) -> tuple[list[Piece], bool]:
        """Cut what is durable and not planned yet, at most PIECES_PLANNED_MAX; whether there is more."""
        recording, planned = unstored.recording, list[Piece]()
        for file, size, finished in await self._durable(unstored):
            at = max((piece.end for piece in known if piece.file == file), default=0)
            if at > size:
                raise PieceDiffers(f"{recording}/{file} is shorter here than what was stored of it")
            while size - at >= limits.PIECE_MAX_BYTES or (size > at and finished):
                if len(planned) == limits.PIECES_PLANNED_MAX:
                    break
                end = min(size, at + limits.PIECE_MAX_BYTES)
                body = await self._parts.files.read(recording, file, at, end)
                planned.append(Piece(recording, file, at, end, hashlib.sha256(body).digest()))
                at = end
        if planned:
            self._cut_ms[recording] = self._parts.clock.now()
            await self._parts.ledger.plan(planned, self._parts.clock.wall())
        return planned, len(planned) == limits.PIECES_PLANNED_MAX

    async def _durable(self, unstored: Unstored) -> list[tuple[str, int, bool]]:
        """Return files with their durable sizes, and whether the rest is to be cut now however short it is."""
        recording = unstored.recording
        # Asked before the files are looked at: what is durable now can only have grown by then.
        writing = self._parts.files.durable(recording)
        sizes = await self._parts.files.sizes(recording)
        if unstored.closed:
            if not sizes:
                raise PieceDiffers(f"{recording} is gone from here, and was not stored")
            return [(file, size, True) for file, size in sizes.items()]
        if writing is None:
            return []
        file, durable = writing
        due = self._parts.clock.now() - self._cut_ms.get(recording, 0) >= limits.PIECE_EVERY_MS
        before = [
            (name, size, True) for name, size in sizes.items() if name < file or name.startswith("torn")
        ]
        return [*before, (file, durable, due)]

    async def _send(self, piece: Piece) -> None:
        parts = self._parts
        async with self._at_once:
            body = await parts.files.read(piece.recording, piece.file, piece.start, piece.end)
            if hashlib.sha256(body).digest() != piece.sha256:
                raise PieceDiffers(f"{piece.recording}/{piece.file} has changed here")
            lock_days = self._rules.lock_days
            until_ms = parts.clock.wall() + lock_days * DAY_MS if lock_days else None
            if await parts.bucket.put_new(piece, body, until_ms) is Placed.THERE_ALREADY:
                await self._look_at(piece)
        await parts.ledger.placed(piece, parts.clock.wall())

    async def _look_at(self, piece: Piece) -> None:
        """A piece that was sent before a crash is there already. Who may only put has to take that on trust."""
        try:
            await self._parts.bucket.read(piece)
        except BucketRefused:
            _log.info("piece_there_already_unread", key=piece.key)

    # --- local copies away ---

    async def _release_old(self) -> None:
        if self._rules.local_keep_days is None:
            return
        now = self._parts.clock.wall()
        before = now - self._rules.local_keep_days * DAY_MS
        due = await self._parts.ledger.releasable(
            before, now - limits.FETCHED_KEEP_MS, limits.BUCKET_ROUND_RECORDINGS
        )
        for recording in due:
            await self._apart(recording, self._release(recording))

    async def _release(self, recording: RecordingId) -> None:
        """Delete the local copy after reading every byte of it back from the bucket."""
        parts = self._parts
        chains = whole_files(one.piece for one in await parts.ledger.pieces(recording))
        sizes = await parts.files.sizes(recording)
        if sizes:
            stored = {file: chain[-1].end for file, chain in chains.items()}
            if stored != sizes:
                raise PieceDiffers(f"{recording} is not wholly stored")
            await _all(self._same(piece) for chain in chains.values() for piece in chain)
            await self._leaf("LocalCopyReleased", recording, bytes=sum(sizes.values()))
            await parts.files.release(recording)
        await parts.ledger.released(recording, parts.clock.wall())

    async def _same(self, piece: Piece) -> None:
        async with self._at_once:
            try:
                there = await self._parts.bucket.read(piece)
            except BucketRefused as error:
                raise PieceDiffers(f"local copies stay, because the bucket cannot be read: {error}") from None
            here = await self._parts.files.read(piece.recording, piece.file, piece.start, piece.end)
            if here != there:
                raise PieceDiffers(f"{piece.recording}/{piece.file} has changed here")

    async def _leaf(self, kind: str, recording: RecordingId, **detail: object) -> None:
        text = json.dumps(detail, sort_keys=True)
        await self._parts.audit.append(AuditLeaf(self._parts.clock.wall(), kind, "broker", recording, text))


async def _all(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Await everything, then raise the first failure: nothing is left running behind our back."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
