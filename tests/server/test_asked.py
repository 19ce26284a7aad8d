from __future__ import annotations

import pytest

from concierge.server.asked import initials
from tests.server.front import Front


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Berger", "AB"),
        ("anna", "A"),
        ("Anna Maria von Berg", "AB"),
        ("", "?"),
        ("  ", "?"),
        ("<b> x", "X"),
        ("李 小龙", "李小"),
    ],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert initials(name) == letters


async def test_the_frame_offers_only_what_policy_opens(front: Front) -> None:
    dora, anna = await front.signed_in(front.auditor), await front.signed_in()
    shown = (await dora.get("/recordings")).text
    assert 'href="/recordings"' in shown
    assert 'href="/invites"' not in shown
    assert 'href="/invites"' in (await anna.get("/recordings")).text
