"""Limits: named with their unit, and in an order that makes sense."""

from __future__ import annotations

import re

from concierge.domain import limits

NUMBERS = {name: value for name, value in vars(limits).items() if name.isupper()}


def test_every_limit_is_a_positive_number() -> None:
    for name, value in NUMBERS.items():
        values = value if isinstance(value, tuple) else (value,)
        assert all(type(item) is int and item > 0 for item in values), name


def test_silence_is_noticed_after_several_beats_and_long_before_it_counts_as_leaving() -> None:
    assert limits.HEARTBEAT_EVERY_MS * 4 <= limits.PRESENCE_SILENT_MS < limits.HOST_LOST_END_MS
    assert limits.PRESENCE_SILENT_MS < limits.HOST_PICK_UP_AFTER_MS < limits.HOST_LOST_END_MS
    assert limits.HOST_LOST_END_MS < limits.PAUSED_MAX_MS < limits.SESSION_MAX_MS


def test_a_question_is_over_before_a_pause_makes_its_answer_stale() -> None:
    assert limits.CONSENT_ANSWER_MS < limits.CONSENT_STALE_PAUSE_MS


def test_warnings_come_in_order() -> None:
    assert list(limits.INVITE_WARNINGS_MS) == sorted(limits.INVITE_WARNINGS_MS, reverse=True)


def test_everybody_and_everything_they_may_hold_fits() -> None:
    assert limits.VENDORS_MAX < limits.PARTICIPANTS_MAX
    assert limits.PARTICIPANTS_MAX * 4 <= limits.GRANTS_MAX


def test_no_limit_is_named_without_saying_of_what() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", name) for name in NUMBERS)
