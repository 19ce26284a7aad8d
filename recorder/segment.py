"""A segment: the header everyone can read, sealed parts one per class, and a signature.

Layout, big-endian::

    "CSEG" | u16 flags | u16 parts | u32 epoch | u64 index | u64 from_us | u64 until_us     (36 bytes)
    parts x ( u8 class | u32 length )              classes strictly rising
    the sealed parts, in the order of the table
    64 bytes Ed25519 signature of the chain value

This file only lays bytes out and takes them apart: it seals nothing, signs nothing, and believes no length that is
over a limit.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from recorder.errors import TruncatedError, VerificationError
from recorder.limits import MAX_NUMBER, MAX_PART_BYTES, MAX_PARTS, MIN_PART_BYTES

_MAGIC: Final = b"CSEG"
_FIXED: Final = struct.Struct(">4sHHIQQQ")
_ENTRY: Final = struct.Struct(">BI")
FIXED_BYTES: Final = _FIXED.size
SIGNATURE_BYTES: Final = 64


class SegmentFlag(IntFlag):
    """Facts about a segment that need no key to be read."""

    NONE = 0
    FINAL = 1
    """Nothing follows: the recording was closed."""
    GAP = 2
    """The segment carries a GAP record: something was not recorded."""
    RECOVERED = 4
    """The first segment of an epoch opened after a crash or a restore."""


KNOWN_FLAGS: Final = SegmentFlag.FINAL | SegmentFlag.GAP | SegmentFlag.RECOVERED


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """The public part of a segment. `index` counts from 0 over the whole recording; times as in records.

    `parts` lists `(class, sealed length)`.
    """

    flags: SegmentFlag
    epoch: int
    index: int
    from_us: int
    until_us: int
    parts: tuple[tuple[int, int], ...]

    def pack(self) -> bytes:
        """The header as it is written, hashed, and bound to every sealed part."""
        fixed = _FIXED.pack(
            _MAGIC, self.flags, len(self.parts), self.epoch, self.index, self.from_us, self.until_us
        )
        return fixed + b"".join(_ENTRY.pack(cls, length) for cls, length in self.parts)

    @property
    def size(self) -> int:
        """Bytes of the header itself."""
        return FIXED_BYTES + len(self.parts) * _ENTRY.size

    @property
    def body_size(self) -> int:
        """Bytes of all sealed parts and the signature behind them."""
        return sum(length for _, length in self.parts) + SIGNATURE_BYTES


def table_size(fixed: bytes) -> int:
    """How many bytes of part table follow the fixed header.

    Raises TruncatedError when `fixed` is short, VerificationError when it does not begin a segment.
    """
    if len(fixed) < FIXED_BYTES:
        raise TruncatedError("the bytes end inside a segment header")
    magic, _flags, parts, *_ = _FIXED.unpack_from(fixed)
    if magic != _MAGIC:
        raise VerificationError("no segment begins here")
    if not 1 <= parts <= MAX_PARTS:
        raise VerificationError("a segment with an impossible number of parts")
    return int(parts) * _ENTRY.size


def parse_header(raw: bytes) -> SegmentHeader:
    """Read a whole header (fixed part and table). Raises VerificationError, or TruncatedError when it is short."""
    table = table_size(raw)
    if len(raw) < FIXED_BYTES + table:
        raise TruncatedError("the bytes end inside a segment header")
    _magic, flags, parts, epoch, index, from_us, until_us = _FIXED.unpack_from(raw)
    entries = tuple(_ENTRY.unpack_from(raw, FIXED_BYTES + n * _ENTRY.size) for n in range(parts))
    if flags & ~int(KNOWN_FLAGS):
        raise VerificationError("a segment with unknown flags")
    if sum(length for _, length in entries) > MAX_PART_BYTES:
        raise VerificationError("sealed parts over the size limit")
    if any(length < MIN_PART_BYTES for _, length in entries):
        raise VerificationError("a sealed part too short to hold a record")
    classes = [cls for cls, _ in entries]
    if any(b <= a for a, b in zip([0, *classes], classes, strict=False)):
        raise VerificationError("the classes of a segment are not in order")
    if max(index, from_us, until_us) > MAX_NUMBER:
        raise VerificationError("a number over the limit")
    if until_us < from_us:
        raise VerificationError("a segment that ends before it begins")
    return SegmentHeader(SegmentFlag(flags), epoch, index, from_us, until_us, entries)


def split_body(header: SegmentHeader, body: bytes) -> tuple[list[bytes], bytes]:
    """`(sealed parts, signature)`. Raises TruncatedError when the body is shorter than the header says."""
    if len(body) < header.body_size:
        raise TruncatedError("the bytes end inside a segment")
    sealed: list[bytes] = []
    position = 0
    for _cls, length in header.parts:
        sealed.append(body[position : position + length])
        position += length
    return sealed, body[position : position + SIGNATURE_BYTES]
