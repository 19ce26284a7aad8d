"""What can go wrong with evidence, one class for each thing a caller can do about it.

Every malformed input, whatever its fault, becomes a `VerificationError`; the rest are about the caller's own
circumstances (wrong key, disk gone, missing library) and never say anything about the evidence.
"""

from __future__ import annotations


class RecorderError(Exception):
    """The base of everything this package raises on purpose."""


class VerificationError(RecorderError):
    """The bytes are not what a recorder wrote. `reason` is for people, and holds nothing secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TruncatedError(VerificationError):
    """The bytes end inside a head or a segment: a crash looks like this, and so does a flipped length."""


class NewerGenerationError(VerificationError):
    """Written in a layout generation that this program does not know: it may be perfect, and cannot be judged here."""


class UnreadableRecordingError(RecorderError):
    """There is no recording here that this program can read: nothing there, no permission, or a newer generation."""


class WrongKeyError(RecorderError):
    """The data key does not belong to this recording. The evidence itself may be perfect."""


class RecordingUnavailableError(RecorderError):
    """Nothing can be recorded now, so nothing may happen: `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RecordingDamagedError(RecorderError):
    """Recovery refuses: the fault cannot come from a crash, and appending would hide it. Nothing was changed."""


class RecordingClosedError(RecorderError):
    """The recording already has its final segment; there is nothing to recover and nothing to append."""


class ExportUnavailableError(RecorderError):
    """The picture cannot be written: the `export` extra is not installed, or a codec fits no container."""
