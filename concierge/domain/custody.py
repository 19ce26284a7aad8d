"""Custody of recordings: legal holds, erasures and what they leave. Values and their checks; nothing is destroyed here.

Rules: a hold beats retention and erasure; what was erased stays erased, and the tombstone says what, when, by whom, why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import RecordingId
from concierge.domain.refusals import N_
from concierge.domain.wrapped_key import EVERY


class EvidenceClass(StrEnum):
    """What a recording is sealed in: a key for each, so that each can be released or erased alone."""

    PICTURE = "picture"
    VOICE = "voice"
    INPUT = "input"
    SHELL = "shell"
    TRANSFER = "transfer"
    CONVERSATION = "conversation"
    CONTROL = "control"


class Cause(StrEnum):
    """Why something is erased: somebody asked for it, or its time was over."""

    ASKED = "asked"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold in force: nothing of the recording is deleted. `at_ms` is wall-clock time."""

    recording: RecordingId
    at_ms: int
    by: str
    by_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """A tombstone. `classes` is what was erased; (EVERY,) is all of it. `done_ms` is None while copies are destroyed."""

    recording: RecordingId
    classes: tuple[str, ...]
    cause: Cause
    begun_ms: int
    by: str
    by_name: str
    reason: str
    done_ms: int | None = None
    number: int = 0

    @property
    def whole(self) -> bool:
        """Whether all of the recording went."""
        return self.classes == (EVERY,)

    def takes(self, *classes: EvidenceClass) -> bool:
        """Whether any of these classes went with it."""
        return self.whole or any(cls in self.classes for cls in classes)


@dataclass(frozen=True, slots=True)
class Custody:
    """How a recording is kept: its hold, if there is one, and its tombstones, oldest first."""

    hold: Hold | None = None
    erasures: tuple[Erasure, ...] = ()

    @property
    def erased(self) -> bool:
        """Whether all of it was erased."""
        return any(erasure.whole for erasure in self.erasures)


def check_reason(text: str) -> str:
    """Return a reason as it is kept: one line. Raises BadInput."""
    reason = " ".join(text.split())
    if not limits.CUSTODY_REASON_MIN_CHARS <= len(reason) <= limits.CUSTODY_REASON_MAX_CHARS:
        raise BadInput(N_("Please say why, in 3 to 500 characters."))
    return reason


def check_classes(given: Iterable[str]) -> tuple[str, ...]:
    """Return the classes to erase, sorted; none, or every one of them, is (EVERY,). Raises BadInput."""
    classes = set(given)
    known = {cls.value for cls in EvidenceClass}
    if EVERY in classes or not classes or classes == known:
        return (EVERY,)
    if unknown := sorted(classes - known):
        raise BadInput(f"{unknown[0][:32]!r} is no class of a recording")
    return tuple(sorted(classes))
