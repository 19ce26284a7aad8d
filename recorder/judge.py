"""From what was found in the files to a verdict. Pure: no I/O, no keys but public ones.

The rules, in order; the first that applies ends the good prefix:

1. Epoch files are numbered 0, 1, 2 ... without a hole, and each head says its own number.
2. A head that does not hold, or was certified by another than the pinned key, is bad at its first segment.
3. A head must go on exactly where the epoch before ended, and speak of the same recording.
4. An epoch of a newer generation makes the recording unreadable from there on.
5. A segment that does not hold is bad. Bytes that end inside a segment are torn in the last epoch, bad before it.
6. An epoch behind a final segment is bad; bytes behind it in its own file leave the recording torn.
7. Side files of torn bytes must be exactly those that the heads name; others leave the recording torn.
8. Tombstones must speak of this recording as it stands; a recording without epochs but with tombstones is erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from recorder.errors import NewerGenerationError, VerificationError
from recorder.manifest import EpochHeader, Head, Opening, TornPiece
from recorder.scan import EpochScan
from recorder.tombstone import Tombstone
from recorder.verdict import Fault, SignerTrust, Status, Verdict
from recorder.writer import BEGINNING, ChainEnd


@dataclass(frozen=True, slots=True)
class Findings:
    """What was read: a scan for each epoch file, rising, the torn pieces present, the pinned key if any, tombstones."""

    scans: Sequence[EpochScan]
    pieces: Sequence[TornPiece]
    trust: bytes | None
    tombstones: Sequence[Tombstone | VerificationError] = ()


@dataclass(slots=True)
class _Walk:
    """How far the good prefix reaches."""

    end: ChainEnd = BEGINNING
    final: bool = False
    epochs: int = 0
    segments: int = 0
    gaps: int = 0
    generations: set[int] = field(default_factory=set)

    def fault(self, reason: str, until_us: int | None = None) -> Fault:
        """The fault at the first segment behind the good prefix."""
        return Fault(self.end.next_segment, reason, self.end.until_us, until_us)


def judge(findings: Findings) -> Verdict:
    """The verdict on a recording. Scans and tombstones must not both be empty."""
    if not findings.scans:
        return _judge_graves(findings)
    walk = _Walk()
    status, fault = _walk(findings, walk)
    if status is None:
        status, fault = _judge_pieces(findings, walk)
    heads = [scan.head.header for scan in findings.scans[: walk.epochs] if scan.head is not None]
    claimed = findings.scans[0].head
    first = heads[0] if heads else claimed.header if claimed else None
    recoveries = sum(head.opening is Opening.RECOVERED for head in heads)
    rollbacks = sum(head.opening is Opening.RESTORED for head in heads)
    if status is None:
        status, fault = _judge_tombstones(findings, walk, first)
    if status is None:
        status = Status.RECOVERED if recoveries or rollbacks else Status.OK
        status = status if walk.final else Status.OPEN
    return Verdict(
        status=status,
        signer=_trust(findings),
        header=first.header if first else None,
        closed=walk.final,
        epochs=walk.epochs,
        segments=walk.segments,
        until_us=walk.end.until_us,
        chain=walk.end.chain,
        installation=first.installation if first else None,
        recoveries=recoveries,
        gaps=walk.gaps,
        rollbacks=rollbacks,
        generations=tuple(sorted(walk.generations)),
        erased=_erased(findings),
        fault=fault,
    )


def _walk(findings: Findings, walk: _Walk) -> tuple[Status | None, Fault | None]:
    first: EpochHeader | None = None
    for number, scan in enumerate(findings.scans):
        last = number == len(findings.scans) - 1
        reason = _head_fault(number, scan, walk, first, findings.trust)
        if reason is not None:
            return _unread(scan, walk, number, last=last), walk.fault(reason)
        head = _present(scan)
        first = first or head.header
        _advance(walk, scan)
        if scan.fault is not None:
            until = scan.fault_header.until_us if scan.fault_header else None
            until = until if until is not None and until >= walk.end.until_us else None
            status = Status.TORN if last and (scan.torn or scan.final) else Status.BAD
            return status, walk.fault(scan.fault.reason, until)
    return None, None


def _advance(walk: _Walk, scan: EpochScan) -> None:
    if scan.end is not None:
        walk.end = ChainEnd(scan.end.next_segment, scan.end.chain, max(walk.end.until_us, scan.end.until_us))
    walk.final = scan.final
    walk.epochs += 1
    walk.segments += scan.segments
    walk.gaps += scan.gaps
    walk.generations |= {scan.head.generation} if scan.head else set()


def _unread(scan: EpochScan, walk: _Walk, number: int, *, last: bool) -> Status:
    """What an epoch whose head cannot stand makes of the recording."""
    if scan.head is not None or scan.epoch != number or walk.final:
        return Status.BAD
    if scan.newer:
        return Status.UNREADABLE
    return Status.TORN if last and scan.torn else Status.BAD


def _head_fault(
    number: int, scan: EpochScan, walk: _Walk, first: EpochHeader | None, trust: bytes | None
) -> str | None:
    """Why this epoch cannot stand here, or None."""
    if scan.epoch != number:
        return f"the file of epoch {number} is missing"
    if walk.final:
        return "an epoch behind the final segment"
    if scan.head is None:
        return scan.fault.reason if scan.fault else "the head cannot be read"
    header = scan.head.header
    checks = (
        (header.epoch == number, f"epoch {header.epoch} stands in the file of epoch {number}"),
        (
            (header.first_segment, header.previous) == (walk.end.next_segment, walk.end.chain),
            "the epoch does not go on where the one before it ended",
        ),
        (
            number == 0 or header.opening is not Opening.OPENED,
            "an epoch behind the first says it is the first",
        ),
        (first is None or header.header == first.header, "the epochs speak of different recordings"),
        (
            first is None or header.installation == first.installation,
            "the epochs were certified by different installation keys",
        ),
        (trust in {None, header.installation}, "the signer was not certified by the pinned installation key"),
    )
    return next((reason for holds, reason in checks if not holds), None)


def _judge_pieces(findings: Findings, walk: _Walk) -> tuple[Status | None, Fault | None]:
    """Torn when the side files are not exactly those that the heads name."""
    named = {piece for scan in findings.scans for piece in _present(scan).header.found}
    if named == set(findings.pieces):
        return None, None
    reason = "the side files of torn bytes are not those that a signed recovery names"
    return Status.TORN, walk.fault(reason)


def _judge_tombstones(
    findings: Findings, walk: _Walk, first: EpochHeader | None
) -> tuple[Status | None, Fault | None]:
    """Bad when a tombstone does not hold, or speaks of another recording or of another length of this one."""
    for stone in findings.tombstones:
        if isinstance(stone, NewerGenerationError):
            return Status.UNREADABLE, walk.fault(stone.reason)
        if isinstance(stone, VerificationError):
            return Status.BAD, walk.fault(stone.reason)
        if first is None or (stone.header, stone.installation) != (first.header, first.installation):
            return Status.BAD, walk.fault("a tombstone of another recording")
        if (stone.segments, stone.chain) != (walk.segments, walk.end.chain):
            return Status.BAD, walk.fault("a tombstone of another length of this recording")
    return None, None


def _judge_graves(findings: Findings) -> Verdict:
    """The verdict where no epoch is left."""
    walk, status, fault = _Walk(), Status.ERASED, None
    stones = [stone for stone in findings.tombstones if isinstance(stone, Tombstone)]
    for stone in findings.tombstones:
        if isinstance(stone, VerificationError):
            newer = isinstance(stone, NewerGenerationError)
            status, fault = Status.UNREADABLE if newer else Status.BAD, walk.fault(stone.reason)
        elif (stone.header, stone.installation) != (stones[0].header, stones[0].installation):
            status, fault = Status.BAD, walk.fault("tombstones of different recordings")
        elif findings.trust not in {None, stone.installation}:
            reason = "the tombstone was not signed by the pinned installation key"
            status, fault = Status.BAD, walk.fault(reason)
        if fault is not None:
            break
    last = stones[-1] if stones else None
    return Verdict(
        status=status,
        signer=_trust(findings),
        header=stones[0].header if stones else None,
        closed=False,
        epochs=0,
        segments=0,
        until_us=0,
        chain=last.chain if last else BEGINNING.chain,
        installation=stones[0].installation if stones else None,
        recoveries=0,
        gaps=0,
        erased=_erased(findings),
        fault=fault,
    )


def _erased(findings: Findings) -> tuple[int, ...]:
    """The classes that tombstones which hold say were erased, rising."""
    stones = (stone for stone in findings.tombstones if isinstance(stone, Tombstone))
    return tuple(sorted({cls for stone in stones for cls in stone.classes}))


def _present(scan: EpochScan) -> Head:
    if scan.head is None:  # pragma: no cover - _head_fault has refused it before
        raise AssertionError("the head was refused before")
    return scan.head


def _trust(findings: Findings) -> SignerTrust:
    if findings.trust is None:
        return SignerTrust.UNKNOWN
    claimed = {scan.head.header.installation for scan in findings.scans if scan.head is not None}
    claimed |= {stone.installation for stone in findings.tombstones if isinstance(stone, Tombstone)}
    return SignerTrust.TRUSTED if claimed == {findings.trust} else SignerTrust.FOREIGN
