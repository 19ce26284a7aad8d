"""The doors of replaying: what app.py adds to its own. Declared like all others: method, path, act, and on what."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import api_replay, finding, replay_export, replay_sealed
from concierge.server.routing import Door

_REPLAY, _EXPORT = Act.REPLAY_RECORDING, Act.EXPORT_RECORDING

PAGES: tuple[Door, ...] = (
    Door(
        "GET",
        "/recordings/{recording_id}/export",
        replay_export.form,
        _EXPORT,
        finding.recording,
        hidden=True,
    ),
    Door(
        "POST",
        "/recordings/{recording_id}/export",
        replay_export.page,
        _EXPORT,
        finding.recording,
        hidden=True,
        rest=("POST /api/v1/recordings/{recording_id}/export",),
    ),
)

API: tuple[Door, ...] = tuple(
    Door(method, f"/api/v1/recordings/{{recording_id}}/{name}", endpoint, act, finding.recording, hidden=True)
    for method, name, endpoint, act in (
        ("GET", "script", api_replay.script, _REPLAY),
        ("GET", "media", api_replay.media, _REPLAY),
        ("GET", "sealed", replay_sealed.index, _REPLAY),
        ("GET", "sealed/{file}", replay_sealed.file, _REPLAY),
        ("GET", "verification", api_replay.verification, _REPLAY),
        ("POST", "export", api_replay.export, _EXPORT),
    )
)
