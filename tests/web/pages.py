"""The pages that stand before a browser here, as the broker would render them."""

from __future__ import annotations

from concierge.server.views.frame import Face, Frame, Moment
from concierge.server.views.public import PortalView
from concierge.server.views.qr import qr_of
from concierge.server.views.session import ConsoleView, CustomerView, Retention

SOCKET = "/ws/sessions/ses_one"
FRAME = Frame(product="Concierge", organisation="St Veit", csrf="csrf", locale="en")
TITLE = "The printer prints blank labels"
LINK = "http://127.0.0.1/join/secret"


def console() -> ConsoleView:
    """Return the host's console."""
    return ConsoleView(
        frame=FRAME,
        session_id="ses_one",
        socket_path=SOCKET,
        variant="host",
        ticket_id="tic_one",
        ticket_number="INC-1",
        title=TITLE,
        customer="Maria Lindqvist",
        code=None,
        code_until=None,
        join_url=LINK,
        qr=qr_of(LINK),
    )


def customer() -> CustomerView:
    """Return the customer's page."""
    return CustomerView(
        frame=FRAME,
        session_id="ses_one",
        socket_path=SOCKET,
        host=Face("Anna Huber", "AH", "St Veit"),
        ticket_number="INC-1",
        ticket_title=TITLE,
        retention=Retention("90 days", Moment("2027-02-19", "19 Feb 2027")),
        receipt_path="/receipts/r",
    )


def portal() -> PortalView:
    """Return the portal."""
    return PortalView(frame=FRAME)
