"""Reading a recording while it is written (port LiveEvidence): each segment is verified and opened once, then kept in mind.

Rule: nothing behind the last byte that is known to be durable is read, told or given out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from concierge.adapters.evidence_keys import content_keys
from concierge.adapters.evidence_reader import sparse, told_of
from concierge.adapters.evidence_sealed import sealed_file
from concierge.adapters.keys import Keyring, KeyUnavailable
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from concierge.domain.wrapped_key import WrappedKey
from concierge.services.replay_port import Script, Verification
from concierge.services.sealed_port import SealedFile, SealedIndex, SealedSegment
from concierge.services.watching_port import LiveIndex
from recorder.envelope import ContentKeys
from recorder.errors import RecorderError, VerificationError
from recorder.installation import InstallationKey
from recorder.limits import MAX_HEAD_BYTES
from recorder.manifest import read_head
from recorder.reader import EpochReader
from recorder.records import Record, RecordType
from recorder.scan import read_segment
from recorder.store import epoch_numbers, epoch_path, open_plain

_HEAD_READ = MAX_HEAD_BYTES + 16 * 1024
_MEDIA = frozenset({RecordType.FRAME, RecordType.AUDIO})


@dataclass(slots=True)
class _Epoch:
    """One epoch as far as it was read."""

    number: int
    reader: EpochReader
    good: int


@dataclass(slots=True)
class _Followed:
    """A recording as far as it was read."""

    keys: ContentKeys
    wrapped: frozenset[WrappedKey]
    epochs: list[_Epoch] = field(default_factory=list)
    segments: list[SealedSegment] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    until_us: int = 0
    told: int = 0


class LiveReader:
    """LiveEvidence over the directory of recordings; `durable` says what of a recording is."""

    def __init__(
        self,
        folder: Path,
        key: InstallationKey,
        ring: Keyring,
        durable: Callable[[RecordingId], tuple[str, int] | None],
    ) -> None:
        self._folder = folder
        self._trust = key.public
        self._ring = ring
        self._durable = durable
        self._followed: dict[RecordingId, _Followed] = {}
        self._reading = asyncio.Lock()

    async def script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        """Read on, and tell all of it."""
        async with self._reading:
            return await asyncio.to_thread(self._script, recording, keys)

    async def index(self, recording: RecordingId, keys: Sequence[WrappedKey], after: int) -> LiveIndex:
        """Read on, and say where what is new lies."""
        async with self._reading:
            return await asyncio.to_thread(self._index, recording, keys, after)

    async def file(self, recording: RecordingId, name: str) -> tuple[Path, int] | None:
        """Return where it lies, and its durable size."""
        writing = self._writing(recording)
        place = await asyncio.to_thread(sealed_file, self._folder / recording, name)
        if place is None or (name.startswith("epoch") and name > writing[0]):
            return None
        return place, writing[1] if name == writing[0] else place.stat().st_size

    def forget(self, recording: RecordingId) -> None:
        """Drop it."""
        self._followed.pop(recording, None)

    def _writing(self, recording: RecordingId) -> tuple[str, int]:
        durable = self._durable(recording)
        if durable is None:
            raise EvidenceUnavailable("the recording is not being written")
        return durable

    # --- on a thread ---

    def _script(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> Script:
        followed = self._read(recording, keys)
        found = Verification(
            status="open",
            signer="trusted",
            closed=False,
            segments=len(followed.segments),
            until_us=followed.until_us,
            recoveries=0,
            bad_segment=None,
            fault="",
            fault_from_us=None,
            fault_until_us=None,
            installation=self._trust.hex(),
        )
        return told_of(found, followed.records)

    def _index(self, recording: RecordingId, keys: Sequence[WrappedKey], after: int) -> LiveIndex:
        followed = self._read(recording, keys)
        given = {} if isinstance(followed.keys, bytes) else dict(followed.keys)
        files = tuple(
            SealedFile(epoch_path(self._folder / recording, one.number).name, one.good)
            for one in followed.epochs
        )
        new = tuple(followed.segments[after:])
        return LiveIndex(SealedIndex(self._trust, files, new, given), after, followed.told, followed.until_us)

    def _read(self, recording: RecordingId, keys: Sequence[WrappedKey]) -> _Followed:
        writing = self._writing(recording)
        followed = self._followed.get(recording)
        try:
            if followed is None or followed.wrapped != frozenset(keys):
                followed = _Followed(content_keys(self._ring.unwrap(recording, keys)), frozenset(keys))
            self._read_on(self._folder / recording, followed, writing)
        except (OSError, RecorderError, KeyUnavailable) as error:
            raise EvidenceUnavailable(f"the recording cannot be read: {error}") from None
        self._followed[recording] = followed
        return followed

    def _read_on(self, directory: Path, followed: _Followed, writing: tuple[str, int]) -> None:
        for number in epoch_numbers(directory):
            path = epoch_path(directory, number)
            if path.name > writing[0] or (followed.epochs and number < followed.epochs[-1].number):
                continue
            durable = writing[1] if path.name == writing[0] else path.stat().st_size
            if not followed.epochs or followed.epochs[-1].number != number:
                followed.epochs.append(self._epoch(path, number, followed))
            _segments(path, followed, durable)

    def _epoch(self, path: Path, number: int, followed: _Followed) -> _Epoch:
        with open_plain(path) as file:
            head = read_head(file.read(_HEAD_READ))
        return _Epoch(number, EpochReader(head, followed.keys), head.size)


def _segments(path: Path, followed: _Followed, durable: int) -> None:
    """Verify and open what is new of the last epoch, up to its durable end."""
    epoch = followed.epochs[-1]
    with open_plain(path) as file:
        file.seek(epoch.good)
        while epoch.good < durable:
            found = read_segment(file)
            if found is None:
                return
            size = len(found[0]) + len(found[1])
            if epoch.good + size > durable:
                raise VerificationError("a segment reaches behind what is durable")
            opened = epoch.reader.accept(*found)
            header = opened.header
            followed.segments.append(
                SealedSegment(epoch.number, epoch.good, size, header.from_us, header.until_us, opened.chain)
            )
            epoch.good += size
            followed.until_us = max(followed.until_us, header.until_us)
            followed.records.extend(map(sparse, opened.records))
            followed.told += sum(one.type not in _MEDIA or one.is_key for one in opened.records)
