"""Believable views for every public and desk page: what the gallery shows and the template tests render."""

from __future__ import annotations

from dataclasses import replace

from concierge.server.views.account import AccountView, ApiKeyRow, Enrolment, SignInRow
from concierge.server.views.api import ApiDocsView, Operation
from concierge.server.views.desk import (
    DeskView,
    Hit,
    LiveRow,
    RecordingLink,
    SearchView,
    ThreadEntry,
    TicketRow,
    TicketView,
)
from concierge.server.views.frame import Face, Frame, Moment, Notice, Piece, SignedIn, View
from concierge.server.views.invites import NewPinView
from concierge.server.views.leaving import ForgottenView, ThanksRow
from concierge.server.views.people import PeopleView, PersonRow
from concierge.server.views.public import (
    EnterView,
    ErrorView,
    JoinLandingView,
    OpenSeat,
    PortalView,
    SignInView,
)
from concierge.server.views.qr import qr_of
from concierge.server.views.trust import AlarmRow, AlarmView

ANNA = Face("Anna Berger", "AB", "St. Veit Hospital, Service Desk")
BEN = Face("Ben Okafor", "BO", "St. Veit Hospital, Service Desk")
MARIA = Face("Maria Lindqvist", "ML", "Ward 4, Cardiology")
TOM = Face("Tomás Herrera", "TH", "Outpatient Clinic North")
YUKI = Face("Yuki Tanaka", "YT", "Pharmacy")

OUTSIDE = Frame(
    product="Concierge",
    organisation="St. Veit Hospital",
    csrf="c5rf",
    desk_phone="0512 440 100",
    theme="system",
)
HOST = replace(
    OUTSIDE,
    person=SignedIn("Anna Berger", "AB", "host", ("desk", "invites", "recordings")),
    area="desk",
)
SUPERVISOR = replace(
    HOST, person=SignedIn("Ingrid Solheim", "IS", "supervisor", ("desk", "invites", "recordings", "people"))
)
AUDITOR = replace(
    OUTSIDE, person=SignedIn("Paul Renner", "PR", "auditor", ("recordings",)), area="recordings"
)


def moment(text: str, ago: str | None = None, iso: str = "2026-11-21T09:14:00+01:00") -> Moment:
    """Return a sample time."""
    return Moment(iso=iso, text=text, ago=ago)


def some_id(prefix: str, letter: str) -> str:
    """Return an identifier of the right shape."""
    return f"{prefix}_{letter * 26}"


TICKETS = (
    TicketRow(
        some_id("tic", "a"),
        "INC-10482",
        "Label printer on ward 4 prints blank labels",
        MARIA,
        "urgent",
        "phone",
        "open",
        moment("09:02", "12 min ago"),
        "Anna Berger",
        moment("09:30"),
    ),
    TicketRow(
        some_id("tic", "b"),
        "INC-10479",
        "Cannot open the dosage calculator after the update",
        YUKI,
        "high",
        "mail",
        "new",
        moment("08:41", "33 min ago"),
        None,
        moment("09:00"),
        promise_late=True,
    ),
    TicketRow(
        some_id("tic", "c"),
        "INC-10475",
        "Second screen stays black in consulting room 2",
        TOM,
        "normal",
        "portal",
        "open",
        moment("08:15", "1 h ago"),
        "Ben Okafor",
    ),
    TicketRow(
        some_id("tic", "d"),
        "INC-10468",
        "Smart card is asked for twice at sign-in",
        Face(
            "Dr. Wilhelmina Featherstonehaugh-Castellanos", "WF", "Radiology, St. Veit Hospital Campus West"
        ),
        "normal",
        "chat",
        "waiting",
        moment("yesterday, 16:20", "17 h ago"),
        "Anna Berger",
    ),
    TicketRow(
        some_id("tic", "e"),
        "INC-10455",
        "Please move the shared calendar of the night team",
        Face("Sami Haddad", "SH", "Emergency"),
        "low",
        "walk_in",
        "open",
        moment("19 Nov, 11:05", "2 days ago"),
    ),
)
LIVE = (
    LiveRow(
        some_id("ses", "a"),
        "Label printer on ward 4 prints blank labels",
        "INC-10482",
        "active",
        "Anna Berger",
        "Maria Lindqvist",
        moment("09:06", "8 min"),
        3,
        "host",
    ),
    LiveRow(
        some_id("ses", "b"),
        "Voice recognition stops after a minute",
        "INC-10471",
        "paused",
        "Anna Berger",
        "Dr. Jonas Weiss",
        moment("08:55", "19 min"),
        2,
        "host",
    ),
)
LIVE_ALL = (
    replace(LIVE[0], may="take_over"),
    *(replace(row, may="observe") for row in LIVE[1:]),
    LiveRow(
        some_id("ses", "c"),
        "Second screen stays black in consulting room 2",
        "INC-10475",
        "waiting",
        "Ben Okafor",
        "Tomás Herrera",
        moment("09:12", "2 min"),
        1,
        "observe",
    ),
)
DESK = DeskView(HOST, TICKETS, LIVE, count_mine=2, count_unowned=2, count_all=5)

THREAD = (
    ThreadEntry(
        "session",
        "Anna Berger",
        "desk",
        moment("today, 09:06", "8 min ago"),
        "The print queue kept an old driver for the 62 mm roll. Set the roll type by hand, test label fine. If it comes back, the driver package on the print server needs replacing.",
        outcome="workaround",
        duration="6 min 12 s",
        session_id=some_id("ses", "a"),
        recording_id=some_id("rec", "a"),
    ),
    ThreadEntry(
        "note",
        "Ben Okafor",
        "desk",
        moment("today, 09:04", "10 min ago"),
        "Same on ward 2 last month. It was the label roll setting after a driver update, not the cable.",
    ),
    ThreadEntry(
        "contact",
        "Maria Lindqvist",
        "customer",
        moment("today, 09:02", "12 min ago"),
        "Blank labels since this morning. Restarted the printer twice already. We need labels for the 10 o’clock blood samples.",
        channel="phone",
    ),
    ThreadEntry(
        "contact",
        "Maria Lindqvist",
        "customer",
        moment("yesterday, 17:48", "15 h ago"),
        "Labels are very faint today, is that normal?",
        channel="portal",
    ),
)
RECORDINGS = (
    RecordingLink(
        some_id("rec", "b"),
        "Roll type set by hand",
        moment("21 Nov, 09:06"),
        "6 min",
        "Anna Berger",
        "ok",
        may_replay=True,
    ),
    RecordingLink(
        some_id("rec", "c"),
        "Driver replaced with the vendor",
        moment("14 Oct, 14:30"),
        "22 min",
        "Ben Okafor",
        "recovered",
        may_replay=True,
    ),
)
TICKET = TicketView(
    HOST,
    some_id("tic", "a"),
    "INC-10482",
    "Label printer on ward 4 prints blank labels",
    "open",
    "urgent",
    MARIA,
    moment("today, 09:02"),
    THREAD,
    RECORDINGS,
    owner="Anna Berger",
    device="WS-4-017, Windows 11, two screens",
    contact="Extension 4417",
    language="Swedish, English",
    local_time="09:14",
    promise=moment("09:30"),
)
SEARCH = SearchView(
    replace(HOST, query="blank labels"),
    "blank labels",
    "all",
    (
        Hit(
            "ticket",
            "Label printer on ward 4 prints blank labels",
            some_id("tic", "a"),
            "INC-10482",
            (
                Piece("Restarted the printer twice. "),
                Piece("Blank labels", hit=True),
                Piece(" since this morning, needed for the 10 o’clock blood samples."),
            ),
            moment("today, 09:02"),
            "Maria Lindqvist",
        ),
        Hit(
            "chat",
            "Driver replaced with the vendor",
            some_id("tic", "f"),
            "INC-9903",
            (
                Piece("… so the "),
                Piece("blank labels", hit=True),
                Piece(" come from the 62 mm roll setting, I will mark it for you"),
            ),
            moment("14 Oct, 14:41"),
            "Lena Vogt, Printec",
            some_id("rec", "c"),
            641_000,
            "10:41",
        ),
        Hit(
            "note",
            "Ward 2: printer after driver update",
            some_id("tic", "g"),
            "INC-9871",
            (
                Piece("Not the cable. "),
                Piece("Blank labels", hit=True),
                Piece(" again after the update: set the roll type by hand."),
            ),
            moment("9 Oct, 08:12"),
            "Ben Okafor",
        ),
    ),
    3,
    1,
    1,
    1,
)
PEOPLE = PeopleView(
    frame=replace(SUPERVISOR, area="people"),
    people=(
        PersonRow(
            some_id("per", "a"), replace(ANNA, organisation="anna.berger"), "host", "enabled", False, True
        ),
        PersonRow(
            some_id("per", "b"), replace(BEN, organisation="ben.okafor"), "host", "disabled", False, True
        ),
        PersonRow(
            some_id("per", "c"),
            Face("Ingrid Solheim", "IS", "ingrid.solheim"),
            "supervisor",
            "enabled",
            True,
            False,
        ),
        PersonRow(
            some_id("per", "d"),
            Face(
                "Dr. Wilhelmina Featherstonehaugh-Castellanos",
                "WF",
                "wilhelmina.featherstonehaugh-castellanos",
            ),
            "auditor",
            "enabled",
            False,
            True,
        ),
    ),
)
ACCOUNT = AccountView(
    replace(HOST, area=None),
    "anna.berger@st-veit.example",
    (
        SignInRow(
            some_id("sig", "a"),
            "Firefox on Linux",
            "10.4.17.23",
            moment("today, 07:58"),
            moment("now", "now"),
            here=True,
        ),
        SignInRow(
            some_id("sig", "b"),
            "Edge on Windows",
            "10.4.2.101",
            moment("18 Nov, 08:02"),
            moment("yesterday", "yesterday, 17:40"),
        ),
    ),
    (
        ApiKeyRow(
            some_id("key", "a"),
            "Ticket system",
            "cck_7f3a",
            ("tickets:read", "invites:write"),
            moment("20 Dec 2026"),
            last_used=moment("09:10", "4 min ago"),
        ),
        ApiKeyRow(
            some_id("key", "b"),
            "Night report",
            "cck_09be",
            ("tickets:read",),
            moment("1 Nov 2026"),
            expired=True,
        ),
    ),
    ("tickets:read", "tickets:write", "sessions:write", "invites:write", "recordings:read"),
    totp="on",
)
ENROLMENT = Enrolment(
    "JBSW Y3DP EHPK 3PXP", qr_of("otpauth://totp/Concierge:anna?secret=JBSWY3DPEHPK3PXP&issuer=Concierge")
)

ALARMS = (
    AlarmRow(
        "alm_1",
        "session",
        moment("09:14", "2 min ago"),
        "Anna Becker",
        "tic_1",
        "INC-1042",
        "Label printer prints blank labels",
    ),
    AlarmRow(
        "alm_2",
        "receipt",
        moment("08:02", "1 h ago"),
        "Ben Okafor",
        "tic_2",
        "INC-1040",
        "Cannot open the rota",
    ),
    AlarmRow("alm_3", "code", moment("07:55")),
)

THANKS = (ThanksRow("Grace Whitfield", "tic_1", "INC-1042", "Label printer", moment("09:14")),)

PUBLIC: dict[str, View] = {
    "portal": PortalView(OUTSIDE),
    "portal-unknown": PortalView(OUTSIDE, code="482 019 337", fault="unknown"),
    "portal-too-many": PortalView(replace(OUTSIDE, desk_phone=None), fault="too_many", wait_seconds=42),
    "portal-resume": PortalView(OUTSIDE, open_seats=(OpenSeat(some_id("ses", "a"), "Anna Berger"),)),
    "portal-http": PortalView(OUTSIDE, secure=False),
    "join-landing": JoinLandingView(OUTSIDE, "s3cret", ANNA),
    "join-landing-over": JoinLandingView(OUTSIDE, "s3cret", None),
    "alarm-code": AlarmView(OUTSIDE, stopped=True, place="code"),
    "alarm-receipt": AlarmView(replace(OUTSIDE, desk_phone=None), stopped=False, place="receipt"),
    "forgotten": ForgottenView(OUTSIDE),
    "sign-in": SignInView(OUTSIDE),
    "sign-in-mismatch": SignInView(OUTSIDE, name="anna", fault="mismatch"),
    "sign-in-locked": SignInView(OUTSIDE, name="anna", fault="locked", locked_minutes=15),
    "sign-in-totp": SignInView(OUTSIDE, step="totp", name="anna", fault="bad_code"),
    "enter": EnterView(OUTSIDE, "s3cret", ANNA, "host"),
    "enter-over": EnterView(OUTSIDE, "s3cret", None),
    "api-docs": ApiDocsView(
        OUTSIDE,
        "Everything a page can do, a program can do with a key.",
        (
            Operation("GET", "/api/v1/tickets", "The queue.", "view_desk"),
            Operation("POST", "/api/v1/sessions/{session_id}/messages", "Act in a session.", "host_session"),
        ),
    ),
    "error-403": ErrorView(OUTSIDE, 403, home="desk"),
    "error-404": ErrorView(OUTSIDE, 404),
    "error-410": ErrorView(OUTSIDE, 410),
    "error-429": ErrorView(OUTSIDE, 429, wait_seconds=30),
    "error-500": ErrorView(OUTSIDE, 500, reference="7Q2M-84KD"),
    "error-503": ErrorView(OUTSIDE, 503, wait_seconds=5),
}
AT_THE_DESK: dict[str, View] = {
    "desk": DESK,
    "desk-supervisor": replace(
        DESK,
        frame=replace(
            SUPERVISOR,
            notices=(
                Notice(
                    "warn",
                    "Monitoring reports it since 08:50. Next update at 10:00.",
                    "The print server on campus west is down",
                ),
            ),
        ),
        live=LIVE_ALL,
        everyone=True,
    ),
    "desk-alarms": replace(DESK, frame=SUPERVISOR, alarms=ALARMS),
    "desk-thanks": replace(DESK, thanks=THANKS),
    "new-pin": NewPinView(HOST, "Mateo Villar", "Printworks", "482019", thawed=False),
    "desk-empty": replace(DESK, tickets=(), live=(), count_mine=0, count_unowned=0, count_all=0),
    "desk-help": replace(
        DESK, help_title="Label printer prints blank labels", help_fault="Please say who is on the line."
    ),
    "ticket": TICKET,
    "ticket-live": replace(TICKET, live=LIVE[:1], local_time="03:14", quiet_hours=True, promise_late=True),
    "ticket-empty": replace(
        TICKET,
        thread=(),
        recordings=(),
        device=None,
        language=None,
        promise=None,
        priority="normal",
        state="new",
    ),
    "search": SEARCH,
    "search-none": replace(
        SEARCH, q="flux capacitor", hits=(), count_all=0, count_ticket=0, count_chat=0, count_note=0
    ),
    "search-start": replace(SEARCH, q="", frame=HOST, hits=()),
    "account": ACCOUNT,
    "account-picture-fault": replace(
        ACCOUNT, picture_fault="That is not a picture we can read. Choose a PNG, JPEG or WebP file."
    ),
    "people": PEOPLE,
    "account-new-key": replace(
        ACCOUNT,
        new_key="cck_7f3a_9d2Qm4vT8xLzR1bKe6WnYc5HsJ0uPgAo",
        new_key_label="Ticket system",
        totp="enrolling",
        enrolment=ENROLMENT,
    ),
    "account-empty": replace(
        ACCOUNT,
        keys=(),
        totp="off",
        sign_ins=ACCOUNT.sign_ins[:1],
        key_fault="Choose at least one thing the key may do.",
    ),
}
