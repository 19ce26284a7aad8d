"""The doors between people: picking up a session whose host is gone, and the end of a shift."""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import api_sessions, api_shift, finding, pages_console, pages_shift
from concierge.server.routing import Door

_API = "/api/v1/sessions/{session_id}/pick-up"
_CARE = "/api/v1/shift/invites/{invite_id}"

PAGES: tuple[Door, ...] = (
    Door(
        "POST",
        "/sessions/{session_id}/pick-up",
        pages_console.pick_up,
        Act.PICK_UP_SESSION,
        finding.session,
        rest=(f"POST {_API}",),
    ),
    Door("GET", "/shift", pages_shift.shift, Act.SIGN_OFF),
    Door("POST", "/shift", pages_shift.sign_off, Act.SIGN_OFF, rest=("POST /api/v1/shift",)),
    Door(
        "POST",
        "/shift/invites/{invite_id}/offer",
        pages_shift.hand_on,
        Act.HAND_ON_INVITE,
        finding.invite_in_care,
        rest=(f"POST {_CARE}/offer",),
    ),
    Door(
        "POST",
        "/shift/invites/{invite_id}/answer",
        pages_shift.take_on,
        Act.TAKE_ON_INVITE,
        finding.invite_in_care,
        rest=(f"POST {_CARE}/answer",),
    ),
)

API: tuple[Door, ...] = (
    Door("POST", _API, api_sessions.pick_up, Act.PICK_UP_SESSION, finding.session),
    Door("GET", "/api/v1/shift", api_shift.shift, Act.SIGN_OFF),
    Door("POST", "/api/v1/shift", api_shift.sign_off, Act.SIGN_OFF),
    Door("POST", f"{_CARE}/offer", api_shift.hand_on, Act.HAND_ON_INVITE, finding.invite_in_care),
    Door("POST", f"{_CARE}/answer", api_shift.take_on, Act.TAKE_ON_INVITE, finding.invite_in_care),
)
