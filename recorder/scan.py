"""Walking through one epoch's file and verifying it, segment by segment, in bounded memory.

This file reads and verifies; it judges nothing and changes nothing. `reading` judges, `recovery` changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from recorder.envelope import ContentKeys
from recorder.errors import NewerGenerationError, TruncatedError, VerificationError, WrongKeyError
from recorder.limits import MAX_HEAD_BYTES
from recorder.manifest import Head, read_head
from recorder.reader import EpochReader, Opened
from recorder.segment import FIXED_BYTES, SegmentFlag, SegmentHeader, parse_header, table_size
from recorder.store import open_plain
from recorder.writer import ChainEnd

_HEAD_READ = MAX_HEAD_BYTES + 16 * 1024


@dataclass(frozen=True, slots=True)
class SegmentPlace:
    """Where a verified segment lies, so that it can be read again and compared with what was verified."""

    epoch: int
    offset: int
    size: int
    header: SegmentHeader
    chain: bytes


@dataclass(slots=True)
class EpochScan:
    """What one epoch's file holds: its head (None: unreadable), its good prefix, and the first fault if any.

    `places` stays empty where no key was given: verifying alone takes the same memory for any number of segments.
    """

    epoch: int
    size: int
    head: Head | None = None
    end: ChainEnd | None = None
    good_bytes: int = 0
    segments: int = 0
    gaps: int = 0
    places: list[SegmentPlace] = field(default_factory=list)
    final: bool = False
    fault: VerificationError | None = None
    fault_header: SegmentHeader | None = None
    wrong_key: bool = False

    @property
    def newer(self) -> bool:
        """Whether the head is of a generation this program does not know."""
        return isinstance(self.fault, NewerGenerationError)

    @property
    def torn(self) -> bool:
        """Whether the fault is one that a crash leaves: the file just ends."""
        return isinstance(self.fault, TruncatedError)


def read_segment(file: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next segment's `(raw header, body)`; None at a clean end.

    Raises TruncatedError when the file ends inside it, VerificationError when no segment begins here.
    """
    fixed = file.read(FIXED_BYTES)
    if not fixed:
        return None
    raw = fixed + file.read(table_size(fixed))
    header = parse_header(raw)
    body = file.read(header.body_size)
    if len(body) < header.body_size:
        raise TruncatedError("the file ends inside a segment")
    return raw, body


def scan_epoch(
    path: Path, epoch: int, keys: ContentKeys | None, classes: Collection[int] | None
) -> Iterator[tuple[EpochScan, Opened | None]]:
    """Verify an epoch's file. Yields the growing scan with each opened segment, and at last the finished scan alone.

    A data key that the head does not commit to opens nothing and is noted in the scan. Raises
    OSError, also for what is no plain file.
    """
    with open_plain(path) as file:
        scan = EpochScan(epoch, path.stat().st_size)
        try:
            scan.head = head = read_head(file.read(_HEAD_READ))
        except VerificationError as error:
            scan.fault = error
            yield scan, None
            return
        try:
            reader = EpochReader(head, keys, classes)
        except WrongKeyError:
            # Whether the key is wrong or the head is another's is for the judge: go on without opening anything.
            scan.wrong_key = True
            reader = EpochReader(head)
        scan.good_bytes, scan.end = head.size, reader.end
        file.seek(head.size)
        while True:
            found = None
            try:
                if (found := read_segment(file)) is None:
                    break
                opened = reader.accept(*found)
            except VerificationError as error:
                scan.fault = error
                scan.fault_header = parse_header(found[0]) if found else None
                break
            size = len(found[0]) + len(found[1])
            if keys is not None:
                scan.places.append(SegmentPlace(epoch, scan.good_bytes, size, opened.header, opened.chain))
            scan.segments += 1
            scan.gaps += bool(opened.header.flags & SegmentFlag.GAP)
            scan.good_bytes += size
            scan.end, scan.final = reader.end, reader.final
            yield scan, opened
        yield scan, None
