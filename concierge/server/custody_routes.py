"""The doors of custody: legal hold and erasure of recordings, as a page and as REST; both take the same use case."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import api_custody, finding, pages_custody
from concierge.server.routing import Door

_SEE, _HOLD, _ERASE = Act.REPLAY_RECORDING, Act.HOLD_RECORDING, Act.ERASE_RECORDING
_PAGE, _API = "/recordings/{recording_id}", "/api/v1/recordings/{recording_id}"


def _call(verb: str) -> tuple[str, ...]:
    return (f"POST {_API}/{verb}",)


PAGES: tuple[Door, ...] = (
    Door("GET", f"{_PAGE}/custody", pages_custody.custody, _SEE, finding.recording, hidden=True),
    Door("POST", f"{_PAGE}/hold", pages_custody.hold, _HOLD, finding.recording, rest=_call("hold")),
    Door("POST", f"{_PAGE}/release", pages_custody.release, _HOLD, finding.recording, rest=_call("release")),
    Door("POST", f"{_PAGE}/erase", pages_custody.erase, _ERASE, finding.recording, rest=_call("erase")),
)

API: tuple[Door, ...] = (
    Door("GET", f"{_API}/custody", api_custody.custody, _SEE, finding.recording, hidden=True),
    Door("POST", f"{_API}/hold", api_custody.hold, _HOLD, finding.recording),
    Door("POST", f"{_API}/release", api_custody.release, _HOLD, finding.recording),
    Door("POST", f"{_API}/erase", api_custody.erase, _ERASE, finding.recording),
)
