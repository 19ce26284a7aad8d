"""The newest checkpoint as a file in the data directory: a database that was put back alone no longer fits it.

It is written aside and renamed, so that it is never half there. Whoever puts back database and files together puts this
back too: only a witness notices that.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

NAME: Final = "audit.checkpoint"
_MAX_BYTES: Final = 64 * 1024


class FileAnchor:
    """The Anchor port over one file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    def read(self) -> bytes | None:
        """Return the checkpoint kept, or None."""
        try:
            with self._file.open("rb") as file:
                return file.read(_MAX_BYTES)
        except FileNotFoundError:
            return None

    def keep(self, note: bytes) -> None:
        """Keep a checkpoint in place of the one before. Raises OSError."""
        aside = self._file.with_suffix(".new")
        with aside.open("wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._file)
