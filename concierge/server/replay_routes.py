"""The doors of replaying: what app.py adds to its own. Declared like all others: method, path, act, and on what."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import api_replay, finding, replay_export
from concierge.server.routing import Door

_REPLAY, _EXPORT = Act.REPLAY_RECORDING, Act.EXPORT_RECORDING

PAGES: tuple[Door, ...] = (
    Door(
        "GET",
        "/recordings/{recording_id}/export",
        replay_export.page,
        _EXPORT,
        finding.recording,
        hidden=True,
    ),
)

API: tuple[Door, ...] = tuple(
    Door("GET", f"/api/v1/recordings/{{recording_id}}/{name}", endpoint, act, finding.recording, hidden=True)
    for name, endpoint, act in (
        ("script", api_replay.script, _REPLAY),
        ("media", api_replay.media, _REPLAY),
        ("verification", api_replay.verification, _REPLAY),
        ("export", api_replay.export, _EXPORT),
    )
)
