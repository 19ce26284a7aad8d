"""Between the key store's words and the recorder's: content keys by the name of their class, and by its number.

A recording of this release has a key for each class, so that one class can be erased alone; older ones have one for all
(EVERY). Refuses a store that holds none: without a key nothing opens, and that is not an empty recording.
"""

from __future__ import annotations

from collections.abc import Mapping

from concierge.adapters.keys import Keyring, KeyUnavailable
from concierge.domain.wrapped_key import EVERY
from recorder.envelope import ContentKeys
from recorder.records import EvidenceClass

_NUMBERS = {cls.name.lower(): int(cls) for cls in EvidenceClass}
CLASS_NAMES = tuple(_NUMBERS)
"""The classes a recording has keys for, by name."""


def fresh_keys(ring: Keyring) -> dict[str, bytes]:
    """Return a random content key for each class, by its name."""
    return {name: ring.fresh() for name in CLASS_NAMES}


def content_keys(deks: Mapping[str, bytes]) -> ContentKeys:
    """Return the keys as the recorder takes them. A class that has none stays sealed. Raises KeyUnavailable for none."""
    if EVERY in deks:
        return deks[EVERY]
    keys = {_NUMBERS[name]: key for name, key in deks.items() if name in _NUMBERS}
    if not keys:
        raise KeyUnavailable("the recording's key is not there")
    return keys
