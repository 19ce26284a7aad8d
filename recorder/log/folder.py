"""An exported audit log, read and judged: no network, no database, memory for the hashes alone.

The folder: `leaves.jsonl` (one leaf a line, exactly the bytes that are hashed), `leaf-hashes` (32 bytes a leaf),
`checkpoint` (the signed head of just these leaves), `checkpoints.jsonl` (earlier signed heads, each a JSON string).

Rule: lines are believed when they lead to the signed root. The hashes alone prove nothing; when they lead to the root and a
line does not fit its own, that line is named: altered, removed, put in or moved. When they do not either, earlier heads
say between which lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from recorder.errors import UnreadableRecordingError, VerificationError
from recorder.log.checkpoint import Checkpoint, epoch_of, open_checkpoint
from recorder.log.merkle import HASH_BYTES, Frontier, leaf_hash
from recorder.log.note import MAX_NOTE_BYTES, SignedNote

LEAVES: Final = "leaves.jsonl"
HASHES: Final = "leaf-hashes"
CHECKPOINT: Final = "checkpoint"
CHECKPOINTS: Final = "checkpoints.jsonl"
MAX_LEAF_BYTES: Final = 1024 * 1024
WINDOW: Final = 256
"""How far a line that was moved or removed is looked for."""
RESTORED: Final = "LogRestored"


@dataclass(frozen=True, slots=True)
class LogFault:
    """The first line that is wrong, counted from 1; `until` is the last one in doubt."""

    line: int
    until: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """A restore that the log declares: by whom, from which backup, how many leaves were kept and how many had been known."""

    number: int
    epoch: str
    operator: str
    backup: str
    kept: int
    lost_until: int


@dataclass(slots=True)
class Walk:
    """What one pass over the lines found: roots at the sizes asked for, declared rollbacks, what does not fit its hash."""

    wanted: frozenset[int]
    roots: dict[int, bytes] = field(default_factory=dict)
    hash_roots: dict[int, bytes] = field(default_factory=dict)
    rollbacks: list[Rollback] = field(default_factory=list)
    fault: LogFault | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """The verdict on an exported log. `signed` is False where no key was pinned; `at_s`: when the head was signed."""

    checkpoint: Checkpoint
    at_s: int | None
    signed: bool
    note: SignedNote
    rollbacks: tuple[Rollback, ...] = ()
    heads: int = 0
    fault: LogFault | None = None


def read_note(path: Path) -> SignedNote:
    """Read a checkpoint. Raises UnreadableRecordingError, VerificationError."""
    try:
        with path.open("rb") as file:
            return SignedNote.parse(file.read(MAX_NOTE_BYTES + 1))
    except OSError as error:
        raise UnreadableRecordingError(f"{path.name} cannot be read: {error.strerror}") from None


def leaf_lines(folder: Path) -> Iterator[bytes]:
    """The leaves as they were hashed, in order. Raises UnreadableRecordingError, VerificationError."""
    try:
        with (folder / LEAVES).open("rb") as file:
            while line := file.readline(MAX_LEAF_BYTES + 1):
                if not line.endswith(b"\n"):
                    raise VerificationError("the last line has no end, or a line is too long")
                yield line[:-1]
    except OSError as error:
        raise UnreadableRecordingError(f"{LEAVES} cannot be read: {error.strerror}") from None


def fields_of(line: bytes) -> dict[str, Any]:
    """A leaf's fields, with `detail` read as JSON too. Raises VerificationError."""
    try:
        leaf = json.loads(line)
        detail = json.loads(leaf["detail"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise VerificationError("a line is no leaf of an audit log") from None
    return {**leaf, "detail": detail if isinstance(detail, dict) else {}}


def verify_log(folder: Path, trust: bytes | None, held: Sequence[SignedNote] = ()) -> LogVerdict:
    """Judge an exported log. `trust` is the pinned installation key; `held` are further checkpoints it has to agree with.

    Raises UnreadableRecordingError, and VerificationError for a checkpoint that is not what a log writes.
    """
    note = read_note(folder / CHECKPOINT)
    head, at_s = _opened(note, trust)
    older = [_opened(other, trust)[0] for other in (*_older(folder), *held)]
    sizes = frozenset({head.size, *(other.size for other in older)})
    walk = _walk(folder, sizes)
    rollbacks = tuple(walk.rollbacks)
    fault = _judge(walk, head, older) or _epochs(head, rollbacks, trust)
    return LogVerdict(head, at_s, trust is not None, note, rollbacks, len(older) + 1, fault)


def declared(older: Checkpoint, rollbacks: Sequence[Rollback]) -> Rollback | None:
    """The declared rollback that explains why a log no longer leads to an older checkpoint, or None."""
    epochs = ["", *(rollback.epoch for rollback in rollbacks)]
    label = older.origin.split("/", 2)[2] if older.origin.count("/") > 1 else ""
    later = rollbacks[epochs.index(label) :] if label in epochs else ()
    return next((rollback for rollback in later if older.size > rollback.kept), None)


def _opened(note: SignedNote, trust: bytes | None) -> tuple[Checkpoint, int | None]:
    if trust is None:
        return Checkpoint.parse(note.text), None
    return open_checkpoint(note, trust)


def _older(folder: Path) -> Iterator[SignedNote]:
    try:
        with (folder / CHECKPOINTS).open("rb") as file:
            while line := file.readline(2 * MAX_NOTE_BYTES):
                text = json.loads(line)
                if not isinstance(text, str):
                    raise VerificationError(f"{CHECKPOINTS} holds something else than checkpoints")
                yield SignedNote.parse(text.encode())
    except FileNotFoundError:
        return
    except (OSError, ValueError, RecursionError):
        raise VerificationError(f"{CHECKPOINTS} cannot be read") from None


def _walk(folder: Path, wanted: frozenset[int]) -> Walk:
    walk, frontier, hashed = Walk(wanted), Frontier(), Frontier()
    hashes = _hashes(folder)
    lines = leaf_lines(folder)
    _note_roots(walk, frontier, hashed)
    for line in lines:
        own = leaf_hash(line)
        frontier.add(own)
        said = next(hashes, None)
        if said is not None:
            hashed.add(said)
        if said != own and walk.fault is None:
            ahead = [
                leaf_hash(one)
                for one in islice(leaf_lines(folder), frontier.size - 1, frontier.size + WINDOW)
            ]
            expected = list(islice(_hashes(folder), frontier.size - 1, frontier.size + WINDOW))
            walk.fault = _named(frontier.size, ahead, expected)
        if f'"kind":"{RESTORED}"'.encode() in line:
            _note_rollback(walk, frontier.size, line)
        _note_roots(walk, frontier, hashed)
    walk.size = frontier.size
    for said in hashes:
        hashed.add(said)
        walk.fault = walk.fault or LogFault(walk.size + 1, walk.size + 1, "the line was removed")
        _note_roots(walk, frontier, hashed)
    return walk


def _hashes(folder: Path) -> Iterator[bytes]:
    try:
        with (folder / HASHES).open("rb") as file:
            while found := file.read(HASH_BYTES):
                yield found
    except OSError:
        return


def _named(number: int, ahead: list[bytes], expected: list[bytes]) -> LogFault:
    """What happened to the line, from the hashes there are from it on and those that should be."""
    found = ahead[0]
    later = expected.index(found) if found in expected else 0
    if not expected:
        return LogFault(number, number, "the line was put in behind the end")
    turns_up = ahead.index(expected[0]) if expected[0] in ahead else 0
    if later and turns_up:
        return LogFault(number, number + max(later, turns_up), "the lines are in another order")
    if later:
        reason = "the line was removed" if later == 1 else f"{later} lines were removed"
        return LogFault(number, number + later - 1, reason)
    if turns_up:
        return LogFault(number, number + turns_up - 1, "a line was put in here")
    return LogFault(number, number, "the line was altered")


def _note_roots(walk: Walk, frontier: Frontier, hashed: Frontier) -> None:
    if frontier.size in walk.wanted and frontier.size not in walk.roots:
        walk.roots[frontier.size] = frontier.root()
    if hashed.size in walk.wanted and hashed.size not in walk.hash_roots:
        walk.hash_roots[hashed.size] = hashed.root()


def _note_rollback(walk: Walk, number: int, line: bytes) -> None:
    leaf = fields_of(line)
    detail = leaf["detail"]
    if leaf.get("kind") != RESTORED:
        return
    kept, lost = detail.get("kept"), detail.get("lost_until")
    walk.rollbacks.append(
        Rollback(
            number=number,
            epoch=str(detail.get("epoch", "")),
            operator=str(detail.get("operator", "")),
            backup=str(detail.get("backup", "")),
            kept=kept if isinstance(kept, int) else number - 1,
            lost_until=lost if isinstance(lost, int) else number - 1,
        )
    )


def _judge(walk: Walk, head: Checkpoint, older: Sequence[Checkpoint]) -> LogFault | None:
    if walk.roots.get(head.size) == head.root and walk.size == head.size:
        return _forked(walk, older)
    if walk.hash_roots.get(head.size) == head.root and walk.fault is not None:
        return walk.fault
    good = 0
    for other in sorted(older, key=lambda one: one.size):
        if walk.roots.get(other.size) != other.root and declared(other, walk.rollbacks) is None:
            last = max(good + 1, min(other.size, walk.size))
            return LogFault(good + 1, last, "a line among these was altered, removed, put in or moved")
        good = max(good, other.size if walk.roots.get(other.size) == other.root else 0)
    if walk.size < head.size:
        return LogFault(walk.size + 1, head.size, "lines are missing, at the end or before it")
    return LogFault(good + 1, walk.size, "a line among these was altered, removed, put in or moved")


def _forked(walk: Walk, older: Sequence[Checkpoint]) -> LogFault | None:
    """The log leads to its own head: does it lead to what else was signed?"""
    for other in sorted(older, key=lambda one: one.size):
        if declared(other, walk.rollbacks) is not None:
            continue
        if other.size > walk.size:
            reason = "a signed checkpoint knows these leaves and the log has lost them: rolled back, and not declared"
            return LogFault(walk.size + 1, other.size, reason)
        if walk.roots.get(other.size) != other.root:
            return LogFault(1, other.size, "a signed checkpoint says otherwise: the log was forked")
    return None


def _epochs(head: Checkpoint, rollbacks: Sequence[Rollback], trust: bytes | None) -> LogFault | None:
    """The name of the log ends with the epoch that its last declared rollback began."""
    if trust is None:
        return None
    label = epoch_of(head.origin, trust)
    last = rollbacks[-1] if rollbacks else None
    if label == (last.epoch if last else ""):
        return None
    line = last.number if last else head.size
    return LogFault(line, line, "the log's name and the rollbacks it declares do not fit")
