"""The API of custody: how a recording is kept, legal hold, erasure. Words of the API and of the page go the same way."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from concierge.domain import limits
from concierge.domain.custody import Custody, Erasure, EvidenceClass
from concierge.domain.errors import BadInput
from concierge.domain.ids import RecordingId
from concierge.domain.refusals import N_
from concierge.server import api_words as words
from concierge.server.asked import Asked
from concierge.services.keeping import Asker

Reason = Field(max_length=limits.CUSTODY_REASON_MAX_CHARS)


class ReasonGiven(words.Given):
    """Why."""

    reason: str = Reason


class ErasureGiven(words.Given):
    """What to erase and why. No class means the whole recording; `confirm` is the recording's id, typed again."""

    classes: list[EvidenceClass] = Field(default_factory=list, max_length=len(EvidenceClass))
    reason: str = Reason
    confirm: str = Field(max_length=64)


class HoldOut(BaseModel):
    """A legal hold in force."""

    at_ms: int
    by: str
    by_name: str
    reason: str


class ErasureOut(BaseModel):
    """A tombstone. `done_ms` is null while copies are still being destroyed."""

    classes: list[str]
    cause: str
    begun_ms: int
    done_ms: int | None
    by: str
    by_name: str
    reason: str


class CustodyOut(BaseModel):
    """How a recording is kept. `backup_days` is how long backups may still hold what was erased; null: nobody said."""

    keep_until_ms: int
    hold: HoldOut | None
    erasures: list[ErasureOut]
    backup_days: int | None


def recording_of(asked: Asked) -> RecordingId:
    """Return the recording in the path."""
    return RecordingId(asked.part_id("recording", "recording_id"))


def asker(asked: Asked) -> Asker:
    """Return who asks, as a tombstone names them."""
    return Asker(asked.principal, asked.person.name)


async def custody(asked: words.Caller) -> CustodyOut:
    """Say how a recording is kept."""
    return await _out(asked)


async def hold(asked: words.Caller, given: ReasonGiven) -> CustodyOut:
    """Set a legal hold: neither retention nor erasure takes anything away until it is lifted."""
    await asked.house.keeping.hold(asker(asked), recording_of(asked), given.reason)
    return await _out(asked)


async def release(asked: words.Caller, given: ReasonGiven) -> CustodyOut:
    """Lift a legal hold."""
    await asked.house.keeping.release(asker(asked), recording_of(asked), given.reason)
    return await _out(asked)


async def erase(asked: words.Caller, given: ErasureGiven) -> CustodyOut:
    """Erase a recording, or classes of it, for good. Its sealed files still verify; nobody can see them again."""
    sure = given.confirm == recording_of(asked)
    await erase_surely(asked, given.classes, given.reason, sure=sure)
    return await _out(asked)


async def erase_surely(asked: Asked, classes: Sequence[str], reason: str, *, sure: bool) -> None:
    """Erase when whoever asks has said that they mean it. Raises BadInput, Refused."""
    if not sure:
        raise BadInput(N_("Please confirm: nobody can bring back what is erased."))
    await asked.house.keeping.erase(asker(asked), recording_of(asked), classes, reason)


async def _out(asked: Asked) -> CustodyOut:
    recording = recording_of(asked)
    row = await asked.house.tools.recordings.get(recording)
    kept: Custody = await asked.house.keeping.one(recording)
    return CustodyOut(
        keep_until_ms=row.keep_until_ms if row is not None else 0,
        hold=None
        if kept.hold is None
        else HoldOut(
            at_ms=kept.hold.at_ms, by=kept.hold.by, by_name=kept.hold.by_name, reason=kept.hold.reason
        ),
        erasures=[_erasure(one) for one in kept.erasures],
        backup_days=asked.house.tools.installation.backup_days or None,
    )


def _erasure(one: Erasure) -> ErasureOut:
    return ErasureOut(
        classes=list(one.classes),
        cause=one.cause,
        begun_ms=one.begun_ms,
        done_ms=one.done_ms,
        by=one.by,
        by_name=one.by_name,
        reason=one.reason,
    )
