"""What a reader needs who opens and verifies a recording's own bytes: where they lie, and the keys of what may be seen.

Times are microseconds since the recording opened. Nothing here is a verdict: whoever reads the bytes comes to their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file of a recording as it lies on the disk."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """Where a segment lies in its epoch's file, and the chain value behind it (32 bytes)."""

    epoch: int
    offset: int
    size: int
    from_us: int
    until_us: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class SealedIndex:
    """A recording for somebody who reads it sealed.

    `installation`: the public key this installation signs with, 32 bytes. `segments`: those of the good prefix; none
    where no key is to be had. `keys`: 32-byte content keys by class number; none for a recording whose one key opens
    every class, because it cannot be given to somebody who may see only some.
    """

    installation: bytes
    files: tuple[SealedFile, ...]
    segments: tuple[SealedSegment, ...] = ()
    keys: Mapping[int, bytes] = field(default_factory=dict, repr=False)
