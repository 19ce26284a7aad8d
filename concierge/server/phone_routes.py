"""The doors of the customer's phone: the link the computer asks for, where it lands, the phone's page and its socket."""

from __future__ import annotations

from concierge.server import pages_phone
from concierge.server.phone_socket import phone_socket
from concierge.server.routing import Door, Open

PAGES: tuple[Door, ...] = (
    Door(
        "POST",
        "/session/{session_id}/phone-link",
        pages_phone.link,
        Open.SEAT,
        rest=("POST /api/v1/phone-link",),
    ),
    Door("GET", "/session/{session_id}/phone", pages_phone.phone, Open.SEAT),
    Door("GET", "/phone/{secret}", pages_phone.landing, Open.LINK),
    Door("POST", "/phone/{secret}", pages_phone.join, Open.LINK, rest=("POST /api/v1/phone",)),
)
SOCKETS: tuple[Door, ...] = (Door("WS", "/ws/sessions/{session_id}/phone", phone_socket, Open.SOCKET),)
