"""A trial of the disk: whether a file can be made, written, made durable and removed where recordings are kept.

Refuses to touch any recording. Rule: it leaves nothing behind, not even what a crash in an earlier trial left.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recorder.store import Files

TRIAL_FILE: Final = ".trial"
_BODY: Final = b"the recorder can write here\n"


@dataclass(frozen=True, slots=True)
class Trial:
    """One question to the writer thread: does it work, and does its disk, in this directory of recordings?"""

    folder: Path
    answer: Future[None]


def try_disk(folder: Path, files: Files) -> None:
    """Write a small file durably and remove it. Raises OSError when the disk refuses any of it."""
    path = folder / TRIAL_FILE
    if path.exists():
        files.remove(path)
    descriptor = files.create(path)
    try:
        taken = files.write(descriptor, _BODY)
        if taken != len(_BODY):
            raise OSError("the disk took only a part")
        files.fdatasync(descriptor)
    finally:
        files.close(descriptor)
        files.remove(path)
