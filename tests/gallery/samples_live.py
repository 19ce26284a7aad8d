"""Believable views for sessions, invites and recordings."""

from __future__ import annotations

from dataclasses import replace

from concierge.server.views.evidence import RecordingFilter, RecordingRow, RecordingsView, ReplayView
from concierge.server.views.frame import Face, Piece, View
from concierge.server.views.invites import (
    InviteCreatedView,
    InviteLandingView,
    InviteNewView,
    InviteRow,
    InvitesView,
    TicketChoice,
)
from concierge.server.views.phone import PhoneLandingView, PhoneView
from concierge.server.views.qr import qr_of
from concierge.server.views.session import (
    ConsoleView,
    CustomerView,
    ReceiptAnswer,
    ReceiptPerson,
    ReceiptView,
    Retention,
    VendorView,
)
from tests.gallery.samples import ANNA, AUDITOR, BEN, HOST, OUTSIDE, SUPERVISOR, moment, some_id

JOIN_URL = "https://help.st-veit.example/join/k7Qm2vT8xLzR1bKe6WnYc5"
TITLE = "Label printer on ward 4 prints blank labels"
LENA = Face("Lena Vogt", "LV", "Printec GmbH")
WINDOW = (moment("21 Nov, 09:10"), moment("21 Nov, 09:40", iso="2026-11-21T09:40:00+01:00"))
MAY = ("view_screen", "chat", "mark")

CONSOLE = ConsoleView(
    HOST,
    some_id("ses", "a"),
    "/ws/session",
    "host",
    some_id("tic", "a"),
    "INC-10482",
    TITLE,
    "Maria Lindqvist",
    "482019337",
    moment("09:24"),
    JOIN_URL,
    qr_of(JOIN_URL),
)
CUSTOMER = CustomerView(
    OUTSIDE,
    some_id("ses", "a"),
    "/ws/session",
    ANNA,
    "INC-10482",
    TITLE,
    Retention("90 days", moment("19 Feb 2027")),
    "/receipts/r3ceipt",
)
PHONE_LANDING = PhoneLandingView(OUTSIDE, "ph0ne", ANNA)
PHONE = PhoneView(OUTSIDE, some_id("ses", "a"), "/ws/session", ANNA)
VENDOR = VendorView(
    replace(OUTSIDE, desk_phone=None),
    some_id("ses", "a"),
    "/ws/session",
    "Lena Vogt",
    "Printec GmbH",
    "INC-10482",
    TITLE,
    ANNA,
    WINDOW[1],
    MAY,
)
RECEIPT = ReceiptView(
    OUTSIDE,
    "R-10482-1",
    "Maria Lindqvist",
    "INC-10482",
    TITLE,
    moment("21 November 2026, 09:06"),
    moment("09:31"),
    "25 minutes",
    "The agent ended it: resolved",
    (
        ReceiptPerson(ANNA, "host", moment("09:06"), moment("09:28")),
        ReceiptPerson(LENA, "vendor", moment("09:14"), moment("09:26")),
        ReceiptPerson(BEN, "host", moment("09:27"), moment("09:31")),
    ),
    (
        ReceiptAnswer("record", "St. Veit Hospital", "yes", moment("09:07"), "From 09:07 until 09:31"),
        ReceiptAnswer("view_screen", "Anna Berger", "yes", moment("09:08"), "One window, 18 minutes"),
        ReceiptAnswer("view_screen", "Lena Vogt, Printec GmbH", "withdrawn", moment("09:15"), "11 minutes"),
        ReceiptAnswer("voice", "Anna Berger", "no", moment("09:09")),
    ),
    recorded=True,
    retention=Retention("90 days", moment("19 February 2027")),
    kept=("picture", "chat", "marks", "consents"),
    gaps=("Not recorded from 09:19 to 09:21: you had hidden your screen.",),
    wrong_contact="0512 440 100",
    fingerprint="5f0c 91d2 77ae 3b46 e018 44c9 a6f2 0d1b",
)
LANDING = InviteLandingView(
    replace(OUTSIDE, desk_phone="0512 440 100"),
    "inv1te",
    "ready",
    ANNA,
    "Printec GmbH",
    TITLE,
    *WINDOW,
    MAY,
    name="Lena Vogt",
)
INVITES = InvitesView(
    replace(HOST, area="invites"),
    (
        InviteRow(
            some_id("inv", "a"),
            "Lena Vogt",
            "Printec GmbH",
            some_id("tic", "a"),
            "INC-10482",
            "redeemed",
            *WINDOW,
            MAY,
            "Anna Berger",
            used_at=moment("09:12"),
            in_session=True,
        ),
        InviteRow(
            some_id("inv", "b"),
            "Rashid Karimov",
            "MedView Imaging Systems",
            some_id("tic", "d"),
            "INC-10468",
            "ready",
            moment("21 Nov, 08:00"),
            moment("21 Nov, 18:00"),
            ("view_screen", "voice", "chat", "mark"),
            "Ben Okafor",
        ),
        InviteRow(
            some_id("inv", "c"),
            "Claire Dubois",
            "Cardiosoft",
            some_id("tic", "c"),
            "INC-10475",
            "not_yet",
            moment("24 Nov, 07:00"),
            moment("24 Nov, 09:00"),
            ("view_screen", "chat"),
            "Anna Berger",
        ),
        InviteRow(
            some_id("inv", "d"),
            "Piotr Nowak",
            "Printec GmbH",
            some_id("tic", "e"),
            "INC-10455",
            "revoked",
            moment("20 Nov, 09:00"),
            moment("20 Nov, 17:00"),
            ("view_screen",),
            "Anna Berger",
        ),
    ),
    shown="all",
)
NEW = InviteNewView(
    replace(HOST, area="invites"),
    (
        TicketChoice(some_id("tic", "a"), f"INC-10482 · {TITLE}"),
        TicketChoice(some_id("tic", "b"), "INC-10479 · Dosage calculator"),
    ),
    ("view_screen", "voice", "chat", "mark"),
    some_id("tic", "a"),
    "Lena Vogt",
    "Printec GmbH",
    "2026-11-21T09:10",
    "2026-11-21T09:40",
    timezone="Europe/Vienna",
)
CREATED = InviteCreatedView(
    replace(HOST, area="invites"),
    some_id("inv", "a"),
    "Lena Vogt",
    "Printec GmbH",
    "INC-10482",
    *WINDOW,
    MAY,
    "https://help.st-veit.example/invite/Zr8kQ2mW5nYc1HsJ0uPgAo7bKe6",
    "407152",
)
ROWS = (
    RecordingRow(
        some_id("rec", "a"),
        TITLE,
        "INC-10482",
        "Anna Berger",
        "Maria Lindqvist",
        ("Lena Vogt, Printec GmbH",),
        moment("21 Nov 2026, 09:06"),
        "25 min",
        "ok",
        (Piece("… it is the "), Piece("roll setting", hit=True), Piece(", I mark it for you")),
    ),
    RecordingRow(
        some_id("rec", "b"),
        "Voice recognition stops after a minute",
        "INC-10471",
        "Anna Berger",
        "Dr. Jonas Weiss",
        (),
        moment("21 Nov 2026, 08:55"),
        "19 min",
        "open",
    ),
    RecordingRow(
        some_id("rec", "c"),
        "Archive viewer shows the wrong patient photo",
        "INC-10391",
        "Ben Okafor",
        "Dr. Aisha Rahman",
        ("Rashid Karimov, MedView Imaging Systems",),
        moment("17 Nov 2026, 15:12"),
        "41 min",
        "recovered",
        on_hold=True,
    ),
    RecordingRow(
        some_id("rec", "d"),
        "Smart card reader not found",
        "INC-10244",
        "Ben Okafor",
        "Sami Haddad",
        (),
        moment("9 Nov 2026, 10:40"),
        "8 min",
        "bad",
    ),
    RecordingRow(
        some_id("rec", "e"),
        "Shared mailbox asks for a password",
        "INC-10102",
        "Anna Berger",
        "Nora Lund",
        (),
        moment("2 Nov 2026, 13:05"),
        "12 min",
        "torn",
    ),
)
RECORDED = RecordingsView(AUDITOR, RecordingFilter(), ROWS, total=38, earlier_path="/recordings?before=rec_e")
REPLAY = ReplayView(
    AUDITOR,
    some_id("rec", "a"),
    TITLE,
    some_id("tic", "a"),
    "INC-10482",
    "Anna Berger",
    "Maria Lindqvist",
    ("Lena Vogt, Printec GmbH",),
    moment("21 Nov 2026, 09:06"),
    "25:12",
    1_512_000,
    "ok",
    "Every one of 3,024 segments is complete, in order, unaltered, and signed by a broker this installation trusts.",
    3024,
    "ed25519:9f2c…71ab (broker 1)",
    moment("19 Feb 2027"),
    "/api/recordings/media",
    "/api/recordings/events",
)

IN_SESSION: dict[str, View] = {
    "console": CONSOLE,
    "console-observer": replace(CONSOLE, frame=SUPERVISOR, variant="observer"),
    "join": CUSTOMER,
    "join-optional": replace(CUSTOMER, recording="optional", without_recording="no_sharing", secure=False),
    "phone": PHONE,
    "phone-landing": PHONE_LANDING,
    "phone-landing-used": replace(PHONE_LANDING, host=None),
    "vendor": VENDOR,
    "receipt": RECEIPT,
    "receipt-to-answer": replace(
        RECEIPT,
        secret="s3cret",
        told="A new roll is in. If it jams, call us.",
        telephone="6 minutes",
        lines=4,
    ),
    "receipt-answered": replace(RECEIPT, secret="s3cret", felt="good"),
    "receipt-unrecorded": replace(
        RECEIPT,
        recorded=False,
        gaps=(),
        answers=(),
        people=RECEIPT.people[:1],
        kept=("chat", "consents"),
        wrong_contact=None,
    ),
}
INVITED: dict[str, View] = {
    "invite": LANDING,
    "invite-wrong-pin": replace(LANDING, name="Lena Vogt", fault="wrong_pin", tries_left=3),
    "invite-not-yet": replace(LANDING, state="not_yet"),
    "invite-expired": replace(LANDING, state="expired"),
    "invite-used": replace(LANDING, state="used"),
    "invite-revoked": replace(LANDING, state="revoked"),
    "invite-unknown": InviteLandingView(OUTSIDE, "x", "unknown"),
    "invites": INVITES,
    "invites-empty": replace(INVITES, invites=(), shown="current"),
    "invite-new": NEW,
    "invite-new-faults": replace(
        NEW,
        person="",
        faults=(
            ("person", "Please name the person."),
            ("window", "An invite lasts at most 30 days, and ends after it begins."),
        ),
    ),
    "invite-created": CREATED,
}
KEPT: dict[str, View] = {
    "recordings": RECORDED,
    "recordings-none": replace(
        RECORDED,
        asked=RecordingFilter(company="Printec", words="fax"),
        recordings=(),
        total=0,
        earlier_path=None,
    ),
    "recordings-empty": replace(RECORDED, recordings=(), total=0, earlier_path=None),
    "replay": REPLAY,
    "replay-live": replace(
        REPLAY,
        verdict="open",
        verdict_words="Still being recorded. It is judged when the session has ended.",
        kept_until=None,
        may_export=False,
        live=True,
    ),
    "replay-bad": replace(
        REPLAY,
        verdict="bad",
        verdict_words="Something in this recording was changed after it was signed. Do not rely on what follows the place named below.",
        bad_segment=1187,
        frame=HOST,
    ),
}
