"""Everything a page can do, a program can do: every form and every button names its call of the API or its message."""

from __future__ import annotations

import re

import pytest

from concierge.domain.access import Act
from concierge.server.api_sessions import ACTS
from concierge.server.app import API, PAGES
from concierge.server.routing import Door
from concierge.services.acting import COMMANDS
from concierge.wire.codec import CLIENT_MESSAGES
from tests.architecture.sources import ROOT

CHANGING = [door for door in PAGES if door.method != "GET"]
CALLS = {f"{door.method} {door.path}": door for door in API}
MESSAGES = "POST /api/v1/sessions/{session_id}/messages"
SOCKET_ALONE = {"hello", "beat", "tell_picture"}
"""Being there, and how one's own picture stands: only an open socket shows it."""

ON_THIS_PAGE = "nothing leaves the page"
BUTTONS: dict[str, tuple[str, ...] | str] = {
    # the session: messages of the socket
    "accept-handover": ("accept_handover",),
    "answer-pick-up": ("answer_pick_up",),
    "ask-opinion": ("ask_opinion",),
    "come-back": ("come_back",),
    "say-to-desk": ("say_to_desk",),
    "step-away": ("step_away",),
    "admit": ("admit",),
    "alarm": ("raise_alarm",),
    "answer": ("answer",),
    "ask": ("ask",),
    "ask-again": ("say",),
    "ask-for": ("ask",),
    "claim": ("claim_name",),
    "claim-expected": ("claim_name",),
    "clear-marks": ("clear_marks",),
    "confirm-match": ("match",),
    "decline-handover": ("decline_handover",),
    "deny": ("deny",),
    "end": ("end",),
    "freeze": ("freeze", "unfreeze"),
    "hide": ("hide",),
    "leave": ("leave",),
    "more-time": ("more_time",),
    "new-code": ("new_code",),
    "not-me": ("leave",),
    "offer-handover": ("offer_handover",),
    "pause": ("pause_session",),
    "picture-mode": ("ask_quality",),
    "remove": ("remove_participant",),
    "resume": ("resume_session",),
    "revoke": ("take_back",),
    "say": ("say",),
    "share": ("publish",),
    "show": ("unhide",),
    "stop-everything": ("stop_everything",),
    "telephone": ("telephone",),
    "take-back-all": ("take_back",),
    "voice": ("publish", "unpublish"),
    "withdraw": ("withdraw",),
    "withdraw-handover": ("withdraw_handover",),
    # the camera of a phone, and showing something else
    "hide-camera": ("hide",),
    "put-phone-away": ("put_phone_away",),
    "send-preview": ("publish", "swap"),
    "share-other": ("swap",),
    "show-camera": ("offer_camera",),
    "stop-camera": ("unpublish",),
    "unhide-camera": ("unhide",),
    # calls of the API
    "new-phone-code": ("POST /api/v1/phone-link",),
    "show-phone": ("POST /api/v1/phone-link",),
    "felt": ("POST /api/v1/sessions/{session_id}/impression",),
    "create-invite": ("POST /api/v1/invites",),
    "test-connection": ("POST /api/v1/redeem/tested",),
    # opening a dialog, playing, pointing, printing, trying again
    **dict.fromkeys(
        (
            *(
                "open-end",
                "claim-other",
                "open-handover",
                "open-opinion",
                "open-invite",
                "later",
                "mark-tool",
                "copy",
                "print",
                "hear",
            ),
            *("check-whole", "check-stop", "keep", "go-to-now"),
            *("choose-again", "close-phone", "discard-preview", "float", "show-surface"),
            *("connect-now", "retry", "play", "jump", "mute", "filter", "next-event", "previous-event"),
        ),
        ON_THIS_PAGE,
    ),
}
ELSEWHERE_SENT = {"tell_sleep", "draw_mark", "receive"}
"""Sent without a button: by the pointer, and when a picture may be seen."""


def sources(folder: str, kind: str) -> str:
    found = sorted((ROOT / folder).rglob(kind))
    assert found
    return "\n".join(one.read_text(encoding="utf-8") for one in found)


@pytest.mark.parametrize("door", CHANGING, ids=lambda door: f"{door.method} {door.path}")
def test_what_a_form_changes_the_api_can_change(door: Door) -> None:
    """A new form names in its door's `rest` the calls of the API that do the same, decided by the same act."""
    assert door.rest, f"{door.method} {door.path} names no counterpart"
    calls = [CALLS[name] for name in door.rest]
    assert all(call.method != "GET" for call in calls)
    if isinstance(door.need, Act):
        assert door.need in {call.need for call in calls}


def test_only_a_form_has_a_counterpart() -> None:
    assert [door.line for door in (*PAGES, *API) if door.rest and door not in CHANGING] == []


def test_every_button_says_which_message_or_call_it_is() -> None:
    """A new `data-act` is entered here, with what a program sends instead."""
    hooks = set(re.findall(r'onAct\("([a-z-]+)"', sources("web/src", "*.ts")))
    assert hooks == set(BUTTONS)
    assert set(re.findall(r'data-act="([a-z-]+)"', sources("web/templates", "*.html"))) <= hooks


def test_every_message_of_a_button_is_taken_over_rest_too() -> None:
    taken = {name for name, kind in CLIENT_MESSAGES.items() if kind in ACTS or kind in COMMANDS}
    named = {name for names in BUTTONS.values() if names != ON_THIS_PAGE for name in names}
    calls = {name for name in named if " " in name}
    assert calls <= set(CALLS)
    assert MESSAGES in CALLS
    assert named - calls | ELSEWHERE_SENT == taken
    assert set(CLIENT_MESSAGES) - taken <= SOCKET_ALONE


def test_what_pages_fetch_is_the_same_api() -> None:
    asked = set(re.findall(r'api(?:<[^(]*>)?\("(v1/[a-z/]+)"', sources("web/src", "*.ts")))
    assert asked
    assert {f"/api/{path}" for path in asked} <= {door.path for door in API}
