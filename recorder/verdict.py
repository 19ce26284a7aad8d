"""What verification says about a recording: seven verdicts, and whose signature it is.

Rule: only `good` is good. A verdict is `ok` when the chain is whole and closed; whether it was signed by someone to
be trusted is a second question, which only a pinned installation key can answer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from recorder.manifest import Header


class Status(StrEnum):
    """The verdict. A closed list, from best to worst."""

    OK = "ok"
    """Whole, closed, every signature holds."""
    RECOVERED = "recovered"
    """As ok, but the recorder crashed, or its files were restored: a signed statement says where, and what was found."""
    OPEN = "open"
    """Everything there is holds, but there is no final segment: still running, cut off, or its tail removed."""
    TORN = "torn"
    """Bytes behind the last good segment that no signed recovery explains."""
    BAD = "bad"
    """Something was altered; the first bad segment is named and nothing behind it is believed."""
    UNREADABLE = "unreadable"
    """Whole up to an epoch of a newer generation, which this program cannot judge."""
    ERASED = "erased"
    """Nothing is left but a signed tombstone."""


class SignerTrust(StrEnum):
    """Whether the signer is one the verifier has reason to trust."""

    TRUSTED = "trusted"
    """Certified by the pinned installation key."""
    UNKNOWN = "unknown"
    """No key was pinned: consistent in itself, and no more can be said."""
    FOREIGN = "foreign"
    """Certified by another key than the pinned one; the verdict is then `bad`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong: at which segment (counted from 0 over the recording), why, and the time in doubt.

    Times in microseconds since opening; `until_us` None: everything from `from_us` on.
    """

    segment: int
    reason: str
    from_us: int
    until_us: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result. `segments`, `until_us` and `chain` describe the good prefix; `installation` is who claims it.

    `generations` are those of its epochs, rising; `rollbacks` counts declared ones; `erased` are classes whose keys a
    signed tombstone says were destroyed.
    """

    status: Status
    signer: SignerTrust
    header: Header | None
    closed: bool
    epochs: int
    segments: int
    until_us: int
    chain: bytes
    installation: bytes | None
    recoveries: int
    gaps: int
    rollbacks: int = 0
    generations: tuple[int, ...] = ()
    erased: tuple[int, ...] = ()
    fault: Fault | None = None

    @property
    def good(self) -> bool:
        """Whether this is a closed, whole recording, never interrupted, by a trusted signer."""
        return self.status is Status.OK and self.signer is SignerTrust.TRUSTED

    def fields(self) -> dict[str, Any]:
        """The verdict as JSON can say it; byte strings in hex."""
        plain = asdict(self)
        plain["status"], plain["signer"] = self.status.value, self.signer.value
        plain["chain"] = self.chain.hex()
        plain["installation"] = self.installation.hex() if self.installation else None
        plain["generations"], plain["erased"] = list(self.generations), list(self.erased)
        return {**plain, "good": self.good}
