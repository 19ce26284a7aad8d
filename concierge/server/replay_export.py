"""Taking a recording out of the house, as one download.

Rules: the file exists only while it is being sent, and for at most EXPORT_SEND_MS; it says itself what it is and is not.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from concierge.domain import limits
from concierge.domain.ids import RecordingId
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.verdicts import verdict_words
from concierge.services.replay_port import Verification

ABOUT = """\
{title}

{recording_is} {recording}
{ticket_is} {ticket}
{session_is} {host} / {customer}{companies}
{opened_is} {opened} UTC

{verdict_is} {verdict}

{files}

{warning}
"""


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


async def page(asked: Asked) -> Download:
    """The download behind the button of the replay page."""
    return await download(asked, RecordingId(asked.part_id("recording", "recording_id")))


async def download(asked: Asked, recording: RecordingId) -> Download:
    """Return the zip file. Raises Refused, Shut (too many at once), EvidenceUnavailable."""
    replays, tools = asked.house.replays, asked.house.tools
    row = await tools.recordings.get(recording)
    if row is None:
        raise Shut(404)
    ticket = await tools.tickets.get(row.ticket)
    number = ticket.number if ticket is not None else ""
    opened = datetime.fromtimestamp(row.opened_ms / 1000, UTC)
    t = asked.reader.gettext
    about = ABOUT.format(
        title=t("A recording, exported from %(organisation)s", organisation=tools.installation.organisation),
        recording_is=t("Recording:"),
        recording=row.id,
        ticket_is=t("Ticket:"),
        ticket=f"{number} {ticket.title if ticket is not None else ''}".strip(),
        session_is=t("Between:"),
        host=row.host_name,
        customer=row.customer_name,
        companies="".join(f" / {company}" for company in row.companies),
        opened_is=t("Begun:"),
        opened=opened.strftime("%Y-%m-%d %H:%M:%S"),
        verdict_is=t("Verdict:"),
        verdict=verdict_in_words(asked, await replays.verify(asked.principal, recording)),
        files=t(
            "recording.webm: pictures and voices, for any player. It is missing when nothing was shown or said.\n"
            "events.jsonl: what happened, one event a line, in the order recorded.\n"
            "verdict.json: what the verification found when this was exported."
        ),
        warning=t(
            "These are copies to look at. The evidence is the sealed recording itself, in the organisation's keeping;\n"
            "it is checked with: recorder verify DIRECTORY --trust KEY. Keep this file as carefully as the recording."
        ),
    )
    lent = AsyncExitStack()
    path = await lent.enter_async_context(replays.bundle(asked.principal, recording, about))
    return Download(path, f"recording-{number or row.id}-{opened:%Y-%m-%d}.zip", lent)


def verdict_in_words(asked: Asked, found: Verification) -> str:
    """Return the verdict's sentence behind the word that programs use."""
    return f"{found.status}. {verdict_words(asked.reader, found)}"
