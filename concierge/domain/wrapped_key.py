"""A recording's data key as it is kept: sealed, one for each class of the recording. Holds no key that opens anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from concierge.domain.ids import RecordingId

EVERY = "every"
"""The class of a key that seals all classes of a recording, as recordings of generation 0 have it."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One data key, sealed. `cls` is a class of evidence, or EVERY.

    `kek` names the key-encryption key that opens it ("" when it was wrapped before these had names); `kind` is a number
    of the key-wrap registry (docs/keys.md).
    """

    cls: str
    kek: str
    kind: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A wrapped key and the recording it belongs to."""

    recording: RecordingId
    key: WrappedKey
