"""The data directory: everything an installation keeps, owned by one broker process at a time.

The lock is the kernel's (flock): it goes away with the process, however that ends, and never has to be cleaned up.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from concierge.domain.errors import ConciergeError


class StateFolderInUse(ConciergeError):
    """Another broker runs on this data directory."""


class StateFolderUnusable(ConciergeError):
    """The data directory cannot be made or written."""


class StateFolder:
    """Paths inside the data directory, and the lock on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock: int | None = None

    @property
    def recordings(self) -> Path:
        """One folder a recording."""
        return self.root / "recordings"

    @property
    def keys(self) -> Path:
        """Installation key, KEK and pepper."""
        return self.root / "keys"

    @property
    def database(self) -> Path:
        """The SQLite file, where no other database is configured."""
        return self.root / "concierge.sqlite3"

    def take(self) -> None:
        """Make the directory and lock it. Raises StateFolderInUse, StateFolderUnusable."""
        try:
            for folder in (self.root, self.recordings, self.keys):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateFolderUnusable(f"{self.root} cannot be used: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            os.close(lock)
            who = f" (process {owner})" if owner.isdecimal() else ""
            raise StateFolderInUse(f"another server{who} already works with {self.root}") from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def release(self) -> None:
        """Unlock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
