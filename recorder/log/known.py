"""What an audit log knows of one recording, and whether the recording at hand is that: whole, on its ticket, its own.

Rule: a recording may be newer than the last head logged, never shorter. A closed one ends exactly where the log says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from recorder import chain
from recorder.errors import VerificationError
from recorder.limits import MAX_HEAD_BYTES
from recorder.log.folder import fields_of
from recorder.manifest import read_head
from recorder.scan import read_segment
from recorder.segment import parse_header, split_body
from recorder.store import epoch_numbers, epoch_path, open_plain
from recorder.verdict import Status, Verdict

_OPENED: Final = "RecordingOpened"
_HEADS: Final = frozenset({"RecordingOpened", "RecordingReached", "RecordingClosed"})
_CLOSED: Final = "RecordingClosed"
_ERASED: Final = "RecordingErased"
_WHOLE: Final = "every"
"""What the leaf of an erasure names instead of classes when all of the recording went."""


@dataclass(slots=True)
class Known:
    """One recording as the log has it. `heads` are chain values by number of segments."""

    recording: str
    session: str = ""
    ticket: str = ""
    heads: dict[int, bytes] = field(default_factory=dict)
    closed_at: int | None = None
    erased: bool = False
    """Whether all of it was erased on purpose; an erasure of some classes leaves the recording where it was."""

    @property
    def segments(self) -> int:
        """The most segments the log knows of."""
        return max(self.heads, default=0)


def known_recordings(lines: Iterable[bytes]) -> dict[str, Known]:
    """Every recording the leaves speak of. Raises VerificationError for a line that is no leaf."""
    found: dict[str, Known] = {}
    for line in lines:
        if b'"kind":"Recording' not in line:
            continue
        leaf = fields_of(line)
        kind = leaf.get("kind")
        if kind in _HEADS:
            note_head(found.setdefault(str(leaf["subject"]), Known(str(leaf["subject"]))), leaf)
        elif kind == _ERASED and str(leaf["subject"]) in found:
            note_erasure(found[str(leaf["subject"])], leaf)
    return found


def note_head(known: Known, leaf: Mapping[str, Any]) -> None:
    """Take in one head. Raises VerificationError when it does not say what a head says."""
    detail = leaf["detail"]
    segments = detail.get("segments")
    try:
        value = bytes.fromhex(detail.get("chain"))
    except (ValueError, TypeError):
        value = b""
    if not isinstance(segments, int) or segments < 0 or len(value) != chain.HASH_BYTES:
        raise VerificationError("a leaf about a recording's head does not say how far it reached")
    known.heads[segments] = value
    known.session, known.ticket = str(detail.get("session", "")), str(detail.get("ticket", ""))
    if leaf.get("kind") == _CLOSED:
        known.closed_at = segments


def note_erasure(known: Known, leaf: Mapping[str, Any]) -> None:
    """Take in one erasure. One that does not say that all went leaves the rest to be there: a missing folder is told."""
    known.erased |= leaf["detail"].get("classes") == [_WHOLE]


def compare(directory: Path, verdict: Verdict, known: Known) -> list[str]:
    """What is wrong with a recording according to the log, in sentences; empty when nothing is."""
    if verdict.header is None:
        return [
            f"the log knows {known.segments} segments of this recording and here is nothing that can be read"
        ]
    wrong: list[str] = []
    header = verdict.header
    if header.recording_id != known.recording:
        wrong.append(f"this is recording {header.recording_id}, the log speaks of {known.recording}")
    if header.ticket_id != known.ticket:
        wrong.append(f"the recording is linked to ticket {header.ticket_id}, the log says {known.ticket}")
    if header.session_id != known.session:
        wrong.append(f"the recording is of session {header.session_id}, the log says {known.session}")
    if known.erased and verdict.status is Status.ERASED:
        return wrong  # its signed tombstone is all that is left, and the log says why
    if verdict.segments < known.segments:
        wrong.append(
            f"the tail was cut: the log knows {known.segments} segments, here are {verdict.segments}"
        )
    elif known.closed_at is not None and verdict.segments != known.closed_at:
        wrong.append(
            f"the log says it was closed with {known.closed_at} segments, here are {verdict.segments}"
        )
    values = chain_values(directory, verdict.segments)
    for segments, value in sorted(known.heads.items()):
        if segments and segments in values and values[segments] != value:
            wrong.append(
                f"the log's head behind {segments} segments is another: these are not the bytes it saw"
            )
            break
    return wrong


def chain_values(directory: Path, limit: int) -> dict[int, bytes]:
    """The chain value behind each number of segments of the good prefix, which was verified before."""
    values: dict[int, bytes] = {}
    count = 0
    for epoch in epoch_numbers(directory):
        with open_plain(epoch_path(directory, epoch)) as file:
            try:
                head = read_head(file.read(MAX_HEAD_BYTES + 16 * 1024))
                file.seek(head.size)
                value = head.chain
                while count < limit and (found := read_segment(file)) is not None:
                    raw, body = found
                    sealed, _signature = split_body(parse_header(raw), body)
                    value = chain.link(value, raw, sealed, head.generation)
                    count += 1
                    values[count] = value
            except VerificationError:
                break
    return values
