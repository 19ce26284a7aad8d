"""Believable views for the custody of recordings: legal hold, erasure, tombstones."""

from __future__ import annotations

from dataclasses import replace

from concierge.server.views.custody import CustodyView, HoldShown, Tombstone
from concierge.server.views.frame import View
from tests.gallery.samples import AUDITOR, SUPERVISOR, moment
from tests.gallery.samples_live import RECORDED, REPLAY

STONE = Tombstone(
    ("Chat and marks", "Voice"),
    moment("21 November 2026"),
    "Ingrid Solheim",
    "The customer asked for it on the phone",
    retention=False,
    finished=True,
)
HELD = HoldShown("Paul Renner", moment("20 November 2026"), "Court file 12 O 345/26: keep everything")
KEPT = CustodyView(
    frame=replace(SUPERVISOR, area="recordings"),
    recording_id="rec_a",
    title="Label printer prints half labels",
    ticket_number="INC-1042",
    kept_until=moment("19 February 2027"),
    open=False,
    hold=None,
    tombstones=(),
    erased=False,
    classes=(("picture", "Picture"), ("voice", "Voice"), ("conversation", "Chat and marks")),
    chosen=(),
    backups="Backups made before may still hold it for 35 days.",
    may_hold=True,
    may_erase=True,
)
WHOLE = replace(STONE, what=(), finished=False)

CUSTODY: dict[str, View] = {
    "custody": KEPT,
    "custody-held": replace(KEPT, hold=HELD, hold_fault="Please say why, in 3 to 500 characters."),
    "custody-fault": replace(
        KEPT,
        tombstones=(STONE,),
        chosen=("picture",),
        erase_fault="Please confirm: nobody can bring back what is erased.",
    ),
    "custody-erased": replace(KEPT, tombstones=(STONE, WHOLE), erased=True),
    "custody-read": replace(KEPT, frame=AUDITOR, hold=HELD, may_erase=False, may_hold=False),
    "replay-erased": replace(
        REPLAY,
        tombstones=(WHOLE,),
        may_export=False,
        backups="Backups made before may still hold it for 35 days.",
    ),
    "recordings-kept": replace(
        RECORDED,
        recordings=tuple(
            replace(row, on_hold=place == 0, erased=place == 2)
            for place, row in enumerate(RECORDED.recordings)
        ),
    ),
}
