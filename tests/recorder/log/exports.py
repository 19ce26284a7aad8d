"""Exported logs for tests: leaves about the studio's recordings, signed by the studio's installation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from recorder.installation import InstallationKey
from recorder.log import merkle
from recorder.log.checkpoint import Checkpoint, origin_of, sign_checkpoint
from recorder.log.folder import CHECKPOINT, CHECKPOINTS, HASHES, LEAVES
from recorder.log.known import chain_values
from recorder.log.note import SignedNote
from recorder.reading import read_recording
from tests.recorder.studio import HEADER, PINNED

AT_S = 1_790_000_000


def leaf(kind: str, subject: str, **detail: object) -> bytes:
    fields = {"actor": "a", "at_ms": 7, "detail": json.dumps(detail), "kind": kind, "subject": subject}
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def plain(count: int) -> list[bytes]:
    return [leaf("SignedIn", f"per_{number}") for number in range(count)]


def head_leaf(kind: str, directory: Path, segments: int | None = None, **changed: str) -> bytes:
    """What the log says of a recording's head behind so many segments; of its end, when none are given."""
    verdict = read_recording(directory).verdict
    reached = verdict.segments if segments is None else segments
    said = {"session": HEADER.session_id, "ticket": HEADER.ticket_id} | changed
    chain = chain_values(directory, verdict.segments)[reached].hex()
    return leaf(kind, HEADER.recording_id, segments=reached, chain=chain, **said)


def root_of(lines: Sequence[bytes]) -> bytes:
    frontier = merkle.Frontier()
    for line in lines:
        frontier.add(merkle.leaf_hash(line))
    return frontier.root()


def signed(lines: Sequence[bytes], epoch: str = "", key: InstallationKey = PINNED) -> SignedNote:
    head = Checkpoint(origin_of(key.public, epoch), len(lines), root_of(lines))
    return sign_checkpoint(head, key, AT_S)


def export(
    folder: Path, lines: Sequence[bytes], *sizes: int, epoch: str = "", key: InstallationKey = PINNED
) -> Path:
    """Write an export with earlier checkpoints of these sizes."""
    folder.mkdir(exist_ok=True)
    (folder / LEAVES).write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / HASHES).write_bytes(b"".join(map(merkle.leaf_hash, lines)))
    (folder / CHECKPOINT).write_bytes(signed(lines, epoch, key).encode())
    older = [signed(lines[:size], epoch, key).encode().decode() for size in sizes]
    (folder / CHECKPOINTS).write_text("".join(json.dumps(note) + "\n" for note in older))
    return folder
