"""Disks that fail: the n-th write or sync refuses, the power goes at the n-th operation, a sync hangs, space runs out."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from typing_extensions import override

from recorder.store import RealFiles


class CountingFiles(RealFiles):
    """Counts every operation that can fail, and asks `fails(operation, count)` before each."""

    def __init__(self, fails: Callable[[str, int], OSError | None] = lambda _operation, _count: None) -> None:
        self.count = 0
        self.calls: list[str] = []
        self.failed: set[int] = set()
        self.closed: set[int] = set()
        self.touched_after_failure: list[str] = []
        self.fails = fails

    def step(self, operation: str, descriptor: int | None = None) -> None:
        self.count += 1
        self.calls.append(operation)
        if descriptor in self.failed:
            self.touched_after_failure.append(operation)
        error = self.fails(operation, self.count)
        if error is not None:
            if descriptor is not None:
                self.failed.add(descriptor)
            raise error

    @override
    def make_directory(self, path: Path) -> None:
        self.step("make_directory")
        super().make_directory(path)

    @override
    def create(self, path: Path) -> int:
        self.step("create")
        descriptor = super().create(path)
        self.failed.discard(descriptor)
        self.closed.discard(descriptor)
        return descriptor

    @override
    def write(self, descriptor: int, data: bytes) -> int:
        try:
            self.step("write", descriptor)
        except OSError:
            super().write(descriptor, data[: len(data) // 2])  # a failing disk takes some of it
            raise
        return super().write(descriptor, data)

    @override
    def fdatasync(self, descriptor: int) -> None:
        self.step("fdatasync", descriptor)
        super().fdatasync(descriptor)

    @override
    def close(self, descriptor: int) -> None:
        self.closed.add(descriptor)
        super().close(descriptor)

    @override
    def fsync_dir(self, path: Path) -> None:
        self.step("fsync_dir")
        super().fsync_dir(path)

    @override
    def truncate(self, path: Path, size: int) -> None:
        self.step("truncate")
        super().truncate(path, size)

    @override
    def rename(self, old: Path, new: Path) -> None:
        self.step("rename")
        super().rename(old, new)


def failing_at(number: int, code: int = errno.EIO) -> CountingFiles:
    """Only the n-th operation (from 1) fails."""
    return CountingFiles(
        lambda _operation, count: OSError(code, os.strerror(code)) if count == number else None
    )


class PowerLossFiles(CountingFiles):
    """The power goes at the n-th operation; `lose` then takes back what was not synced.

    Modes: "drop" loses every unsynced byte and name, "half" keeps half of the bytes, "garble" keeps them all but
    wrong, "keep" loses nothing (a crash of the process).
    """

    def __init__(self, number: int) -> None:
        super().__init__(self._off)
        self.number = number
        self._paths: dict[int, Path] = {}
        self._synced: dict[Path, int] = {}
        self._unsynced_names: dict[Path, Path | None] = {}

    def _off(self, _operation: str, count: int) -> OSError | None:
        return OSError(errno.EIO, "the power is off") if count >= self.number else None

    @property
    def off(self) -> bool:
        return self.count >= self.number

    @override
    def make_directory(self, path: Path) -> None:
        super().make_directory(path)
        self._unsynced_names[path] = None

    @override
    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self._paths[descriptor] = path
        self._synced[path] = 0
        self._unsynced_names[path] = None
        return descriptor

    @override
    def fdatasync(self, descriptor: int) -> None:
        super().fdatasync(descriptor)
        self._synced[self._paths[descriptor]] = self._paths[descriptor].stat().st_size

    @override
    def fsync_dir(self, path: Path) -> None:
        super().fsync_dir(path)
        self._unsynced_names = {
            name: old for name, old in self._unsynced_names.items() if name.parent != path
        }

    @override
    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        if old in self._synced:
            self._synced[new] = self._synced.pop(old)
        # A name that was itself never durable has nothing to go back to but nothing.
        self._unsynced_names[new] = None if self._unsynced_names.pop(old, old) is None else old

    @override
    def truncate(self, path: Path, size: int) -> None:
        super().truncate(path, size)
        self._synced[path] = size

    def lose(self, mode: str) -> None:
        """Take back what a power loss takes."""
        for path, kept in self._synced.items():
            if path.exists() and mode != "keep":
                data = path.read_bytes()
                tail = data[kept:]
                if mode == "drop":
                    tail = b""
                elif mode == "half":
                    tail = tail[: len(tail) // 2]
                else:
                    tail = bytes(byte ^ 0x5A for byte in tail)
                path.write_bytes(data[:kept] + tail)
        if mode != "drop":
            return
        for name, old in sorted(self._unsynced_names.items(), reverse=True):
            if name.is_dir():
                for child in name.iterdir():
                    child.unlink()
                name.rmdir()
            elif name.exists():
                name.unlink() if old is None else name.rename(old)


class LyingFiles(RealFiles):
    """A disk that says yes to everything and drops, cuts or garbles the n-th write (from 1)."""

    def __init__(self, number: int, mode: str) -> None:
        self.number, self.mode, self.writes = number, mode, 0

    @override
    def write(self, descriptor: int, data: bytes) -> int:
        self.writes += 1
        if self.writes != self.number:
            return super().write(descriptor, data)
        if self.mode == "half":
            super().write(descriptor, data[: len(data) // 2])
        elif self.mode == "garble":
            super().write(descriptor, bytes(byte ^ 0x5A for byte in data))
        elif self.mode == "twice":
            super().write(descriptor, data)
            super().write(descriptor, data)
        return len(data)


class HangingFiles(RealFiles):
    """A disk whose syncs hang while `hanging` is set; `reached` tells that one does."""

    def __init__(self) -> None:
        self.hanging = False
        self.reached = threading.Event()
        self.release = threading.Event()

    @override
    def fdatasync(self, descriptor: int) -> None:
        if self.hanging:
            self.reached.set()
            assert self.release.wait(30)
        super().fdatasync(descriptor)


class SmallDisk(RealFiles):
    """A disk with so many bytes; `free` makes room."""

    def __init__(self, room: int) -> None:
        self.room = room

    @override
    def write(self, descriptor: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = super().write(descriptor, data[: self.room])
        self.room -= taken
        return taken

    def free(self) -> None:
        self.room = 1 << 30


def draws(seed: str, count: int, limit: int) -> list[int]:
    """Numbers below `limit`, the same for the same seed."""
    digests = (hashlib.sha256(f"{seed} {n}".encode()).digest() for n in range(count))
    return [int.from_bytes(digest[:8], "big") % limit for digest in digests]
