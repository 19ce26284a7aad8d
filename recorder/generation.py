"""What differs between the layout generations this package reads: their domain separation labels, and nothing else.

Every label names its generation, so that no hash, key or signature made in one generation can pass in another, and
none is the beginning of another. Generation 0 was provisional and is read, never written; generation 1 is frozen.
A later generation gets a row of its own here and sits beside these: each epoch's head says its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recorder.limits import GENERATION

PROVISIONAL: Final = frozenset({0})
"""Generations that were never promised to anybody; verdicts say so."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands in front of whatever is hashed, derived or signed, so that nothing passes for something else."""

    head: bytes
    segment: bytes
    key: bytes
    certificate: bytes
    erased: bytes


def _labels(prefix: bytes) -> Labels:
    return Labels(*(prefix + what for what in (b"/head", b"/segment", b"/key", b"/certificate", b"/erased")))


_BY_GENERATION: Final = {0: _labels(b"concierge-recorder"), GENERATION: _labels(b"concierge-recorder/v1")}
READABLE: Final = frozenset(_BY_GENERATION)


def labels(generation: int = GENERATION) -> Labels:
    """The labels of a generation in `READABLE`; KeyError for another."""
    return _BY_GENERATION[generation]
