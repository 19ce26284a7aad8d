"""The local copies of recordings as the storage sees them (port RecordingFiles): ranges out, whole copies in, copies away.

Refuses names that are no recording's, and never touches what else lies beside one (a tombstone). Rule: a local copy
appears and disappears by one rename, so that nobody finds half of one; beside a tombstone, file by file and the first
file last. What a crash left aside is swept away before the next one is put together.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from concierge.domain.ids import RecordingId

_FILE: Final = re.compile(r"(?:epoch-[0-9]{4}\.crec|torn-[0-9]{4}\.bin)")

ASIDE: Final = ".fetching"
"""Beside the recordings, on the same file system: a rename does not leave it."""

Durable = Callable[[RecordingId], tuple[str, int] | None]


class LocalFiles:
    """RecordingFiles over the directory of recordings; `durable` is the recorder's word on what it is writing."""

    def __init__(self, recordings: Path, durable: Durable) -> None:
        self._recordings = recordings
        self._aside = recordings / ASIDE
        self._durable = durable
        self._own: set[Path] = set()

    def durable(self, recording: RecordingId) -> tuple[str, int] | None:
        """As the port says."""
        return self._durable(recording)

    async def sizes(self, recording: RecordingId) -> dict[str, int]:
        """As the port says."""
        return await asyncio.to_thread(_sizes, self._recordings / recording)

    async def read(self, recording: RecordingId, file: str, start: int, end: int) -> bytes:
        """As the port says."""
        return await asyncio.to_thread(_read, self._recordings / recording / file, start, end)

    async def begin(self, recording: RecordingId) -> Path:
        """As the port says."""
        return await asyncio.to_thread(self._begin, f"{recording}-")

    async def write(self, folder: Path, file: str, body: bytes) -> None:
        """As the port says."""
        if not _FILE.fullmatch(file):
            raise OSError("no file of a recording")
        await asyncio.to_thread(_append, folder / file, body)

    async def keep(self, folder: Path, recording: RecordingId) -> None:
        """As the port says."""
        await asyncio.to_thread(self._keep, folder, self._recordings / recording)

    async def drop(self, folder: Path) -> None:
        """As the port says."""
        self._own.discard(folder)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def release(self, recording: RecordingId) -> None:
        """As the port says."""
        await asyncio.to_thread(self._release, recording)

    # --- on a thread ---

    def _begin(self, prefix: str) -> Path:
        self._aside.mkdir(mode=0o700, exist_ok=True)
        for left in self._aside.iterdir():
            if left not in self._own:
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=self._aside))
        self._own.add(folder)
        return folder

    def _keep(self, folder: Path, place: Path) -> None:
        for file in folder.iterdir():
            _sync(file, os.O_RDONLY)
        _sync(folder, os.O_RDONLY | os.O_DIRECTORY)
        if place.is_dir() and not _sizes(place):
            for file in sorted(folder.iterdir(), reverse=True):
                file.rename(place / file.name)
            folder.rmdir()
            _sync(place, os.O_RDONLY | os.O_DIRECTORY)
        else:
            folder.rename(place)
        self._own.discard(folder)
        _sync(place.parent, os.O_RDONLY | os.O_DIRECTORY)

    def _release(self, recording: RecordingId) -> None:
        place = self._recordings / recording
        if not place.exists():
            return
        sizes = _sizes(place)
        if len(sizes) < sum(1 for _ in place.iterdir()):
            for name in sorted(sizes, reverse=True):
                (place / name).unlink()
            return
        aside = self._begin(f"{recording}-")
        place.rename(aside / "released")
        _sync(self._recordings, os.O_RDONLY | os.O_DIRECTORY)
        shutil.rmtree(aside)
        self._own.discard(aside)


def _sizes(folder: Path) -> dict[str, int]:
    try:
        found = sorted(entry for entry in folder.iterdir() if _FILE.fullmatch(entry.name))
    except FileNotFoundError:
        return {}
    return {entry.name: entry.stat().st_size for entry in found}


def _read(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)


def _append(path: Path, body: bytes) -> None:
    with path.open("ab") as file:
        file.write(body)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
