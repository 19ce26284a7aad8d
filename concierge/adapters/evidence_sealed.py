"""A recording as it lies on the disk, for readers who verify it themselves: its files, its segments' places.

Rule: only plain files whose names the format knows; links are not followed. What was cut off or is unknown is not there.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from concierge.domain.errors import EvidenceUnavailable
from concierge.services.sealed_port import SealedFile, SealedIndex, SealedSegment
from recorder.envelope import ContentKeys
from recorder.reading import Reading

_NAME: Final = re.compile(r"(?:epoch-[0-9]{4}\.crec|torn-[0-9]{4}\.bin|erased-[0-9]{4}\.json)")


def sealed_files(folder: Path) -> tuple[SealedFile, ...]:
    """Return a recording's files, by name. Raises EvidenceUnavailable."""
    try:
        return tuple(
            SealedFile(one.name, one.stat().st_size) for one in sorted(folder.iterdir()) if _plain(one)
        )
    except OSError as error:
        raise EvidenceUnavailable(f"the recording is not there: {error.strerror}") from None


def sealed_file(folder: Path, name: str) -> Path | None:
    """Return where one of them lies, or None when the recording has no such file."""
    place = folder / name
    try:
        return place if _NAME.fullmatch(name) and _plain(place) else None
    except OSError:
        return None


def sealed_index(
    folder: Path, trust: bytes, reading: Reading | None, keys: ContentKeys | None
) -> SealedIndex:
    """Return what there is; a reading that opened nothing has no places. Raises EvidenceUnavailable."""
    places = reading.segments if reading is not None else []
    segments = tuple(
        SealedSegment(
            place.epoch, place.offset, place.size, place.header.from_us, place.header.until_us, place.chain
        )
        for place in places
    )
    given = {} if keys is None or isinstance(keys, bytes) else dict(keys)
    return SealedIndex(trust, sealed_files(folder), segments, given)


def _plain(place: Path) -> bool:
    return bool(_NAME.fullmatch(place.name)) and stat.S_ISREG(place.lstat().st_mode)
