"""Seeking: from a time to a segment, and to the key frame a decoder has to begin at.

Built while reading, from verified segments and from records the reader could open; never stored, so it cannot lie.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from recorder.records import Record, RecordType


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A place where decoding a track can begin: the record's time, and the number of its segment."""

    at_us: int
    segment: int


class SeekIndex:
    """Times to places. Times are microseconds since the recording opened."""

    def __init__(self) -> None:
        self._until: list[int] = []
        self._first: int = 0
        self._keys: defaultdict[int, list[KeyFrame]] = defaultdict(list)

    def add(self, segment: int, until_us: int, records: Iterable[Record]) -> None:
        """Note one segment, in order, with whatever of it was opened."""
        if not self._until:
            self._first = segment
        self._until.append(max(until_us, self._until[-1] if self._until else 0))
        for record in records:
            if record.is_key and record.type == RecordType.FRAME:
                self._keys[record.track].append(KeyFrame(record.at_us, segment))

    def segment_at(self, at_us: int) -> int | None:
        """The first segment that holds anything at or after this time; None behind the end."""
        place = bisect_right(self._until, at_us - 1)
        return self._first + place if place < len(self._until) else None

    def tracks(self) -> list[int]:
        """The tracks that have a key frame, rising."""
        return sorted(self._keys)

    def key_frame_before(self, track: int, at_us: int) -> KeyFrame | None:
        """The last key frame of a track at or before this time; None when there is none."""
        keys = self._keys.get(track, [])
        place = bisect_right(keys, at_us, key=lambda key: key.at_us)
        return keys[place - 1] if place else None
