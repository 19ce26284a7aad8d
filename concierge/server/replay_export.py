"""Taking a recording out of the house, as one download: the page that asks why, and what page and REST hand out.

Rules: no reason, no export; the file exists only while it is being sent, and for at most EXPORT_SEND_MS.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from concierge.domain import limits
from concierge.domain.custody import check_reason
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import RecordingId
from concierge.domain.recording import Recording, RecordingState
from concierge.domain.refusals import sentence_for
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.export_words import Facts, readme
from concierge.server.verdicts import verdict_words
from concierge.server.views.evidence import ExportView
from concierge.services.keeping import Asker
from concierge.services.replay_port import Verification


class Download(FileResponse):
    """A file that is deleted when it has been sent, whether or not anybody was there to take it."""

    def __init__(self, path: Path, filename: str, lent: AsyncExitStack) -> None:
        super().__init__(path, media_type="application/zip", filename=filename)
        self._lent = lent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            async with asyncio.timeout(limits.EXPORT_SEND_MS / 1000):
                await super().__call__(scope, receive, send)
        finally:
            await self._lent.aclose()


async def form(asked: Asked) -> Response:
    """The page that asks why."""
    return await _show(asked)


async def page(asked: Asked) -> Response:
    """The download behind that page's button."""
    try:
        return await download(asked, _recording(asked), asked.typed("reason"))
    except (BadInput, Refused) as error:
        words = sentence_for(error.code) if isinstance(error, Refused) else str(error)
        busy = isinstance(error, Refused)
        return await _show(asked, asked.reader.gettext(words), status=429 if busy else 422)


async def download(asked: Asked, recording: RecordingId, reason: str) -> Download:
    """Return the zip file. Raises Refused, BadInput, Shut (too many at once), EvidenceUnavailable."""
    house = asked.house
    reason = check_reason(reason)
    row = await _row(asked, recording)
    ticket = await house.tools.tickets.get(row.ticket)
    number = ticket.number if ticket is not None else ""
    companies = "".join(f" / {company}" for company in row.companies)
    about = Facts(
        organisation=house.tools.installation.organisation,
        recording=row.id,
        ticket=f"{number} {ticket.title if ticket is not None else ''}".strip(),
        between=f"{row.host_name} / {row.customer_name}{companies}",
        opened=_utc(row.opened_ms),
        verdict=verdict_in_words(asked, await house.replays.verify(asked.principal, recording)),
        by=f"{asked.person.name} ({asked.principal.role})",
        at=_utc(house.tools.clock.wall()),
        why=reason,
    )
    lent = AsyncExitStack()
    asker = Asker(asked.principal, asked.person.name)
    words = readme(asked.reader.gettext, about)
    path = await lent.enter_async_context(house.exports.bundle(asker, recording, reason, words))
    return Download(path, f"recording-{number or row.id}-{_utc(row.opened_ms)[:10]}.zip", lent)


def verdict_in_words(asked: Asked, found: Verification) -> str:
    """Return the verdict's sentence behind the word that programs use."""
    return f"{found.status}. {verdict_words(asked.reader, found)}"


async def _show(asked: Asked, fault: str = "", status: int = 200) -> Response:
    row = await _row(asked, _recording(asked))
    ticket = await asked.house.tools.tickets.get(row.ticket)
    view = ExportView(
        frame=asked.frame("recordings"),
        recording_id=row.id,
        title=ticket.title if ticket is not None else row.customer_name,
        ticket_number=ticket.number if ticket is not None else "",
        open=row.state is RecordingState.OPEN,
        stamped=asked.house.exports.stamping,
        reason=asked.typed("reason"),
        fault=fault or None,
    )
    return asked.show(view, status)


async def _row(asked: Asked, recording: RecordingId) -> Recording:
    row = await asked.house.tools.recordings.get(recording)
    if row is None:
        raise Shut(404)
    return row


def _recording(asked: Asked) -> RecordingId:
    return RecordingId(asked.part_id("recording", "recording_id"))


def _utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
