from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.domain import limits
from concierge.domain.auditor_link import AuditorLink, check_end, check_viewer
from concierge.domain.errors import BadInput
from concierge.domain.ids import PersonId, RecordingId

LINK = AuditorLink("aul_a", RecordingId("rec_a"), "Vera", "why", PersonId("per_a"), "Dora", 100, 200)


def test_a_link_is_good_until_its_end_or_its_revocation() -> None:
    assert [LINK.good(now) for now in (100, 199, 200, 201)] == [True, True, False, False]
    assert not replace(LINK, revoked_ms=150).good(120)


def test_a_name_is_one_line_and_said() -> None:
    assert check_viewer("  Vera \n Vogel ") == "Vera Vogel"
    for name in ("", " ", "x", "x" * 81):
        with pytest.raises(BadInput):
            check_viewer(name)


def test_a_link_ends_in_the_future_and_soon() -> None:
    last = 5 + limits.AUDITOR_LINK_LIFE_MAX_MS
    assert [check_end(until, 5) for until in (6, last)] == [6, last]
    for until in (-1, 5, last + 1):
        with pytest.raises(BadInput):
            check_end(until, 5)
