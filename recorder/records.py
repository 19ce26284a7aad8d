"""The record registry: what kinds of record exist, which class each is sealed under, and how records lie in a part.

Unknown types and classes are carried, verified and kept: a new channel needs no new generation. This file refuses
to interpret bodies; `frames` and `events` do that.

Layout of one record inside the plain text of a part, big-endian::

    u16 type | u16 flags | u16 track | u32 order | u64 at_us | u32 length | body

`order` is the record's place among all records of its segment, so that the classes can be merged again exactly as
they were written even when their times are equal.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from recorder.errors import VerificationError
from recorder.limits import MAX_NUMBER, MAX_RECORD_BYTES

_LAYOUT: Final = struct.Struct(">HHHIQI")
RECORD_OVERHEAD: Final = _LAYOUT.size
_U16: Final = 1 << 16


class RecordType(IntEnum):
    """What a record is. Numbers are never reused."""

    EVENT = 1
    SURFACE = 2
    FRAME = 3
    RECTANGLES = 4
    CHECKPOINT = 5
    INPUT = 6
    SHELL = 7
    CLIPBOARD = 8
    FILE = 9
    TUNNEL = 10
    AUDIO = 11
    GAP = 12
    CLOCK = 13
    SUMMARY = 14
    RESTORED = 15


class EvidenceClass(IntEnum):
    """Who may see a record: each class is sealed under a subkey of its own. Numbers are never reused."""

    PICTURE = 1
    VOICE = 2
    INPUT = 3
    SHELL = 4
    TRANSFER = 5
    CONVERSATION = 6
    CONTROL = 7


NEVER_REFUSED: Final = frozenset({EvidenceClass.CONTROL, EvidenceClass.CONVERSATION})
"""Classes that may use the queue's reserve: what narrows access must be recordable while the disk hangs."""


class RecordFlag(IntFlag):
    """What a replay must know before it reads the body."""

    NONE = 0
    KEY = 1
    """A key frame: decoding can begin here."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened.

    `at_us`: microseconds since the recording opened, on the broker's steady clock. `track`: which surface, voice or
    shell, as numbered by the broker. `type` and `cls` are plain numbers when this program does not know them.

    Raises ValueError for a number that does not fit its field or a body over `MAX_RECORD_BYTES`.
    """

    type: int
    cls: int
    at_us: int
    track: int
    flags: int
    body: bytes

    def __post_init__(self) -> None:
        fits = (
            0 < self.type < _U16 and 0 < self.cls < 256 and 0 <= self.track < _U16 and 0 <= self.flags < _U16
        )
        if not (fits and 0 <= self.at_us <= MAX_NUMBER):
            raise ValueError("a field of the record is out of range")
        if len(self.body) > MAX_RECORD_BYTES:
            raise ValueError(f"a record holds at most {MAX_RECORD_BYTES} bytes")

    @property
    def is_key(self) -> bool:
        """Whether decoding can begin at this record."""
        return bool(self.flags & RecordFlag.KEY)


def known_type(number: int) -> int:
    """`RecordType(number)` where the number is known, else the number itself."""
    return RecordType(number) if number in RecordType._value2member_map_ else number


def known_class(number: int) -> int:
    """`EvidenceClass(number)` where the number is known, else the number itself."""
    return EvidenceClass(number) if number in EvidenceClass._value2member_map_ else number


def pack(record: Record, order: int) -> bytes:
    """The record as it lies in a part; `order` is its place in the segment."""
    head = _LAYOUT.pack(record.type, record.flags, record.track, order, record.at_us, len(record.body))
    return head + record.body


def unpack(plain: bytes, cls: int) -> Iterator[tuple[int, Record]]:
    """Each `(order, record)` in the plain text of one part of class `cls`.

    Raises VerificationError when the part does not consist of whole records in rising order.
    """
    position, last = 0, -1
    while position < len(plain):
        body_at = position + RECORD_OVERHEAD
        if body_at > len(plain):
            raise VerificationError("a part ends inside a record's header")
        kind, flags, track, order, at_us, length = _LAYOUT.unpack_from(plain, position)
        position = body_at + length
        if length > MAX_RECORD_BYTES or position > len(plain):
            raise VerificationError("a record is longer than its part")
        if at_us > MAX_NUMBER:
            raise VerificationError("a time over the limit")
        if order <= last or kind == 0:
            raise VerificationError("the records of a part are not in order")
        last = order
        yield order, Record(known_type(kind), known_class(cls), at_us, track, flags, plain[body_at:position])


def merge(parts: Iterable[tuple[int, bytes]]) -> list[Record]:
    """All records of a segment in the order in which they were written, from `(class, plain text)` pairs.

    Raises VerificationError when a part is malformed or two records claim one place.
    """
    placed: dict[int, Record] = {}
    for cls, plain in parts:
        for order, record in unpack(plain, cls):
            if order in placed:
                raise VerificationError("two records claim the same place")
            placed[order] = record
    return [placed[order] for order in sorted(placed)]
