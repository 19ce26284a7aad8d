"""The doors of auditor links: making and revoking them, and watching by one."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import finding, pages_auditor_links, pages_watch
from concierge.server.routing import Door, Open

_SHARE = Act.SHARE_RECORDING
_PAGE, _CALL = "/recordings/{recording_id}/links", "/api/v1/recordings/{recording_id}/links"
_WATCHING = "/watching/{recording_id}"

PAGES: tuple[Door, ...] = (
    Door("GET", _PAGE, pages_auditor_links.links, _SHARE, finding.recording, hidden=True),
    Door(
        "POST",
        _PAGE,
        pages_auditor_links.make,
        _SHARE,
        finding.recording,
        hidden=True,
        rest=(f"POST {_CALL}",),
    ),
    Door(
        "POST",
        f"{_PAGE}/{{link_id}}/revoke",
        pages_auditor_links.revoke,
        _SHARE,
        finding.recording,
        hidden=True,
        rest=(f"DELETE {_CALL}/{{link_id}}",),
    ),
    Door("GET", "/watch/{secret}", pages_watch.landing, Open.LINK),
    Door("POST", "/watch/{secret}", pages_watch.view, Open.LINK, rest=("POST /api/v1/watch",)),
    Door("GET", _WATCHING, pages_watch.watching, Open.WATCH),
    Door("GET", f"{_WATCHING}/script", pages_watch.script, Open.WATCH),
    Door("GET", f"{_WATCHING}/media", pages_watch.media, Open.WATCH),
    Door("GET", f"{_WATCHING}/sealed", pages_watch.sealed, Open.WATCH),
    Door("GET", f"{_WATCHING}/sealed/{{file}}", pages_watch.sealed_file, Open.WATCH),
)
API: tuple[Door, ...] = (
    Door("POST", "/api/v1/watch", pages_watch.api_view, Open.PROOF, status=201),
    Door("GET", _CALL, pages_auditor_links.api_list, _SHARE, finding.recording, hidden=True),
    Door("POST", _CALL, pages_auditor_links.api_make, _SHARE, finding.recording, hidden=True, status=201),
    Door(
        "DELETE",
        f"{_CALL}/{{link_id}}",
        pages_auditor_links.api_revoke,
        _SHARE,
        finding.recording,
        hidden=True,
        status=204,
    ),
)
