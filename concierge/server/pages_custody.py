"""The page of a recording's custody: how long it is kept, legal hold, erasure, tombstones.

Rule: nothing is erased by one click: what, why and a tick are asked for, and the page says what cannot be undone.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.domain.access import Act, Resource
from concierge.domain.custody import Cause, Erasure, EvidenceClass
from concierge.domain.errors import BadInput, Refused
from concierge.domain.recording import RecordingState
from concierge.domain.refusals import N_, sentence_for
from concierge.domain.wrapped_key import EVERY
from concierge.server.api_custody import asker, erase_surely, recording_of
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.views.custody import CustodyView, HoldShown, Tombstone

CLASSES: dict[str, str] = {
    EvidenceClass.PICTURE: N_("Picture"),
    EvidenceClass.VOICE: N_("Voice"),
    EvidenceClass.INPUT: N_("What was typed"),
    EvidenceClass.SHELL: N_("Shell"),
    EvidenceClass.TRANSFER: N_("Files and clipboard"),
    EvidenceClass.CONVERSATION: N_("Chat and marks"),
    EvidenceClass.CONTROL: N_("Who did what, and the host's notes"),
}


async def custody(asked: Asked) -> Response:
    """Show it."""
    return await _show(asked)


async def hold(asked: Asked) -> Response:
    """Set a hold."""
    try:
        await asked.house.keeping.hold(asker(asked), recording_of(asked), asked.typed("reason"))
    except (BadInput, Refused) as error:
        return await _show(asked, hold_fault=_words(asked, error))
    return asked.go("custody", recording_id=recording_of(asked))


async def release(asked: Asked) -> Response:
    """Lift it."""
    try:
        await asked.house.keeping.release(asker(asked), recording_of(asked), asked.typed("reason"))
    except (BadInput, Refused) as error:
        return await _show(asked, hold_fault=_words(asked, error))
    return asked.go("custody", recording_id=recording_of(asked))


async def erase(asked: Asked) -> Response:
    """Erase what was ticked."""
    whole = asked.typed("extent") != "classes"
    chosen = () if whole else asked.chosen("class")
    if not whole and not chosen:
        return await _show(asked, erase_fault=asked.reader.gettext("Choose what to erase."))
    try:
        await erase_surely(asked, chosen, asked.typed("reason"), sure=asked.typed("sure") == "yes")
    except (BadInput, Refused) as error:
        return await _show(asked, erase_fault=_words(asked, error), chosen=chosen)
    return asked.go("custody", recording_id=recording_of(asked))


def _words(asked: Asked, error: BadInput | Refused) -> str:
    return asked.reader.gettext(sentence_for(error.code) if isinstance(error, Refused) else str(error))


async def _show(
    asked: Asked, *, hold_fault: str = "", erase_fault: str = "", chosen: tuple[str, ...] = ()
) -> Response:
    recording, tools, reader = recording_of(asked), asked.house.tools, asked.reader
    row = await tools.recordings.get(recording)
    if row is None:
        raise Shut(404)
    ticket = await tools.tickets.get(row.ticket)
    kept = await asked.house.keeping.one(recording)
    resource = Resource("Recording", row.id, {"ticket": row.ticket})
    keys = {key.cls for key in await tools.recordings.wrapped_keys(row.id)}
    days = tools.installation.backup_days
    view = CustodyView(
        frame=asked.frame("recordings"),
        recording_id=row.id,
        title=ticket.title if ticket is not None else row.customer_name,
        ticket_number=ticket.number if ticket is not None else "",
        kept_until=reader.moment(row.keep_until_ms),
        open=row.state is RecordingState.OPEN,
        hold=None
        if kept.hold is None
        else HoldShown(kept.hold.by_name, reader.moment(kept.hold.at_ms), kept.hold.reason),
        tombstones=tuple(tombstone(asked, one) for one in kept.erasures),
        erased=kept.erased,
        classes=tuple((code, reader.gettext(words)) for code, words in CLASSES.items() if code in keys),
        chosen=chosen,
        backups=backups(asked, days),
        may_hold=asked.may(Act.HOLD_RECORDING, resource),
        may_erase=asked.may(Act.ERASE_RECORDING, resource),
        hold_fault=hold_fault or None,
        erase_fault=erase_fault or None,
    )
    return asked.show(view, 422 if hold_fault or erase_fault else 200)


def backups(asked: Asked, days: int) -> str:
    """Return how long backups may still hold what was erased, as a sentence."""
    if not days:
        return asked.reader.gettext(
            "Backups made before may still hold it; nobody has set how long this organisation keeps backups."
        )
    words = asked.reader.gettext("Backups made before may still hold it for %(time)s.")
    return words % {"time": asked.reader.days(days)}


def tombstone(asked: Asked, one: Erasure) -> Tombstone:
    """Return what a tombstone says."""
    reader = asked.reader
    what = [] if one.classes == (EVERY,) else [reader.gettext(CLASSES[name]) for name in one.classes]
    return Tombstone(
        what=tuple(what),
        at=reader.moment(one.begun_ms),
        by=one.by_name,
        reason=one.reason,
        retention=one.cause is Cause.RETENTION,
        finished=one.done_ms is not None,
    )
