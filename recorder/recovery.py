"""After a crash: find the good prefix, move what a crash tore off into a side file, and go on or close.

Recovery never rewrites a segment and never deletes a byte of evidence. It refuses (RecordingDamagedError) whatever a
crash cannot have caused, so that an alteration is not buried under a signed recovery. Bytes it did cut are named, with
size and hash, in the head of the next epoch.
"""

from __future__ import annotations

from pathlib import Path

from recorder.envelope import ContentKeys
from recorder.errors import (
    RecordingClosedError,
    RecordingDamagedError,
    UnreadableRecordingError,
    WrongKeyError,
)
from recorder.installation import SignerSource
from recorder.judge import Findings, judge
from recorder.limits import MAX_HEAD_BYTES
from recorder.manifest import Header, Opening
from recorder.records import Record
from recorder.scan import EpochScan, scan_epoch
from recorder.segment import SegmentFlag
from recorder.store import (
    Files,
    RealFiles,
    clear_unfinished,
    cut_tail,
    describe_piece,
    epoch_numbers,
    epoch_path,
    set_aside,
    tombstone_numbers,
    torn_numbers,
)
from recorder.tape import Footing, Tape
from recorder.verdict import Verdict

_REASON = "recovered"


def recover(
    directory: Path,
    header: Header,
    dek: ContentKeys,
    *,
    trust: bytes | None = None,
    files: Files | None = None,
) -> Footing | None:
    """Bring a directory back to its good prefix; where to go on from, or None when nothing was ever durable.

    Reads the whole recording (about 1 GB/s), so never call it on a thread that others wait for.
    Raises RecordingClosedError, RecordingDamagedError, WrongKeyError, UnreadableRecordingError, OSError.
    """
    files = files or RealFiles()
    if not directory.exists():
        return None
    if tombstone_numbers(directory):
        raise RecordingClosedError("this recording was erased")
    clear_unfinished(directory, files)
    scans = [_scan(directory, number, dek) for number in epoch_numbers(directory)]
    if any(scan.newer for scan in scans):
        raise UnreadableRecordingError("this recording has an epoch of a newer generation")
    if scans and scans[-1].head is None:
        _set_unfinished_head_aside(directory, scans.pop(), files)
    if not scans:
        return None
    pieces = [describe_piece(directory / f"torn-{number:04d}.bin") for number in torn_numbers(directory)]
    verdict = judge(Findings(scans, pieces, trust))
    last = scans[-1]
    _refuse_damage(verdict, scans, header)
    cut_tail(directory, last.epoch, last.good_bytes, files)
    files.fsync_dir(directory)
    named = frozenset(piece.file for scan in scans if scan.head for piece in scan.head.header.found)
    return Footing(last.epoch, last.good_bytes, last.end, named) if last.end else None


def recover_and_close(
    directory: Path,
    header: Header,
    dek: ContentKeys,
    signers: SignerSource,
    closing: Record,
    *,
    trust: bytes | None = None,
    files: Files | None = None,
) -> int:
    """Recover, then write a gap and the final segment holding `closing` (see `events.summary`); its number.

    Blocks; raises as `recover`. A recording that is closed already raises RecordingClosedError.
    """
    files = files or RealFiles()
    footing = recover(directory, header, dek, trust=trust, files=files)
    tape = Tape(directory, header, dek, signers=signers, files=files, footing=footing)
    try:
        tape.go_on(Opening.RECOVERED, closing.at_us, _REASON)
        tape.write([closing], SegmentFlag.FINAL)
        tape.sync()
    finally:
        tape.forget()
    return tape.durable.next_segment - 1


def _scan(directory: Path, number: int, dek: ContentKeys) -> EpochScan:
    scan = EpochScan(number, 0)
    # No class is opened: the key is only compared with the head's commitments.
    for scan, _ in scan_epoch(epoch_path(directory, number), number, dek, None):  # noqa: B007 - the last one counts
        pass
    return scan


def _set_unfinished_head_aside(directory: Path, scan: EpochScan, files: Files) -> None:
    """A head is durable before the first segment, so a bad head with segments behind it was altered, not torn."""
    with epoch_path(directory, scan.epoch).open("rb") as file:
        start = file.read(2 * MAX_HEAD_BYTES)
    if b"CSEG" in start:
        raise RecordingDamagedError("a head with segments behind it does not hold")
    set_aside(directory, scan.epoch, files)


def _refuse_damage(verdict: Verdict, scans: list[EpochScan], header: Header) -> None:
    if verdict.closed and scans[-1].fault is None and verdict.epochs == len(scans):
        raise RecordingClosedError("this recording is closed")
    if verdict.header is not None and verdict.header != header:
        raise RecordingDamagedError("the directory holds another recording")
    if verdict.epochs < len(scans) or verdict.closed:
        reason = verdict.fault.reason if verdict.fault else "something stands behind the final segment"
        raise RecordingDamagedError(reason)
    if any(scan.wrong_key for scan in scans):
        raise WrongKeyError("the data key is not the one this recording commits to")
    if verdict.header is None:
        raise UnreadableRecordingError("no head can be read")
