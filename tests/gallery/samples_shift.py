"""Believable views for the end of a shift: nothing open, much open, something offered, signed off."""

from __future__ import annotations

from dataclasses import replace

from concierge.server.views.frame import View
from concierge.server.views.shift import Colleague, OfferedInvite, OpenInvite, OpenSession, ShiftView
from tests.gallery.samples import HOST, moment, some_id

FREE = ShiftView(HOST, "2026-11-22T08:00", 1_795_334_400_000, (), (), (), ())
COLLEAGUES = (Colleague(some_id("per", "b"), "Ben Okafor"), Colleague(some_id("per", "c"), "Ingrid Solheim"))
SESSIONS = (
    OpenSession(some_id("ses", "a"), "Label printer on ward 4 prints blank labels", "Maria Lindqvist", ""),
    OpenSession(some_id("ses", "b"), "Cannot open the rota", "Tom Asare", "Ben Okafor"),
)
INVITES = (
    OpenInvite(some_id("inv", "a"), "Lena Vogt", "Printec GmbH", moment("today, 18:30"), "", None),
    OpenInvite(
        some_id("inv", "b"), "Mateo Villar", "Zebra", moment("22 Nov, 07:00"), "Ben Okafor", moment("17:05")
    ),
    OpenInvite(
        some_id("inv", "c"), "Ada Roy", "Netline AG", moment("22 Nov, 07:30"), "", None, "Ingrid Solheim"
    ),
)
OFFERED = OfferedInvite(
    some_id("inv", "d"), "Kai Brandt", "Medisoft", moment("22 Nov, 06:00"), "Ingrid Solheim", moment("17:10")
)
OPEN = replace(FREE, sessions=SESSIONS, invites=INVITES, colleagues=COLLEAGUES)

SHIFT: dict[str, View] = {
    "shift": FREE,
    "shift-open": OPEN,
    "shift-offered": replace(OPEN, offered=(OFFERED,)),
    "shift-refused": replace(
        OPEN,
        fault="You cannot sign off yet: a colleague has to accept each live session and each invite that is due before you are back.",
    ),
    "shift-done": replace(FREE, done=True, done_until=moment("22 Nov, 08:00")),
}
