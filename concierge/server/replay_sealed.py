"""A recording's own bytes over the API: where its segments lie, ranges of its files, and the keys of what may be seen.

Rules: every request is a piece of a viewing, asked of the policy and on the audit log like any other; nothing is
opened, cut or put together here: what leaves is what lies on the disk, for the reader to verify.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from starlette.responses import FileResponse, Response

from concierge.domain.ids import RecordingId
from concierge.server import api_words as words
from concierge.server.errors import Shut
from concierge.services.sealed_port import SealedIndex


async def index(asked: words.Caller) -> Response:
    """Return the recording's files, where its segments lie (in columns), and content keys by class.

    `installation` is the key to pin, `chain` the values behind the segments, 32 bytes each, in base64 and one after the
    other. `keys` holds what you may see and nothing else; it is empty where one key opens every class.
    """
    recording = RecordingId(asked.part_id("recording", "recording_id"))
    found = await asked.house.replays.sealed(asked.principal, recording)
    return Response(await asyncio.to_thread(_json, found), media_type="application/json")


async def file(asked: words.Caller) -> Response:
    """Return a file of the recording as it lies on the disk; `Range` asks for a part (RFC 9110, section 14)."""
    recording = RecordingId(asked.part_id("recording", "recording_id"))
    place = await asked.house.replays.sealed_file(asked.principal, recording, asked.part("file"))
    if place is None:
        raise Shut(404)
    return FileResponse(place, media_type="application/octet-stream")


def _json(found: SealedIndex) -> bytes:
    return json.dumps(document(found), separators=(",", ":")).encode()


def document(found: SealedIndex) -> dict[str, Any]:
    """Return the index as it travels."""
    segments = found.segments
    columns: dict[str, Any] = {
        name: [getattr(one, name) for one in segments]
        for name in ("epoch", "offset", "size", "from_us", "until_us")
    }
    columns["chain"] = base64.b64encode(b"".join(one.chain for one in segments)).decode()
    return {
        "installation": found.installation.hex(),
        "files": [{"name": one.name, "size": one.size} for one in found.files],
        "segments": columns,
        "keys": {str(cls): key.hex() for cls, key in sorted(found.keys.items())},
    }
