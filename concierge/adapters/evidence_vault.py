"""What an erasure does to recordings outside the database (port Vault): copies dropped, a signed tombstone, files gone.

Rule: the tombstone is durable before a sealed file is deleted, and stays in its place; every step may be taken again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from concierge.adapters.evidence_reader import RecorderReader
from concierge.domain.custody import Cause, Erasure
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.ids import RecordingId
from recorder.errors import RecorderError, UnreadableRecordingError, VerificationError
from recorder.installation import InstallationKey
from recorder.reading import read_recording
from recorder.records import EvidenceClass
from recorder.store import tombstone_numbers, tombstone_path
from recorder.tombstone import Tombstone, read_tombstone

_CODES = {Cause.ASKED: "request", Cause.RETENTION: "retention"}


class RecorderVault:
    """Vault over the directory of recordings."""

    def __init__(self, folder: Path, key: InstallationKey, reader: RecorderReader) -> None:
        self._folder = folder
        self._key = key
        self._reader = reader

    async def forget(self, recording: RecordingId) -> None:
        """Drop readings and exports that hold anything opened."""
        await self._reader.forget(recording)

    async def bury(self, erasure: Erasure) -> None:
        """Lay a signed tombstone beside the sealed files, unless it lies there. No files, no tombstone.

        Readings are dropped once more behind it: one begun between `forget` and the tombstone had the keys still.
        """
        await asyncio.to_thread(self._bury, erasure)
        await self._reader.forget(erasure.recording)

    async def remove(self, recording: RecordingId) -> None:
        """Delete the sealed files; tombstones stay."""
        await asyncio.to_thread(self._remove, self._folder / recording)

    def _bury(self, erasure: Erasure) -> None:
        directory = self._folder / erasure.recording
        if not directory.is_dir():
            return
        try:
            numbers = tombstone_numbers(directory)
            classes = _numbers(erasure)
            for number in numbers:
                with contextlib.suppress(VerificationError):
                    lies = read_tombstone(tombstone_path(directory, number).read_bytes())
                    if (lies.classes, lies.erased_at_ms) == (classes, erasure.begun_ms):
                        return
            verdict = read_recording(directory, None, self._key.public).verdict
            if verdict.header is None or not verdict.epochs:
                return
            stone = Tombstone(
                header=verdict.header,
                classes=classes,
                segments=verdict.segments,
                chain=verdict.chain,
                erased_at_ms=erasure.begun_ms,
                reason=_CODES[erasure.cause],
                installation=self._key.public,
            )
            _write(tombstone_path(directory, len(numbers)), stone.pack(self._key.sign))
        except UnreadableRecordingError:
            return
        except (OSError, RecorderError, ValueError) as error:
            raise EvidenceUnavailable(f"the tombstone cannot be written: {error}") from None

    @staticmethod
    def _remove(directory: Path) -> None:
        try:
            stones = {tombstone_path(directory, number) for number in tombstone_numbers(directory)}
            for file in sorted(set(directory.iterdir()) - stones):
                file.unlink()
            if not stones:
                directory.rmdir()
        except (FileNotFoundError, UnreadableRecordingError):
            return
        except OSError as error:
            raise EvidenceUnavailable(f"the recording cannot be deleted: {error.strerror}") from None


def _numbers(erasure: Erasure) -> tuple[int, ...]:
    if erasure.whole:
        return tuple(sorted(int(cls) for cls in EvidenceClass))
    return tuple(sorted(int(EvidenceClass[name.upper()]) for name in erasure.classes))


def _write(path: Path, content: bytes) -> None:
    """Write durably under another name, then rename: nobody ever finds half a tombstone."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
