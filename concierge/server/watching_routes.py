"""The doors of watching a recording while it is made: the page, what happened so far, and the recording's own bytes.

Rules: every request asks the policy, and none is answered before everybody in the session is told who watches. Of a
file only a range is given, and only of what is durable.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Annotated

from fastapi import Query
from starlette.responses import FileResponse, Response

from concierge.domain.access import Act
from concierge.domain.ids import RecordingId
from concierge.domain.recording import RecordingState
from concierge.server import api_words as words
from concierge.server import finding, replay_script
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.replay_sealed import document
from concierge.server.routing import Door
from concierge.server.verdicts import verdict_of
from concierge.server.views.evidence import ReplayView

SEGMENTS_MAX = 2**32
Number = Annotated[int, Query(ge=0, le=SEGMENTS_MAX)]


def _recording(asked: Asked) -> RecordingId:
    return RecordingId(asked.part_id("recording", "recording_id"))


async def page(asked: Asked) -> Response:
    """The page; its script fetches the rest, and with its first request the session is told. One that has ended: its replay."""
    row = await asked.house.watching.row(asked.principal, _recording(asked))
    if row.state is not RecordingState.OPEN:
        return asked.go("replay", recording_id=row.id)
    found = await asked.house.replays.verify(asked.principal, row.id)
    ticket = await asked.house.tools.tickets.get(row.ticket)
    live = f"/api/v1/recordings/{row.id}/live"
    base = asked.house.settings.base
    view = ReplayView(
        frame=asked.frame("recordings"),
        recording_id=row.id,
        title=ticket.title if ticket is not None else row.customer_name,
        ticket_id=row.ticket,
        ticket_number=ticket.number if ticket is not None else "",
        host=row.host_name,
        customer=row.customer_name,
        vendors=row.companies,
        started=asked.reader.moment(row.opened_ms),
        duration=asked.reader.span(found.until_us // 1000),
        duration_ms=found.until_us // 1000,
        verdict=verdict_of(found),
        verdict_words=asked.reader.gettext("Still being recorded. It is judged when the session has ended."),
        segments=found.segments,
        signer=found.installation,
        kept_until=None,
        media_path="",
        events_path=f"{base}{live}/script",
        sealed_path=f"{base}{live}/sealed",
        may_export=False,
        live=True,
    )
    return asked.show(view)


async def script(asked: words.Caller) -> Response:
    """Return what happened so far in a session that is being recorded; times in microseconds since it opened.

    Everybody in the session is told your name before this answers. A recording that is closed answers 409.
    """
    replay = await asked.house.watching.script(asked.principal, asked.person, _recording(asked))
    found = await asyncio.to_thread(replay_script.document, asked.reader, replay)
    return Response(json.dumps(found, separators=(",", ":")), media_type="application/json")


async def index(asked: words.Caller, after: Number = 0) -> Response:
    """Return where the durable segments from number `after` on lie, as `sealed` does for a closed recording.

    `until_us` is how far the recording durably reaches; `told` changes when the script has something new.
    """
    found = await asked.house.watching.index(asked.principal, asked.person, _recording(asked), after)
    told = {
        **document(found.index),
        "after": found.after,
        "told": found.told,
        "until_us": found.until_us,
        "now_ms": asked.house.tools.clock.wall(),
    }
    return Response(json.dumps(told, separators=(",", ":")), media_type="application/json")


async def file(asked: words.Caller) -> Response:
    """Return a range (RFC 9110, section 14) of the durable part of one of the recording's files; the whole is not given."""
    found = await asked.house.watching.file(
        asked.principal, asked.person, _recording(asked), asked.part("file")
    )
    if found is None:
        raise Shut(404)
    if "range" not in asked.request.headers:
        raise Shut(400)
    place, size = found
    stat = list(await asyncio.to_thread(os.stat, place))
    stat[6] = min(size, stat[6])  # st_size: ranges are cut at what is durable
    return FileResponse(place, media_type="application/octet-stream", stat_result=os.stat_result(stat))


_WATCH = Act.WATCH_RECORDING_LIVE

PAGES: tuple[Door, ...] = (
    Door("GET", "/recordings/{recording_id}/live", page, _WATCH, finding.recording, hidden=True),
)

API: tuple[Door, ...] = tuple(
    Door(
        "GET",
        f"/api/v1/recordings/{{recording_id}}/live/{name}",
        endpoint,
        _WATCH,
        finding.recording,
        hidden=True,
    )
    for name, endpoint in (("script", script), ("sealed", index), ("sealed/{file}", file))
)
