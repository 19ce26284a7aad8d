"""Reading a recording's directory: the verdict first, then records from what was verified, and from nothing else.

`read_recording` walks everything once. `Reading.records` reads again, and compares each segment with the chain value
that was verified, so that a file changed in between is noticed and never shown. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from recorder import chain, events
from recorder.envelope import ContentKeys
from recorder.errors import UnreadableRecordingError, VerificationError, WrongKeyError
from recorder.index import SeekIndex
from recorder.judge import Findings, judge
from recorder.limits import MAX_HEAD_BYTES
from recorder.reader import EpochReader
from recorder.records import Record, RecordType
from recorder.scan import EpochScan, SegmentPlace, read_segment, scan_epoch
from recorder.segment import parse_header, split_body
from recorder.store import (
    describe_piece,
    epoch_numbers,
    epoch_path,
    open_plain,
    tombstone_numbers,
    tombstone_path,
    torn_numbers,
)
from recorder.tombstone import Tombstone, read_tombstone
from recorder.verdict import Verdict

Look = Callable[[Sequence[Record]], None]
"""Given the opened records of one segment after another, in order, while a recording is being verified.

Only the first `verdict.segments` calls speak of what was verified; believe nothing of the others, and nothing at all
unless the reading `opens`.
"""


class Reading:
    """A verified recording: its `verdict`, an `index` for seeking, and its records."""

    def __init__(
        self,
        directory: Path,
        verdict: Verdict,
        *,
        index: SeekIndex,
        scans: list[EpochScan],
        dek: ContentKeys | None,
        classes: Collection[int] | None,
    ) -> None:
        self.verdict = verdict
        self.index = index
        self._directory = directory
        self._scans = scans
        self._dek = dek
        self._classes = classes

    @property
    def opens(self) -> bool:
        """Whether the key given is this recording's."""
        return self._dek is not None

    @property
    def segments(self) -> list[SegmentPlace]:
        """The segments of the good prefix, in order."""
        places = [place for scan in self._scans for place in scan.places]
        return places[: self.verdict.segments]

    def records(self, from_segment: int = 0) -> Iterator[Record]:
        """Every record of the good prefix that the key and classes open, from a segment on; none without a key.

        Raises VerificationError when the files changed since they were verified, and OSError.
        """
        if self._dek is None:
            return
        left = self.verdict.segments
        for scan in self._scans:
            places, left = scan.places[:left], left - len(scan.places[:left])
            yield from self._epoch_records(scan, [p for p in places if p.header.index >= from_segment])

    def events(self, from_seq: int = 0) -> Iterator[tuple[Record, dict[str, Any]]]:
        """Every EVENT record with its fields whose `seq` is at least `from_seq`, in the order recorded.

        Raises as `records`, and VerificationError for a body that is not canonical JSON.
        """
        for record in self.records():
            if record.type == RecordType.EVENT:
                fields = events.parse(record.body)
                if events.seq_of(fields) >= from_seq:
                    yield record, fields

    def _epoch_records(self, scan: EpochScan, places: list[SegmentPlace]) -> Iterator[Record]:
        if not places or scan.head is None:
            return
        reader = EpochReader(scan.head, self._dek, self._classes)
        before = scan.places.index(places[0])
        previous = scan.places[before - 1].chain if before else scan.head.chain
        with open_plain(epoch_path(self._directory, scan.epoch)) as file:
            file.seek(places[0].offset)
            for place in places:
                found = read_segment(file)
                if found is None:
                    raise VerificationError("the recording changed while it was read")
                raw, body = found
                header = parse_header(raw)
                sealed, _signature = split_body(header, body)
                if chain.link(previous, raw, sealed, scan.head.generation) != place.chain:
                    raise VerificationError("the recording changed while it was read")
                previous = place.chain
                yield from reader.open(header, raw, sealed)


def read_recording(
    directory: Path,
    dek: ContentKeys | None = None,
    trust: bytes | None = None,
    classes: Collection[int] | None = None,
    look: Look | None = None,
) -> Reading:
    """Verify a recording and make it readable.

    `dek`: the content key of each class, or one for all; a class without one stays sealed; None verifies without
    opening anything, and then `segments` and `index` are empty. `trust`: the pinned installation public key (32 raw
    bytes); None leaves the signer unknown. `classes`: which classes to open; None means all. `look` sees what is
    opened in the same pass.

    Raises UnreadableRecordingError (nothing there, or not permitted) and WrongKeyError.
    """
    findings, index = _find(directory, dek, trust, classes, look)
    verdict = judge(findings)
    if any(scan.wrong_key for scan in findings.scans):
        if verdict.fault is None:
            raise WrongKeyError("the data key is not the one this recording commits to")
        dek = None
    return Reading(directory, verdict, index=index, scans=list(findings.scans), dek=dek, classes=classes)


def _find(
    directory: Path,
    dek: ContentKeys | None,
    trust: bytes | None,
    classes: Collection[int] | None,
    look: Look | None,
) -> tuple[Findings, SeekIndex]:
    numbers = epoch_numbers(directory)
    graves = tombstone_numbers(directory)
    if not numbers and not graves:
        raise UnreadableRecordingError("there is no recording here")
    index = SeekIndex()
    try:
        scans = [_scan(epoch_path(directory, n), n, dek, classes, index, look) for n in numbers]
        pieces = [describe_piece(directory / f"torn-{number:04d}.bin") for number in torn_numbers(directory)]
        stones = [_stone(directory, number, place) for place, number in enumerate(graves)]
    except OSError as error:
        raise UnreadableRecordingError("the recording's files cannot be read") from error
    return Findings(scans, pieces, trust, stones), index


def _stone(directory: Path, number: int, place: int) -> Tombstone | VerificationError:
    if number != place:
        return VerificationError(f"tombstone {place} is missing")
    try:
        with open_plain(tombstone_path(directory, number)) as file:
            return read_tombstone(file.read(MAX_HEAD_BYTES + 1))
    except VerificationError as error:
        return error


def _scan(
    path: Path,
    number: int,
    dek: ContentKeys | None,
    classes: Collection[int] | None,
    index: SeekIndex,
    look: Look | None,
) -> EpochScan:
    scan = EpochScan(number, 0)
    for scan, opened in scan_epoch(path, number, dek, classes):  # noqa: B007 - the last one is the finished scan
        if opened is not None:
            index.add(opened.header.index, opened.header.until_us, opened.records)
            if look is not None:
                look(opened.records)
    return scan
