"""Writing without I/O: records in, sealed and signed bytes out.

Invariants: an `EpochWriter` numbers its segments without a hole, seals each once, and can never be rewound; salt and
signer are arguments, so nothing here draws randomness; what cannot be sealed raises before anything is used up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from recorder import chain, manifest
from recorder.envelope import TAG_BYTES, ClassKey, ContentKeys, content_key
from recorder.installation import Signer
from recorder.limits import GENERATION, SEGMENT_SPAN_US, SEGMENT_TARGET_BYTES
from recorder.manifest import EpochHeader, Header, Opening, TornPiece
from recorder.records import RECORD_OVERHEAD, EvidenceClass, Record, RecordType, pack
from recorder.segment import SegmentFlag, SegmentHeader

ALL_CLASSES: Final = tuple(EvidenceClass)


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Where a chain stands: the next segment's number, the last chain value, and the last time recorded (us)."""

    next_segment: int
    chain: bytes
    until_us: int


BEGINNING: Final = ChainEnd(0, chain.START, 0)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One finished segment: its bytes for the file, its public header, and the chain value it reached."""

    data: bytes
    header: SegmentHeader
    chain: bytes


class EpochWriter:
    """Seals the segments of one epoch. `head` is what the epoch's file begins with.

    `keys`: the content key of each class (or one for all); the head declares those of `classes` that have one.
    `generation`: tests alone write an older one. Raises WrongKeyError when a key has the wrong length.
    """

    def __init__(
        self,
        header: Header,
        keys: ContentKeys,
        signer: Signer,
        salt: bytes,
        *,
        epoch: int = 0,
        opening: Opening = Opening.OPENED,
        after: ChainEnd = BEGINNING,
        found: tuple[TornPiece, ...] = (),
        classes: Sequence[int] = ALL_CLASSES,
        generation: int = GENERATION,
    ) -> None:
        public = EpochHeader(
            header=header,
            epoch=epoch,
            opening=opening,
            first_segment=after.next_segment,
            previous=after.chain,
            salt=salt,
            signer=signer.public,
            certificate=signer.certificate,
            installation=signer.installation,
            found=found,
        )
        packed = public.pack()
        bound = manifest.header_hash(packed)
        self._keys = {
            cls: ClassKey(key, salt=salt, epoch=epoch, cls=cls, header_hash=bound, generation=generation)
            for cls in classes
            if (key := content_key(keys, cls)) is not None
        }
        commitments = {cls: key.commitment for cls, key in self._keys.items()}
        unsigned = manifest.pack_unsigned(packed, commitments, generation)
        value = chain.genesis(after.chain, unsigned, generation)
        self._generation = generation
        self._private = signer.private
        self._first = after.next_segment
        self.epoch = epoch
        self.head = unsigned + signer.private.sign(value)
        self.end = ChainEnd(after.next_segment, value, after.until_us)

    def seal(self, records: Sequence[Record], flags: SegmentFlag = SegmentFlag.NONE) -> Sealed:
        """Seal records, in this order, into the next segment; a GAP record among them sets the gap flag.

        Raises ValueError for no records or an undeclared class.
        """
        if not records:
            raise ValueError("a segment holds at least one record")
        parts: defaultdict[int, list[bytes]] = defaultdict(list)
        for order, record in enumerate(records):
            parts[record.cls].append(pack(record, order))
            if record.type == RecordType.GAP:
                flags |= SegmentFlag.GAP
        if not parts.keys() <= self._keys.keys():
            raise ValueError("a record of a class this epoch's head does not declare")
        plain = {cls: b"".join(parts[cls]) for cls in sorted(parts)}
        header = SegmentHeader(
            flags=flags,
            epoch=self.epoch,
            index=self.end.next_segment,
            from_us=min(record.at_us for record in records),
            until_us=max(record.at_us for record in records),
            parts=tuple((cls, len(text) + TAG_BYTES) for cls, text in plain.items()),
        )
        raw = header.pack()
        counter = header.index - self._first
        sealed = [self._keys[cls].seal(counter, text, raw) for cls, text in plain.items()]
        value = chain.link(self.end.chain, raw, sealed, self._generation)
        data = b"".join((raw, *sealed, self._private.sign(value)))
        self.end = ChainEnd(header.index + 1, value, max(self.end.until_us, header.until_us))
        return Sealed(data, header, value)


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Cut a stream of records into segments' worth: at most `SEGMENT_TARGET_BYTES` and `SEGMENT_SPAN_US` each.

    A single record over the target makes a batch of its own. Order is kept.
    """
    batch: list[Record] = []
    size, earliest, latest = 0, 0, 0
    for record in records:
        weight = RECORD_OVERHEAD + len(record.body)
        low, high = min(earliest, record.at_us), max(latest, record.at_us)
        if batch and (size + weight > SEGMENT_TARGET_BYTES or high - low > SEGMENT_SPAN_US):
            yield batch
            batch, size = [], 0
        if not batch:
            low = high = record.at_us
        batch.append(record)
        size, earliest, latest = size + weight, low, high
    if batch:
        yield batch
