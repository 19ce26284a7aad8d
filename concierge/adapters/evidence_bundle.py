"""Exports for a download: everything of a recording in one zip file, in a folder that only the broker reads.

Rule: what was made is deleted, by whoever sent it or, after a crash, before the next one is made. Pictures are stored
as they are; compressing them again would only cost time.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from concierge.services.audit_port import AuditProof
from concierge.services.export_port import Export
from recorder.bundle import STAMP, attest
from recorder.export import export_recording
from recorder.installation import InstallationKey
from recorder.log.merkle import inclusion_sides
from recorder.reading import Reading

NAME: Final = "export.zip"
README: Final = "README.txt"
_STORED: Final = frozenset({".webm", ".mkv"})


class Bundles:
    """Makes zip files below `folder`, each in a directory of its own; `key` signs for what is in them."""

    def __init__(self, folder: Path, key: InstallationKey) -> None:
        self._folder = folder
        self._key = key
        self._own: set[str] = set()
        self._lock = threading.Lock()

    def write(self, place: Path, reading: Reading, sealed: Path, export: Export) -> bytes:
        """Write a verified recording's files into `place` and sign for them and for the sealed files; return the signature.

        Raises OSError, RecorderError.
        """
        files = place / "files"
        export_recording(reading, files)
        (files / README).write_text(export.about, encoding="utf-8")
        if export.closed is not None:
            _write_proof(files / "log", export.closed)
        if export.early is not None:
            proof, head = export.early
            _write_proof(files / "log-at-close", proof)
            (files / "log-at-close" / "checkpoint.tsr").write_bytes(head.stamp)
        return attest(files, sealed, predicate(export), reading.verdict, self._key)

    def pack(self, place: Path, stamp: bytes | None) -> Path:
        """Return the zip file of what was written in `place`, with the time stamp if there is one. Raises OSError."""
        if stamp is not None:
            (place / "files" / STAMP).write_bytes(stamp)
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


def predicate(export: Export) -> dict[str, Any]:
    """What the statement says of the export: the recording, who took it out, when (UTC) and why, and what the log proves."""
    said: dict[str, Any] = {
        "exported": {
            "at": datetime.fromtimestamp(export.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
            "by": export.by,
            "leaf": export.leaf,
            "name": export.by_name,
            "role": export.role,
            "why": export.reason,
        },
        "recording": export.recording,
        "session": export.session,
        "ticket": {"id": export.ticket, "number": export.ticket_number},
    }
    if export.closed is not None:
        said["log"] = {
            "closed_leaf": export.closed.number,
            "origin": export.origin,
            "size": export.closed.size,
        }
    return said


def _write_proof(folder: Path, proof: AuditProof) -> None:
    """A leaf, the way from it to the root, and the signed head: `left HASH` or `right HASH`, a line a step."""
    folder.mkdir()
    sides = inclusion_sides(proof.number - 1, proof.size)
    steps = [f"{side} {one.hex()}\n" for side, one in zip(sides, proof.hashes, strict=True)]
    (folder / "leaf.json").write_bytes(proof.text)
    (folder / "inclusion").write_text("".join(steps), encoding="ascii")
    (folder / "checkpoint").write_bytes(proof.checkpoint)
    about = {"hashes": [one.hex() for one in proof.hashes], "leaf": proof.number, "size": proof.size}
    (folder / "inclusion.json").write_text(json.dumps(about, indent=2) + "\n", encoding="ascii")


def _packed(place: Path) -> Path:
    bundle, files = place / NAME, place / "files"
    with zipfile.ZipFile(bundle, "x") as archive:
        for file in sorted(path for path in files.rglob("*") if path.is_file()):
            how = zipfile.ZIP_STORED if file.suffix in _STORED else zipfile.ZIP_DEFLATED
            archive.write(file, file.relative_to(files).as_posix(), how)
            file.unlink()
    shutil.rmtree(files, ignore_errors=True)
    return bundle
