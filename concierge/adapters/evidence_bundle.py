"""Exports for a download: everything of a recording in one zip file, in a folder that only the broker reads.

Rule: what was made is deleted, by whoever sent it or, after a crash, before the next one is made. Pictures are stored
as they are; compressing them again would only cost time.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Final

from recorder.export import export_recording
from recorder.reading import Reading

NAME: Final = "export.zip"
_STORED: Final = frozenset({".webm", ".mkv"})


class Bundles:
    """Makes zip files below `folder`, each in a directory of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: set[str] = set()
        self._lock = threading.Lock()

    def make(self, place: Path, reading: Reading, about: str) -> Path:
        """Return the zip file of a verified recording, made in `place`. Raises OSError, RecorderError."""
        export_recording(reading, place / "files")
        (place / "files" / "README.txt").write_text(about, encoding="utf-8")
        return _packed(place)

    def discard(self, bundle: Path) -> None:
        """Delete a zip file and its directory; what is gone already is fine."""
        self.give_up(bundle.parent)

    def give_up(self, place: Path) -> None:
        """Delete a place. Whatever is still being written into it is swept away before the next one is made."""
        with self._lock:
            self._own.discard(place.name)
        shutil.rmtree(place, ignore_errors=True)

    def forget(self, name: str) -> None:
        """Delete everything made of one recording, also while it is being made or sent."""
        for place in self._folder.glob(f"export-{name}-*"):
            self.give_up(place)

    def place(self, name: str) -> Path:
        """Return an empty directory for a recording, and sweep away what a crash left. Raises OSError."""
        with self._lock:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for left in self._folder.iterdir():
                if left.name not in self._own:
                    shutil.rmtree(left, ignore_errors=True)
            place = Path(tempfile.mkdtemp(prefix=f"export-{name}-", dir=self._folder))
            self._own.add(place.name)
            return place


def _packed(place: Path) -> Path:
    bundle = place / NAME
    with zipfile.ZipFile(bundle, "x") as archive:
        for file in sorted((place / "files").iterdir()):
            how = zipfile.ZIP_STORED if file.suffix in _STORED else zipfile.ZIP_DEFLATED
            archive.write(file, file.name, how)
            file.unlink()
    return bundle
