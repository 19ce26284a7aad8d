from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from concierge.server.languages import Reader, zone_of
from concierge.server.verdicts import WORDS, verdict_of, verdict_words
from concierge.server.views.desk import Verdict
from concierge.services.replay_port import Verification

READER = Reader("en", zone_of("UTC", ""), "UTC", 0)
GOOD = Verification("ok", "trusted", True, 9, 9_000_000, 0, None, "", None, None, "aa")


def test_every_verdict_has_a_sentence() -> None:
    assert set(WORDS) == set(get_args(Verdict))


@pytest.mark.parametrize("status", ["ok", "recovered", "open", "torn", "bad"])
def test_the_sentence_fits_the_verdict(status: str) -> None:
    found = replace(GOOD, status=status)
    assert verdict_of(found) == status
    assert verdict_words(READER, found) == WORDS[verdict_of(found)]


def test_a_newer_release_s_recording_is_not_called_altered() -> None:
    assert verdict_of(replace(GOOD, status="unreadable")) == "unchecked"


def test_an_unknown_verdict_is_bad() -> None:
    assert verdict_of(replace(GOOD, status="splendid")) == "bad"


def test_a_strangers_signature_is_said() -> None:
    words = verdict_words(READER, replace(GOOD, signer="foreign"))
    assert words != WORDS["ok"]
    assert words.startswith(WORDS["ok"])
