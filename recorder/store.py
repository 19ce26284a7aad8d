"""A recording's directory, and the few file operations the recorder needs.

    epoch-0000.crec   head and segments of the first epoch; one file an epoch, numbered without a hole
    erased-0000.json  a signed tombstone: keys destroyed on purpose
    torn-0000.bin     bytes that recovery cut from behind a last good segment, named in the next epoch's head

Files are only ever appended to; the one exception is the cut of a torn tail, after its bytes are safe in a side file.
Rule: nothing counts until `sync` has returned, and a descriptor that failed once is never used again. Everything goes
through the `Files` protocol, so that tests can put a failing disk underneath.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from recorder.errors import UnreadableRecordingError
from recorder.manifest import TornPiece

_EPOCH: Final = re.compile(r"epoch-([0-9]{4})\.crec")
_TORN: Final = re.compile(r"torn-([0-9]{4})\.bin")
_ERASED: Final = re.compile(r"erased-([0-9]{4})\.json")
_CHUNK: Final = 1024 * 1024


class Files(Protocol):
    """What the recorder asks of a file system. Every method raises OSError when it fails."""

    def make_directory(self, path: Path) -> None:
        """Make one directory, mode 0700; it must not exist."""

    def create(self, path: Path) -> int:
        """Open a new file for appending, mode 0600; it must not exist."""

    def write(self, descriptor: int, data: bytes) -> int:
        """Write some of `data`; how many bytes were taken."""

    def fdatasync(self, descriptor: int) -> None:
        """Return only when the file's bytes are durable."""

    def fsync_dir(self, path: Path) -> None:
        """Return only when the names in a directory are durable."""

    def close(self, descriptor: int) -> None:
        """Give a descriptor back."""

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to `size` bytes, durably."""

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name in the same directory."""

    def remove(self, path: Path) -> None:
        """Delete a file."""


class RealFiles:
    """`Files` on the operating system."""

    def make_directory(self, path: Path) -> None:
        """As the protocol says."""
        path.mkdir(mode=0o700)

    def create(self, path: Path) -> int:
        """As the protocol says."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, data: bytes) -> int:
        """As the protocol says."""
        return os.write(descriptor, data)

    def fdatasync(self, descriptor: int) -> None:
        """As the protocol says."""
        os.fdatasync(descriptor)

    def fsync_dir(self, path: Path) -> None:
        """As the protocol says."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """As the protocol says."""
        os.close(descriptor)

    def truncate(self, path: Path, size: int) -> None:
        """As the protocol says."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """As the protocol says."""
        old.rename(new)

    def remove(self, path: Path) -> None:
        """As the protocol says."""
        path.unlink()


class EpochFile:
    """One epoch's file while it is being written. `durable` counts the bytes known to survive a power loss."""

    def __init__(self, directory: Path, epoch: int, files: Files) -> None:
        self.path = epoch_path(directory, epoch)
        self._files = files
        self._descriptor: int | None = files.create(self.path)
        self.written = 0
        self.durable = 0

    def append(self, data: bytes) -> None:
        """Write all of `data`, which may be in several writes. Raises OSError."""
        if self._descriptor is None:
            raise OSError("this file was given up")
        view = memoryview(data)
        while view:
            taken = self._files.write(self._descriptor, bytes(view) if len(view) < len(data) else data)
            if taken <= 0:
                raise OSError("the disk took nothing")
            self.written += taken
            view = view[taken:]

    def sync(self) -> None:
        """Make everything appended durable. Raises OSError."""
        if self._descriptor is None:
            raise OSError("this file was given up")
        if self.durable < self.written:
            self._files.fdatasync(self._descriptor)
            self.durable = self.written

    def give_up(self) -> None:
        """Close the descriptor, whatever state it is in; it is never used again. Raises nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            try:
                self._files.close(descriptor)
            except OSError:
                pass  # nothing that was not durable before is counted, so nothing is lost by a failing close


def epoch_path(directory: Path, epoch: int) -> Path:
    """The file of an epoch."""
    return directory / f"epoch-{epoch:04d}.crec"


def epoch_numbers(directory: Path) -> list[int]:
    """The epochs whose files are there, rising. Raises UnreadableRecordingError when the directory cannot be read."""
    return _numbers(directory, _EPOCH)


def torn_numbers(directory: Path) -> list[int]:
    """The torn pieces that are there, rising. Raises UnreadableRecordingError when the directory cannot be read."""
    return _numbers(directory, _TORN)


def _numbers(directory: Path, pattern: re.Pattern[str]) -> list[int]:
    try:
        names = [entry.name for entry in directory.iterdir()]
    except OSError as error:
        raise UnreadableRecordingError("the recording's directory cannot be read") from error
    return sorted(int(match[1]) for name in names if (match := pattern.fullmatch(name)))


def tombstone_numbers(directory: Path) -> list[int]:
    """The tombstones that are there, rising. Raises UnreadableRecordingError when the directory cannot be read."""
    return _numbers(directory, _ERASED)


def tombstone_path(directory: Path, number: int) -> Path:
    """The file of a tombstone."""
    return directory / f"erased-{number:04d}.json"


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file for reading. Raises OSError, also for links, pipes and devices: a copied folder may hold any."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "not a plain file")
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def describe_piece(path: Path) -> TornPiece:
    """Name, size and SHA-256 of a torn piece. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with open_plain(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return TornPiece(path.name, size, digest.digest())


def new_pieces(directory: Path, named: Collection[str]) -> tuple[TornPiece, ...]:
    """The torn pieces there that no head names yet. Raises OSError and UnreadableRecordingError."""
    names = (f"torn-{number:04d}.bin" for number in torn_numbers(directory))
    return tuple(describe_piece(directory / name) for name in names if name not in named)


def _next_torn(directory: Path) -> Path:
    numbers = torn_numbers(directory)
    return directory / f"torn-{numbers[-1] + 1 if numbers else 0:04d}.bin"


def clear_unfinished(directory: Path, files: Files) -> None:
    """Remove side files that a crash left half written. Raises OSError."""
    for path in directory.glob("torn-*.tmp"):
        files.remove(path)


def cut_tail(directory: Path, epoch: int, keep: int, files: Files) -> None:
    """Move the bytes behind `keep` of an epoch's file into a side file, durably, then cut them off.

    A crash in between leaves the bytes in both places, never in none. Raises OSError.
    """
    path = epoch_path(directory, epoch)
    if path.stat().st_size <= keep:
        files.truncate(path, keep)  # changes no byte; makes durable what the page cache may still hold alone
        return
    piece = _next_torn(directory)
    temporary = piece.with_suffix(".tmp")
    descriptor = files.create(temporary)
    try:
        with path.open("rb") as tail:
            tail.seek(keep)
            while chunk := tail.read(_CHUNK):
                view = memoryview(chunk)
                while view:
                    view = view[files.write(descriptor, bytes(view)) :]
        files.fdatasync(descriptor)
    finally:
        files.close(descriptor)
    files.rename(temporary, piece)
    files.fsync_dir(directory)
    files.truncate(path, keep)


def set_aside(directory: Path, epoch: int, files: Files) -> None:
    """Rename the last epoch's file, whose head was never finished, to a torn piece. Raises OSError."""
    files.rename(epoch_path(directory, epoch), _next_torn(directory))
    files.fsync_dir(directory)
