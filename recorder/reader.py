"""Reading without I/O: reading is verifying. Bytes in; records out only from what has been verified.

Invariants: no sealed part is opened before its segment's signature held; segments are accepted only in order; after
the first fault an `EpochReader` accepts nothing more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from recorder import chain
from recorder.envelope import ClassKey, ContentKeys, content_key
from recorder.errors import VerificationError
from recorder.limits import MAX_SEGMENTS
from recorder.manifest import REPAIRS, Head, Opening
from recorder.records import Record, merge
from recorder.segment import SegmentFlag, SegmentHeader, parse_header, split_body
from recorder.writer import ChainEnd


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified segment: its public header, its chain value, and the records this reader's keys could open."""

    header: SegmentHeader
    chain: bytes
    records: tuple[Record, ...]


class EpochReader:
    """Verifies the segments of one epoch in order, and opens the classes it was given.

    `keys` None: verifies only. A class without a key stays sealed. `classes` None: all. Raises WrongKeyError when the
    head commits to another key.
    """

    def __init__(
        self, head: Head, keys: ContentKeys | None = None, classes: Collection[int] | None = None
    ) -> None:
        self.head = head
        self.end = ChainEnd(head.header.first_segment, head.chain, 0)
        self.final = False
        self._broken = False
        self._keys: dict[int, ClassKey] = {}
        for cls, commitment in head.commitments.items():
            content = content_key(keys, cls) if keys is not None else None
            if content is not None and (classes is None or cls in classes):
                key = ClassKey(
                    content,
                    salt=head.header.salt,
                    epoch=head.header.epoch,
                    cls=cls,
                    header_hash=head.header_hash,
                    generation=head.generation,
                )
                key.require(commitment)
                self._keys[cls] = key

    def accept(self, raw_header: bytes, body: bytes) -> Opened:
        """Verify the next segment and open it. Raises VerificationError; then this reader is spent."""
        if self._broken:
            raise VerificationError("nothing can be verified behind a fault")
        self._broken = True
        header = parse_header(raw_header)
        self._expect(header)
        sealed, signature = split_body(header, body)
        value = chain.link(self.end.chain, raw_header, sealed, self.head.generation)
        chain.check(self.head.header.signer, signature, value, f"segment {header.index}")
        records = self.open(header, raw_header, sealed)
        self.final = bool(header.flags & SegmentFlag.FINAL)
        self.end = ChainEnd(header.index + 1, value, max(self.end.until_us, header.until_us))
        self._broken = False
        return Opened(header, value, records)

    def open(self, header: SegmentHeader, raw_header: bytes, sealed: list[bytes]) -> tuple[Record, ...]:
        """Open the parts there are keys for. The caller has verified them. Raises VerificationError."""
        counter = header.index - self.head.header.first_segment
        plain = [
            (cls, self._keys[cls].open(counter, part, raw_header))
            for (cls, _), part in zip(header.parts, sealed, strict=True)
            if cls in self._keys
        ]
        records = merge(plain)
        if any(not header.from_us <= record.at_us <= header.until_us for record in records):
            raise VerificationError("a record lies outside its segment's time")
        return tuple(records)

    def _expect(self, header: SegmentHeader) -> None:
        if self.final:
            raise VerificationError("a segment behind the final one")
        if header.epoch != self.head.header.epoch:
            raise VerificationError("a segment of another epoch")
        if header.index != self.end.next_segment:
            raise VerificationError(f"segment {header.index} stands where {self.end.next_segment} belongs")
        if header.index >= MAX_SEGMENTS:
            raise VerificationError("more segments than a recording may have")
        if any(cls not in self.head.commitments for cls, _ in header.parts):
            raise VerificationError("a sealed part of a class the head does not declare")
        first = header.index == self.head.header.first_segment
        opening = self.head.header.opening
        if bool(header.flags & SegmentFlag.RECOVERED) != (first and opening in REPAIRS):
            raise VerificationError("the recovered flag does not agree with the head")
        if first and opening is not Opening.OPENED and not header.flags & SegmentFlag.GAP:
            raise VerificationError("an epoch that goes on without a gap")
