"""The phone's two pages: where the QR code lands, and the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.frame import Face, View


@dataclass(frozen=True, slots=True)
class PhoneLandingView(View):
    """`/phone/{secret}`; only the button's POST uses the link. `host` is None when the link does not open anything."""

    template: ClassVar[str] = "phone_landing.html"
    secret: str
    host: Face | None
    secure: bool = True


@dataclass(frozen=True, slots=True)
class PhoneView(View):
    """`/session/{session_id}/phone`: the camera, who sees it, hide and stop."""

    template: ClassVar[str] = "phone.html"
    session_id: str
    socket_path: str
    host: Face
