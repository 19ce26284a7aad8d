"""The API of a replay: its script, its pictures and voices, its verification, its export. The replay page uses it too.

Rule: the door asks the policy for every piece, and the use case puts each viewing on the audit log before its first
byte; pieces of one viewing add no further lines.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from concierge.domain.ids import RecordingId
from concierge.server import api_words as words
from concierge.server import replay_script
from concierge.server.api_custody import ReasonGiven
from concierge.server.asked import Asked
from concierge.server.replay_export import Download, download

Microseconds = Annotated[int, Query(ge=0, le=2**53)]


def recording_of(asked: Asked) -> RecordingId:
    """Return the recording in the path."""
    return RecordingId(asked.part_id("recording", "recording_id"))


async def script(asked: words.Caller) -> Response:
    """Return everything of a recording but its pictures and voices; times in microseconds since it opened.

    Reading it is a viewing, and is on the audit log. A recording that is still being written answers 409.
    """
    replay = await asked.house.replays.open(asked.principal, recording_of(asked))
    body = await asyncio.to_thread(_json, asked, replay_script.document, replay)
    return Response(body, media_type="application/json")


async def media(asked: words.Caller, from_us: Microseconds, until_us: Microseconds) -> Response:
    """Return the encoded frames of [from_us, until_us), at most ten seconds, one after the other.

    Each frame: u32 length, u64 at_us, u16 track, u8 kind (1 picture, 2 voice), u8 flags (1 key frame), u8 codec (1 VP8,
    2 VP9, 3 H.264 Annex B, 16 opus), u8 zero, u16 width, u16 height, then the frame; all big-endian.
    """
    chunk = await asked.house.replays.media(asked.principal, recording_of(asked), from_us, until_us)
    return Response(chunk, media_type="application/octet-stream")


async def verification(asked: words.Caller) -> dict[str, Any]:
    """Verify the whole recording now, without its key. Works while it is still being written."""
    found = await asked.house.replays.verify(asked.principal, recording_of(asked))
    return replay_script.verification(asked.reader, found)


async def export(asked: words.Caller, given: ReasonGiven) -> Download:
    """Return a zip file: WebM, events, verdict, and a signed statement over them that names you, the time and the reason."""
    return await download(asked, recording_of(asked), given.reason)


def _json(asked: Asked, make: Any, replay: Any) -> bytes:
    return json.dumps(make(asked.reader, replay), ensure_ascii=False, separators=(",", ":")).encode()
